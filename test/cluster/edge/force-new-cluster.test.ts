// `docker swarm init --force-new-cluster`: one manager goes on alone with what was committed. No invariant watches: an operator does here
// what Raft forbids.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { networkSpec, serviceSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import { lastIndex } from '../../../src/raft/index.ts';
import { leaders, record, refusal } from '../scene.ts';
import { crash, isolate, managerAt, members, nodeOf, restart, until, unwatched } from './scene.ts';

const createNetwork = (swarm: Swarm, at: string, name: string) =>
  swarm.ask(at, { method: 'network.create', spec: networkSpec({ name }) });

describe('force-new-cluster', () => {
  it('E-84: drops what is not committed, removes the others at the old term, and leads at once', () => {
    const swarm = unwatched(3, 0);
    const others = ['manager2', 'manager3'].map((host) => managerAt(swarm, host).self.raftId);
    crash(swarm, 'manager2', 'manager3');
    expect(refusal(() => createNetwork(swarm, 'manager1', 'lost'))).toBeDefined();
    const { committed } = managerAt(swarm, 'manager1').raft.log;
    const oldTerm = managerAt(swarm, 'manager1').raft.term;
    expect(lastIndex(managerAt(swarm, 'manager1').raft.log)).toBe(committed + 1);
    swarm.forceNewCluster('manager1');
    const manager = managerAt(swarm, 'manager1');
    const appended = manager.raft.log.entries.filter(({ index }) => index > committed);
    expect(appended.map(({ kind, term, index }) => [kind, term, index])).toEqual([
      ['configuration', oldTerm, committed + 1],
      ['configuration', oldTerm, committed + 2],
    ]);
    expect([...manager.removed].sort()).toEqual([...others].sort());
    expect(members(swarm, 'manager1')).toEqual(['manager1']);
    expect(manager.raft.role).not.toBe('follower');
    until(swarm, 'it leads', () => leaders(swarm).includes('manager1'), second);
    expect(swarm.state()?.findByName('network', 'lost')).toBeUndefined();
    createNetwork(swarm, 'manager1', 'new');
  });

  it('R-R150: keeps services, nodes and tokens, and survives a restart', () => {
    const swarm = unwatched(3, 2);
    const client = new Client(swarm, 'manager1');
    client.createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 4 }));
    swarm.advance(10 * second);
    const { joinTokens } = client.cluster();
    crash(swarm, 'manager2', 'manager3');
    swarm.advance(40 * second);
    swarm.forceNewCluster('manager1');
    swarm.advance(second);
    crash(swarm, 'manager1');
    restart(swarm, 'manager1');
    swarm.advance(60 * second);
    expect(leaders(swarm)).toEqual(['manager1']);
    expect(client.cluster().joinTokens).toEqual(joinTokens);
    expect(client.list('service')).toHaveLength(1);
    expect(client.nodes().nodes).toHaveLength(5);
    expect(client.nodes().managers.size).toBe(1);
    for (const host of ['worker1', 'worker2']) expect(nodeOf(swarm, host)?.status.state).toBe('ready');
    for (const host of ['manager2', 'manager3']) expect(nodeOf(swarm, host)?.status.state).toBe('down');
  });

  it('R-R150: on a manager that has just joined, and has nothing of the log yet, adds itself', () => {
    const swarm = unwatched(1, 0);
    const { joinTokens } = new Client(swarm, 'manager1').cluster();
    swarm.addMachine({ name: 'manager2', role: 'manager' });
    swarm.join('manager2', 'manager1', joinTokens.manager);
    isolate(swarm, 'manager2');
    expect(managerAt(swarm, 'manager2').raft.log.committed).toBe(0);
    swarm.forceNewCluster('manager2');
    until(swarm, 'it leads', () => leaders(swarm).includes('manager2'), second);
    expect(members(swarm, 'manager2')).toEqual(['manager2']);
    createNetwork(swarm, 'manager2', 'new');
  });

  it('R-R17: the old manager leaves no timer or disk write behind', () => {
    const swarm = unwatched(1, 0);
    swarm.advance(second / 2);
    swarm.type('manager1', {
      kind: 'node.call',
      call: { method: 'network.create', spec: networkSpec({ name: 'lost' }) },
    });
    until(swarm, 'a round is being saved', () => managerAt(swarm, 'manager1').round !== undefined, second);
    swarm.forceNewCluster('manager1');
    const ticks = () => managerAt(swarm, 'manager1').raft.electionElapsed;
    until(swarm, 'it leads', () => leaders(swarm).length === 1, second);
    const before = ticks();
    swarm.advance(5 * second);
    expect(ticks() - before).toBe(5);
    createNetwork(swarm, 'manager1', 'new');
  });

  it('R-R113: is for managers', () => {
    const swarm = unwatched(1, 1);
    swarm.addMachine({ name: 'other', role: 'worker' });
    expect(refusal(() => swarm.forceNewCluster('worker1'))).toMatch(
      /^Unavailable: This node is not a swarm manager\. Worker nodes/,
    );
    expect(refusal(() => swarm.forceNewCluster('other'))).toMatch(
      /^Unavailable: This node is not a swarm manager\. Use "docker swarm init"/,
    );
  });

  it('R-R151, R-R134: former managers that live stop as soon as they reach it, and join it 32 s later', () => {
    const swarm = unwatched(3, 0);
    const former = ['manager2', 'manager3'].map((host) => managerAt(swarm, host).self.raftId);
    isolate(swarm, 'manager1');
    until(
      swarm,
      'the others lead',
      () => ['manager2', 'manager3'].includes(swarm.leader() ?? ''),
      60 * second,
    );
    swarm.forceNewCluster('manager1');
    swarm.advance(5 * second);
    // Two swarms with the same identity.
    expect(leaders(swarm)).toHaveLength(2);
    createNetwork(swarm, 'manager1', 'here');
    createNetwork(swarm, 'manager2', 'there');
    swarm.fault({ kind: 'heal' });
    const stopped = () =>
      former.every((raftId) => swarm.managers().every(([, { self }]) => self.raftId !== raftId));
    until(swarm, 'they stop', stopped, 60 * second);
    const since = swarm.world.now;
    const joined = record(swarm, ({ body }) =>
      body.kind === 'call' && body.call.method === 'raft.join' ? body.call.host : undefined,
    );
    until(swarm, 'they have joined', () => members(swarm, 'manager1').length === 3, 60 * second);
    expect((joined.at(-1)?.at ?? 0) - since).toBeLessThanOrEqual(32 * second + second / 10);
    expect((joined.at(-1)?.at ?? 0) - since).toBeGreaterThan(31 * second);
    swarm.advance(20 * second);
    expect(leaders(swarm)).toEqual(['manager1']);
    for (const host of ['manager2', 'manager3']) {
      expect(former).not.toContain(managerAt(swarm, host).self.raftId);
      expect(
        [...managerAt(swarm, host).store.tables.network.values()].map(({ spec }) => spec.name),
      ).toContain('here');
    }
    expect(swarm.state()?.findByName('network', 'there')).toBeUndefined();
  });
});
