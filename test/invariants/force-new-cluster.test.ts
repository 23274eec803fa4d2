// Forcing a new cluster breaks what Raft promises, and is meant to: the new one is watched from there on, and the old one goes on as another.

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

test('a new cluster may replace what was not committed, and each is watched by itself', () => {
  const heard: string[] = [];
  let clusters = 0;
  const listener: Invariant = {
    name: 'hears of everything',
    watch: () => {
      clusters += 1;
      const cluster = clusters;
      return {
        manager: ({ host, manager }) => void heard.push(`${cluster} ${host} ${manager.raft.id}`),
        committed: ({ events }) => {
          for (const event of events) if (event.kind === 'service') heard.push(`${cluster} ${event.id}`);
        },
      };
    },
  };
  const swarm = Swarm.create('1', { machines });
  watchInvariants(swarm, [...allInvariants, listener]);
  assembleSwarm(swarm);
  const client = new Client(swarm, 'm1');

  const [m1 = '', m2 = '', m3 = ''] = ['m1', 'm2', 'm3'].map(
    (host) => `${host} ${swarm.managerOf(host)?.raft.id}`,
  );

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
  expect(heard).toContain(`2 ${m1}`);
  expect(heard).toContain(`2 ${id}`);
  expect(heard.some((each) => each.startsWith('1 '))).toBe(false);

  // The others are the old cluster, until they hear that they were removed (R-R151); then they join the new one, as new members.
  heard.length = 0;
  for (const host of ['m2', 'm3']) swarm.fault({ kind: 'restart', host });
  swarm.advance(120 * second);
  const told = new Set(heard);
  expect([...told].filter((each) => each.startsWith('1 ')).sort()).toEqual([`1 ${m2}`, `1 ${m3}`]);
  const inNew = [...told].filter((each) => each.startsWith('2 m')).map((each) => each.split(' ')[1]);
  expect(inNew.sort()).toEqual(['m1', 'm2', 'm3']);
  expect(told.has(`2 ${m1}`)).toBe(true);
});
