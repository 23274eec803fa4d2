// Streams of logs through a whole swarm: opened at a node, served by the leader, fed by agents, closed by either side.

import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { millisecond, second } from '../../src/model/duration.ts';
import type { LogRequest } from '../../src/model/messages.ts';
import { assembled, awaitLeader, createRunning, leaders, record, refusal } from './scene.ts';

/** Two workers with a task of `web` each, which says hello on one stream and ticks every 5 s on the other. */
function swarmThatWrites(managers: number): { swarm: Swarm; request: LogRequest } {
  const swarm = assembled(managers, 2);
  swarm.scriptImage('nginx', {
    logs: [
      { kind: 'once', after: 0, stream: 'stdout', text: 'hello' },
      { kind: 'every', every: 5 * second, stream: 'stderr', text: 'tick' },
    ],
  });
  createRunning(swarm, 'manager1', 'web', managers + 2);
  swarm.advance(second);
  const { id } = new Client(swarm, 'manager1').service('web');
  const of = { kind: 'service', id } as const;
  return { swarm, request: { of, streams: ['stdout', 'stderr'], follow: true, since: 0 } };
}

function texts(swarm: Swarm, stream: number): string[] {
  return swarm.takeLines(stream).flatMap(({ lines }) => lines.map(({ stream: of, text }) => `${of} ${text}`));
}

/** How many messages about logs cross the network, from now on. */
function traffic(swarm: Swarm): readonly unknown[] {
  return record(swarm, ({ body }) => {
    if (body.kind === 'call') return body.call.method === 'dispatcher.publish' || undefined;
    return (body.kind === 'reply' && body.reply.method === 'control.lines') || undefined;
  });
}

test('a stream at any manager brings what there is, what follows and what new tasks say, until it is closed', () => {
  const { swarm, request } = swarmThatWrites(3);
  const stream = swarm.openLogs('manager2', request);
  swarm.advance(100 * millisecond);
  expect(texts(swarm, stream)).toEqual(Array(5).fill('stdout hello'));
  expect(texts(swarm, stream)).toEqual([]);
  swarm.advance(5 * second);
  expect(texts(swarm, stream)).toEqual(Array(5).fill('stderr tick'));
  new Client(swarm, 'manager1').updateService('web', (spec) => ({
    ...spec,
    mode: { kind: 'replicated', replicas: 6 },
  }));
  swarm.advance(3 * second);
  expect(texts(swarm, stream)).toContain('stdout hello');
  expect(swarm.answerTo(stream)).toBeUndefined();
  swarm.closeLogs('manager2', stream);
  swarm.advance(second);
  const heard = traffic(swarm);
  swarm.advance(20 * second);
  expect(heard).toEqual([]);
  expect(texts(swarm, stream)).toEqual([]);
});

test('a stream that does not follow ends by itself', () => {
  const { swarm, request } = swarmThatWrites(1);
  const stream = swarm.openLogs('manager1', { ...request, follow: false, streams: ['stdout'] });
  swarm.advance(second);
  expect(texts(swarm, stream)).toEqual(Array(3).fill('stdout hello'));
  expect(swarm.answerTo(stream)).toMatchObject({ logs: { warning: '' } });
});

test('a stream breaks with its leader, and where a message of it is lost', () => {
  for (const harm of ['crash', 'cut'] as const) {
    const { swarm, request } = swarmThatWrites(3);
    const [leader = ''] = leaders(swarm);
    const reader = leader === 'manager1' ? 'manager2' : 'manager1';
    const stream = swarm.openLogs(reader, request);
    swarm.advance(second);
    if (harm === 'crash') {
      swarm.fault({ kind: 'crash', host: leader });
      awaitLeader(swarm);
    } else {
      swarm.fault({ kind: 'cut', from: [leader], to: [reader] });
      swarm.advance(6 * second);
      swarm.fault({ kind: 'heal' });
    }
    swarm.advance(20 * second);
    expect(swarm.answerTo(stream)).toMatchObject({ error: { code: 'Unavailable' } });
    const heard = traffic(swarm);
    swarm.advance(20 * second);
    expect(heard).toEqual([]);
  }
});

test('a broker that goes on telling a reader who has died learns of it when he is back', () => {
  const { swarm, request } = swarmThatWrites(3);
  const [leader = ''] = leaders(swarm);
  const reader = leader === 'manager1' ? 'manager2' : 'manager1';
  swarm.openLogs(reader, request);
  swarm.advance(second);
  swarm.fault({ kind: 'crash', host: reader });
  swarm.fault({ kind: 'restart', host: reader });
  swarm.advance(15 * second);
  const heard = traffic(swarm);
  swarm.advance(20 * second);
  expect(heard).toEqual([]);
});

test('a stream at a manager that becomes a worker breaks, and nobody goes on telling it', () => {
  const { swarm, request } = swarmThatWrites(3);
  const [leader = ''] = leaders(swarm);
  const reader = leader === 'manager1' ? 'manager2' : 'manager1';
  const stream = swarm.openLogs(reader, request);
  swarm.advance(second);
  new Client(swarm, leader).updateNode(reader, (spec) => ({ ...spec, role: 'worker' }));
  swarm.advance(40 * second);
  expect(swarm.answerTo(stream)).toMatchObject({ error: { code: 'Unavailable' } });
  const heard = traffic(swarm);
  swarm.advance(20 * second);
  expect(heard).toEqual([]);
});

test('there is nothing to read at a worker, and none is left at a node that leaves', () => {
  const { swarm, request } = swarmThatWrites(1);
  const nowhere = swarm.openLogs('worker1', request);
  const stream = swarm.openLogs('manager1', request);
  swarm.advance(second);
  expect(swarm.answerTo(nowhere)).toMatchObject({ error: { code: 'Unavailable' } });
  expect(refusal(() => swarm.leave('manager1', true))).toBeUndefined();
  expect(swarm.answerTo(stream)).toMatchObject({ error: { code: 'Unavailable' } });
});
