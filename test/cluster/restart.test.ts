// What managers come up with from their disks: log, snapshot, or both.

import { describe, expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { millisecond, second } from '../../src/model/duration.ts';
import { makeLabels } from '../../src/model/labels.ts';
import { assembled, awaitLeader, createRunning, leaders, record, runningTasks, states } from './scene.ts';

/** So many entries, one after the other. */
function write(swarm: Swarm, at: string, count: number): void {
  const client = new Client(swarm, at);
  for (let i = 0; i < count; i++) {
    client.updateNode('manager1', (spec) => ({ ...spec, labels: makeLabels([['n', String(i)]]) }));
  }
}

function snapshotEvery(swarm: Swarm, snapshotInterval: number, logEntriesForSlowFollowers: number): void {
  new Client(swarm, 'manager1').updateCluster((spec) => ({
    ...spec,
    snapshotInterval,
    logEntriesForSlowFollowers,
  }));
}

function baseOf(swarm: Swarm, host: string): number {
  return swarm.managerOf(host)?.raft.log.baseIndex ?? 0;
}

test('R-R147: the one manager of a swarm leads again at once', () => {
  const swarm = assembled(1, 1);
  createRunning(swarm, 'manager1', 'web', 2);
  swarm.fault({ kind: 'crash', host: 'manager1' });
  swarm.advance(5 * second);
  swarm.fault({ kind: 'restart', host: 'manager1' });
  expect(awaitLeader(swarm)).toBeLessThan(100 * millisecond);
  expect(new Client(swarm, 'manager1').service('web').spec.mode).toEqual({ kind: 'replicated', replicas: 2 });
});

describe.each([
  { from: 'the log alone', interval: 10_000 },
  { from: 'a snapshot and the log', interval: 7 },
  { from: 'a snapshot for every entry', interval: 1 },
])('R-R15, R-R107: a manager comes up from $from', ({ interval }) => {
  test('with what it had applied', () => {
    const swarm = assembled(3, 0);
    snapshotEvery(swarm, interval, 0);
    write(swarm, 'manager1', 20);
    swarm.advance(2 * second);
    expect(baseOf(swarm, 'manager3') > 0).toBe(interval < 10_000);
    const [before] = states(swarm);
    swarm.fault({ kind: 'crash', host: 'manager3' });
    swarm.fault({ kind: 'restart', host: 'manager3' });
    swarm.advance(5 * second);
    expect(states(swarm)).toEqual([before, before, before]);
  });

  test('R-R148: after all lose power together, nothing that was answered is lost', () => {
    const swarm = assembled(3, 2);
    snapshotEvery(swarm, interval, 0);
    createRunning(swarm, 'manager1', 'web', 5);
    write(swarm, 'manager2', 10);
    const { machines } = swarm;
    for (const { name } of machines) swarm.fault({ kind: 'crash', host: name });
    swarm.advance(second);
    for (const { name } of machines) swarm.fault({ kind: 'restart', host: name });
    expect(awaitLeader(swarm)).toBeLessThan(40 * second);
    const [leader = ''] = leaders(swarm);
    expect(new Client(swarm, leader).node('manager1').spec.labels).toEqual([['n', '9']]);
    // Containers died with the machines: their tasks fail and are replaced.
    expect(swarm.runUntil(() => runningTasks(swarm) === 5, 60 * second)).toBe(true);
    swarm.advance(5 * second);
    expect(new Set(states(swarm)).size).toBe(1);
  });
});

test('R-R102: a follower that was away for longer than the log reaches catches up by snapshot', () => {
  const swarm = assembled(3, 0);
  snapshotEvery(swarm, 10, 0);
  swarm.fault({ kind: 'crash', host: 'manager3' });
  write(swarm, 'manager1', 40);
  const snapshots = record(swarm, ({ body, to }) =>
    body.kind === 'raft' && body.message.kind === 'snapshot' ? to : undefined,
  );
  swarm.fault({ kind: 'restart', host: 'manager3' });
  swarm.advance(10 * second);
  expect(snapshots.map(({ kept }) => kept)).toContain('manager3');
  expect(new Set(states(swarm)).size).toBe(1);
  // And it comes up from the snapshot it was sent.
  swarm.fault({ kind: 'crash', host: 'manager3' });
  swarm.fault({ kind: 'restart', host: 'manager3' });
  write(swarm, 'manager3', 1);
  swarm.advance(5 * second);
  expect(new Set(states(swarm)).size).toBe(1);
});

test('R-R81: a snapshot that is older than the log by the time it arrives is followed by another', () => {
  const swarm = assembled(3, 0);
  snapshotEvery(swarm, 5, 0);
  swarm.fault({ kind: 'crash', host: 'manager3' });
  write(swarm, 'manager1', 20);
  const slow = { latency: 400 * millisecond };
  swarm.fault({ kind: 'link', from: ['manager1', 'manager2'], to: ['manager3'], settings: slow });
  const snapshots = record(swarm, ({ body, to }) =>
    body.kind === 'raft' && body.message.kind === 'snapshot' && to === 'manager3' ? to : undefined,
  );
  swarm.fault({ kind: 'restart', host: 'manager3' });
  for (let i = 0; i < 40; i++) {
    swarm.advance(50 * millisecond);
    write(swarm, 'manager1', 1);
  }
  swarm.advance(20 * second);
  expect(snapshots.length).toBeGreaterThan(1);
  expect(new Set(states(swarm)).size).toBe(1);
});

test('R-R38: a snapshot that is lost on its way is sent again', () => {
  const swarm = assembled(3, 0);
  snapshotEvery(swarm, 5, 0);
  swarm.fault({ kind: 'crash', host: 'manager3' });
  write(swarm, 'manager1', 20);
  swarm.fault({
    kind: 'link',
    from: ['manager1'],
    to: ['manager3'],
    settings: { latency: 300 * millisecond },
  });
  swarm.fault({ kind: 'restart', host: 'manager3' });
  const follower = swarm
    .managerOf('manager1')
    ?.raft.progress.find(({ id }) => id === swarm.managerOf('manager3')?.raft.id);
  const sent = swarm.runUntil(
    () =>
      swarm.managerOf('manager1')?.raft.progress.find(({ id }) => id === follower?.id)?.state === 'snapshot',
    10 * second,
  );
  expect(sent).toBe(true);
  // What is in flight is lost, and the link is whole again before anybody misses an answer.
  swarm.advance(100 * millisecond);
  swarm.fault({ kind: 'cut', from: ['manager1'], to: ['manager3'] });
  swarm.fault({ kind: 'mend', from: ['manager1'], to: ['manager3'] });
  swarm.advance(10 * second);
  expect(new Set(states(swarm)).size).toBe(1);
});

test.each(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])(
  'a snapshot may overtake a round that is still being saved (seed %s)',
  (seed) => {
    const swarm = assembled(3, 0, seed);
    snapshotEvery(swarm, 5, 5);
    new Client(swarm, 'manager1').createService(
      serviceSpec({ name: 'web', image: 'nginx', mode: { kind: 'global' } }),
    );
    swarm.fault({ kind: 'pause', host: 'manager2' });
    swarm.advance(2900 * millisecond);
    new Client(swarm, 'manager1').updateService('web', (spec) => ({
      ...spec,
      task: { ...spec.task, container: { ...spec.task.container, image: 'redis' } },
    }));
    swarm.fault({ kind: 'resume', host: 'manager2' });
    swarm.advance(20 * second);
    expect(new Set(states(swarm)).size).toBe(1);
  },
);

