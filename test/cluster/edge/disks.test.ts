// Edge cases of what a manager finds on its disk after a crash.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import type { ManagerRecord } from '../../../src/manager/peer.ts';
import type { ManagerState } from '../../../src/manager/state.ts';
import { readStorage } from '../../../src/manager/storage.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { millisecond, second } from '../../../src/model/duration.ts';
import { assembled, awaitLeader, states } from '../scene.ts';

function managerOf(swarm: Swarm, host: string): ManagerState {
  const manager = swarm.managerOf(host);
  if (manager === undefined) throw new Error(`${host} runs no manager`);
  return manager;
}

function write(swarm: Swarm, name: string): void {
  new Client(swarm, 'manager1').createService(serviceSpec({ name, image: 'nginx', replicas: 0 }));
}

function crash(swarm: Swarm, host: string, torn = false): void {
  swarm.fault({ kind: 'crash', host, torn });
  swarm.fault({ kind: 'restart', host });
}

describe('after a crash', () => {
  it('E-41: a commit index that was not synced is found again, with the same entries', () => {
    const swarm = assembled(3, 0);
    write(swarm, 'web');
    const { committed } = managerOf(swarm, 'manager1').raft.log;
    const follower = managerOf(swarm, 'manager3').raft.log;
    expect(swarm.runUntil(() => follower.committed === committed, second)).toBe(true);
    crash(swarm, 'manager3');
    const restarted = managerOf(swarm, 'manager3');
    expect(restarted.raft.log.committed).toBeLessThan(committed);
    expect(restarted.store.version).toBe(restarted.raft.log.committed);
    swarm.advance(15 * second);
    expect(restarted.raft.log.committed).toBeGreaterThanOrEqual(committed);
    const kept = restarted.raft.log.entries.filter(({ index }) => index <= committed);
    expect(kept).toEqual(follower.entries.filter(({ index }) => index <= committed));
    expect(new Set(states(swarm)).size).toBe(1);
  });

  it.each(['one', 'two', 'three', 'four'])(
    'E-42: a received snapshot and the state that goes with it are there both, or neither (%s)',
    (seed) => {
      const swarm = assembled(3, 0, seed);
      new Client(swarm, 'manager1').updateCluster((spec) => ({
        ...spec,
        snapshotInterval: 10,
        logEntriesForSlowFollowers: 0,
      }));
      swarm.fault({ kind: 'crash', host: 'manager3' });
      for (let count = 0; count < 40; count += 1) write(swarm, `service${count}`);
      swarm.fault({ kind: 'disk', host: 'manager3', syncLatency: 50 * millisecond });
      swarm.fault({ kind: 'restart', host: 'manager3' });
      const receiving = (): number => managerOf(swarm, 'manager3').round?.snapshot?.index ?? 0;
      expect(swarm.runUntil(() => receiving() > 0, 30 * second)).toBe(true);
      const index = receiving();
      crash(swarm, 'manager3', true);
      expect(managerOf(swarm, 'manager3').raft.log.committed).toBeLessThan(index);
      expect(swarm.runUntil(() => receiving() > 0, 30 * second)).toBe(true);
      expect(swarm.runUntil(() => receiving() === 0, second)).toBe(true);
      crash(swarm, 'manager3', true);
      const { log } = managerOf(swarm, 'manager3').raft;
      expect(log.baseIndex).toBeGreaterThanOrEqual(index);
      expect(log.committed).toBeGreaterThanOrEqual(log.baseIndex);
      swarm.advance(15 * second);
      expect(new Set(states(swarm)).size).toBe(1);
    },
  );

  it.each(['one', 'two', 'three', 'four'])('E-43: a torn last record is cut off (%s)', (seed) => {
    const swarm = assembled(1, 0, seed);
    const spec = serviceSpec({ name: 'web', image: 'nginx', replicas: 0 });
    swarm.type('manager1', { kind: 'node.call', call: { method: 'service.create', spec } });
    const manager = managerOf(swarm, 'manager1');
    expect(swarm.runUntil(() => (manager.round?.entries.length ?? 0) > 0, second)).toBe(true);
    const index = manager.round?.entries[0]?.index ?? 0;
    crash(swarm, 'manager1', true);
    const { log } = managerOf(swarm, 'manager1').raft;
    expect(log.entries.filter((entry) => entry.index < index)).toHaveLength(index - 1);
    awaitLeader(swarm);
    write(swarm, 'other');
  });

  it('E-43: a log with a hole in the middle keeps the manager from starting', () => {
    const member = { raftId: 1, nodeId: 'n', host: 'manager1', addr: '192.168.99.100:2377' };
    const entry = (index: number): ManagerRecord => ({
      kind: 'raft.entries',
      entries: [{ kind: 'normal', term: 1, index, data: null }],
    });
    const start = (...log: ManagerRecord[]) =>
      readStorage((file) => (file === 'raft/log' ? log : [{ kind: 'raft.identity', member }]));
    expect(start(entry(1), entry(2))?.entries).toHaveLength(2);
    expect(() => start(entry(1), entry(3))).toThrow('the log does not go on at index 3');
  });
});
