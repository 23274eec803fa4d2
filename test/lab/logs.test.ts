// `docker service logs` through a whole swarm, and its printed form.

import { expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { isoTime } from '../../src/lab/time.ts';
import { failureOf, passes } from './play.ts';

/** A service `web` with two tasks that say hello, and tick every 5 s. */
function createWeb(lab: Lab): void {
  lab.image('web:1', {
    logs: [
      { after: '0s', line: 'hello' },
      { every: '5s', line: 'tick' },
    ],
  });
  lab.service.create('web', { image: 'web:1', replicas: 2, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
}

const small = { managers: 3, workers: 2 };

test('lines come from every node, with the task and node that they are of', () => {
  const { texts } = passes(small, (lab) => {
    createWeb(lab);
    const expected = lab
      .running('web')
      .map(({ name, id, node }) => `${name}.${id.slice(0, 12)}@${node}    | hello`);
    // The manager that is asked forwards to the leader.
    expect([...lab.at('manager2').service.logs('web')].sort()).toEqual([...expected].sort());
    lab.wait('7s');
    expect(lab.service.logs('web')).toHaveLength(4);
    expect(lab.service.logs('web', { tail: 1 }).map((line) => line.split('| ')[1])).toEqual(['tick', 'tick']);
    expect(lab.service.logs('web', { since: '5s' })).toHaveLength(2);
    const task = lab.running('web')[0];
    expect(lab.service.logs(task?.id ?? '', { tail: 1 })).toEqual([
      `${task?.name}.${task?.id.slice(0, 12)}@${task?.node}    | tick`,
    ]);
  });
  expect(texts.some((text) => text.endsWith('on manager1: docker service logs --tail 1 web'))).toBe(true);
});

test('slots align to the digits of the replicas, and timestamps come first', () => {
  passes({ managers: 1 }, (lab) => {
    lab.image('web:1', { logs: [{ after: '0s', line: 'hello' }] });
    lab.service.create('web', { image: 'web:1', replicas: 10 });
    lab.untilConverged('web');
    const lines = lab.service.logs('web', { timestamps: true });
    expect(lines).toHaveLength(10);
    const form = /^1970-01-01T00:00:\d\d\.\d{6}000Z web\.(\d|10)\.[0-9a-z]{12}@manager1 {4,5}\| hello$/;
    for (const line of lines) {
      const [, slot] = form.exec(line) ?? [];
      expect(line).toContain(slot === '10' ? '@manager1    | ' : '@manager1     | ');
    }
  });
});

test('what a dead node holds is missing, and docker says so', () => {
  passes(small, (lab) => {
    createWeb(lab);
    const id = lab.nodes().find(({ name }) => name === 'worker1')?.id;
    lab.crash('worker1');
    lab.untilNode('worker1', 'down');
    lab.untilConverged('web');
    const lines = lab.service.logs('web', { tail: 1 });
    expect(lines.at(-1)).toBe(
      `error from daemon in stream: Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some logs could not be retrieved for the following reasons: node ${id} is not available`,
    );
    expect(lines.slice(0, -1).every((line) => line.includes('@worker2 '))).toBe(true);
    lab.restart('worker1');
    lab.untilNode('worker1', 'ready');
    expect(lab.service.logs('web', { tail: 1 }).some((line) => line.includes('@worker1 '))).toBe(true);
  });
});

test('a node that falls silent while it is asked is given up with its session', () => {
  passes(small, (lab) => {
    createWeb(lab);
    lab.isolate('worker1');
    expect(lab.service.logs('web').at(-1)).toMatch(/node [0-9a-z]{25} disconnected unexpectedly$/);
  });
});

test('followed for a while, lines come as they are written, of tasks that come meanwhile too', () => {
  const { texts } = passes(small, (lab) => {
    createWeb(lab);
    lab.image('late:1', { logs: [{ after: '3s', line: 'late', to: 'stderr' }] });
    lab.service.create('late', { image: 'late:1', constraints: ['node.role==worker'] });
    const lines = lab.service.logs('late', { follow: '20s', timestamps: true });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^1970-01-01T00:00:\d\d\.\d{9}Z late\.1\.[0-9a-z]{12}@worker\d {4}\| late$/);
  });
  expect(texts.some((text) => text.includes('docker service logs --follow --timestamps late'))).toBe(true);
});

test('what there is not is refused', () => {
  passes(small, (lab) => {
    expect(lab.refusal(() => lab.service.logs('nope'))).toBe('no such task or service: nope');
    expect(lab.refusal(() => lab.at('worker1').service.logs('web'))).toContain('not a swarm manager');
  });
});

test('scripts and options that make no sense fail the scenario', () => {
  const one = { managers: 1 };
  const image = (logs: NonNullable<Parameters<Lab['image']>[1]['logs']>) => (lab: Lab) =>
    lab.image('a', { logs });
  expect(failureOf(one, image([{ every: '0s', line: 'x' }]))).toContain(
    'logs.every must be more than nothing',
  );
  expect(failureOf(one, image([{ after: '-1s', line: 'x' }]))).toContain('logs.after must not be negative');
  expect(failureOf(one, image([{ after: '1s', line: 'x\ny' }]))).toContain('no line breaks');
  expect(failureOf(one, (lab) => lab.service.logs('web', { tail: -1 }))).toContain('logs.tail');
  expect(failureOf(one, (lab) => lab.service.logs('web', { since: 'long' }))).toContain('logs.since');
});

test('instants are printed as the engine does', () => {
  const day = 86_400_000_000;
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000000000Z');
  expect(isoTime(3_723_000_001)).toBe('1970-01-01T01:02:03.000001000Z');
  for (const days of [-1, 1, 58, 59, 364, 365, 789, 790, 11_016, 11_017, 20_000]) {
    const milliseconds = days * 86_400_000 + 45_296_789;
    const iso = new Date(milliseconds).toISOString().replace('Z', '000000Z');
    expect(isoTime(days * day + 45_296_789_000)).toBe(iso);
  }
});
