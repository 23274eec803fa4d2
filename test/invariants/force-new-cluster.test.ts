// Forcing a new cluster breaks what Raft promises, and is meant to: the watch begins anew there, and goes on.

import { expect, test } from 'vitest';
import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { allInvariants } from '../../src/invariants/all.ts';
import type { Invariant } from '../../src/invariants/invariant.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { second } from '../../src/model/duration.ts';

const machines = ['m1', 'm2', 'm3'].map((name) => ({ name, role: 'manager' as const }));

test('a new cluster may replace what was not committed, and is watched from there on', () => {
  const heard: string[] = [];
  const listener: Invariant = {
    name: 'hears of everything',
    watch: () => ({
      manager: ({ host, manager }) => void heard.push(`${host} ${manager.raft.id}`),
      committed: ({ events }) => {
        for (const event of events) if (event.kind === 'service') heard.push(event.id);
      },
    }),
  };
  const swarm = Swarm.create('1', { machines });
  watchInvariants(swarm, [...allInvariants, listener]);
  assembleSwarm(swarm);
  const client = new Client(swarm, 'm1');

  const ids = ['m1', 'm2', 'm3'].map((host) => `${host} ${swarm.managerOf(host)?.raft.id}`);
  const [own = ''] = ids;

  // m1 has entries that nobody else has: it wanted to mark nodes down.
  for (const host of ['m2', 'm3']) swarm.fault({ kind: 'crash', host });
  swarm.advance(60 * second);
  const { log } = swarm.managerOf('m1')?.raft ?? {};
  expect(log?.entries.at(-1)?.index).toBeGreaterThan(log?.committed ?? 0);

  swarm.forceNewCluster('m1');
  swarm.advance(second);
  expect(swarm.leader()).toBe('m1');
  heard.length = 0;
  const id = client.createService(serviceSpec({ name: 'web', image: 'nginx' }));
  expect(heard).toContain(own);
  expect(heard).toContain(id);

  // The others are another cluster, until they hear that they were removed (R-R151). What they do is not held against this one; as
  // new members they are watched like everybody.
  heard.length = 0;
  for (const host of ['m2', 'm3']) swarm.fault({ kind: 'restart', host });
  swarm.advance(120 * second);
  expect(ids.filter((each) => heard.includes(each))).toEqual([own]);
  expect(new Set(heard).size).toBe(3);
});