test('R-R122: a manager that joins a swarm with a compacted log begins with a snapshot', () => {
  const swarm = assembled(1, 0);
  snapshotEvery(swarm, 5, 0);
  write(swarm, 'manager1', 20);
  swarm.addMachine({ name: 'manager2', role: 'manager' });
  const snapshots = record(swarm, ({ body, to }) =>
    body.kind === 'raft' && body.message.kind === 'snapshot' ? to : undefined,
  );
  swarm.join('manager2', 'manager1', new Client(swarm, 'manager1').cluster().joinTokens.manager);
  swarm.advance(5 * second);
  expect(snapshots.map(({ kept }) => kept)).toContain('manager2');
  expect(new Set(states(swarm)).size).toBe(1);
});

test('R-R15: a crash in the middle of a write leaves a torn record, which a restart cuts off', () => {
  const swarm = assembled(3, 0);
  let torn = 0;
  for (let i = 0; i < 12; i++) {
    const [leader = ''] = leaders(swarm);
    swarm.fault({ kind: 'disk', host: leader, syncLatency: 50 * millisecond });
    const spec = serviceSpec({ name: `s${i}`, image: 'nginx', replicas: 0 });
    swarm.type(leader, { kind: 'node.call', call: { method: 'service.create', spec } });
    swarm.advance(10 * millisecond);
    if (swarm.managerOf(leader)?.round !== undefined) torn += 1;
    swarm.fault({ kind: 'crash', host: leader, torn: true });
    swarm.fault({ kind: 'restart', host: leader });
    swarm.fault({ kind: 'disk', host: leader, syncLatency: millisecond });
    awaitLeader(swarm);
    swarm.advance(5 * second);
  }
  expect(torn).toBe(12);
  expect(leaders(swarm)).toHaveLength(1);
  expect(new Set(states(swarm)).size).toBe(1);
});
