// How long it takes a swarm to see that a node is gone, and what a new leader makes of the nodes it inherits.

import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { millisecond, second } from '../../src/model/duration.ts';
import type { NodeStatus } from '../../src/model/objects.ts';
import { assembled, awaitLeader, createRunning, record, runningTasks } from './scene.ts';

function statusOf(swarm: Swarm, hostname: string): NodeStatus | undefined {
  const nodes = swarm.state()?.list('node') ?? [];
  return nodes.find(({ description }) => description?.hostname === hostname)?.status;
}

const seeds = ['a', 'b', 'c', 'd', 'e'];

test.each(seeds)('R-R169: a node is down 13.5 to 16.5 s after its last heartbeat (seed %s)', (seed) => {
  const swarm = assembled(1, 1, seed);
  const nodeId = swarm.memoryOf('worker1')?.identity?.nodeId;
  const beats = record(swarm, ({ body }) =>
    body.kind === 'call' && body.call.method === 'dispatcher.heartbeat' && body.call.nodeId === nodeId
      ? body.call.id
      : undefined,
  );
  swarm.advance(20 * second);
  swarm.fault({ kind: 'crash', host: 'worker1' });
  expect(swarm.runUntil(() => statusOf(swarm, 'worker1')?.state === 'down', 30 * second)).toBe(true);
  const silence = swarm.world.now - (beats.at(-1)?.at ?? 0);
  expect(silence).toBeGreaterThanOrEqual(13.5 * second);
  expect(silence).toBeLessThan(16.5 * second + 200 * millisecond);
  expect(statusOf(swarm, 'worker1')?.message).toBe('heartbeat failure');
});

test.each(seeds)(
  'R-R156: a node that a new leader waits for in vain is down after 27 to 33 s (seed %s)',
  (seed) => {
    const swarm = assembled(3, 1, seed);
    swarm.fault({ kind: 'crash', host: 'worker1' });
    swarm.fault({ kind: 'crash', host: 'manager1' });
    awaitLeader(swarm);
    const announced = swarm.world.now;
    expect(swarm.runUntil(() => statusOf(swarm, 'worker1')?.state === 'unknown', second)).toBe(true);
    expect(statusOf(swarm, 'worker1')?.message).toBe(
      'Node moved to "unknown" state due to leadership change in cluster',
    );
    expect(swarm.runUntil(() => statusOf(swarm, 'worker1')?.state === 'down', 60 * second)).toBe(true);
    const waited = swarm.world.now - announced;
    expect(waited).toBeGreaterThanOrEqual(27 * second);
    expect(waited).toBeLessThan(33 * second + 500 * millisecond);
    expect(statusOf(swarm, 'worker1')?.message).toBe('heartbeat failure for node in "unknown" state');
  },
);

test('R-R156, R-R188: nodes that live register with the new leader, and keep their tasks', () => {
  const swarm = assembled(3, 3);
  createRunning(swarm, 'manager1', 'web', 6);
  const before = (swarm.state()?.list('task') ?? [])
    .filter(({ nodeId }) => nodeId !== '')
    .map(({ id }) => id);
  swarm.fault({ kind: 'pause', host: 'manager1' });
  swarm.advance(12 * second);
  swarm.fault({ kind: 'resume', host: 'manager1' });
  awaitLeader(swarm);
  swarm.advance(60 * second);
  for (const { name } of swarm.machines) expect(statusOf(swarm, name)?.state).toBe('ready');
  expect((swarm.state()?.list('task') ?? []).map(({ id }) => id)).toEqual(before);
  expect(runningTasks(swarm)).toBe(6);
});

test('R-R143, R-R144: without a quorum nothing changes and everything runs on', () => {
  const swarm = assembled(3, 2);
  createRunning(swarm, 'manager1', 'web', 4);
  swarm.fault({ kind: 'crash', host: 'manager2' });
  swarm.fault({ kind: 'crash', host: 'manager3' });
  const version = swarm.managerOf('manager1')?.store.version;
  const containers = (): number =>
    swarm.machines
      .flatMap(({ name }) => [...(swarm.memoryOf(name)?.agent?.containers.values() ?? [])])
      .filter(({ phase }) => phase === 'running').length;
  const running = containers();
  swarm.advance(300 * second);
  expect(swarm.managerOf('manager1')?.store.version).toBe(version);
  expect(containers()).toBe(running);
});

test.each(seeds)(
  'R-R160: a session call that the network held up takes nothing from a later one (seed %s)',
  (seed) => {
    const swarm = assembled(3, 1, seed);
    // Calls by way of the followers arrive after the agent has given them up.
    const slow = { latency: 6 * second };
    swarm.fault({ kind: 'link', from: ['worker1'], to: ['manager2', 'manager3'], settings: slow });
    swarm.advance(120 * second);
    swarm.fault({
      kind: 'link',
      from: ['worker1'],
      to: ['manager2', 'manager3'],
      settings: { latency: 200 },
    });
    new Client(swarm, 'manager1').createService(
      serviceSpec({ name: 'web', image: 'nginx', placement: { constraints: ['node.role == worker'] } }),
    );
    expect(swarm.runUntil(() => runningTasks(swarm) === 1, 60 * second)).toBe(true);
  },
);
