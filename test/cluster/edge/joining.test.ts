// Joining: tokens, the way into the Raft group, and what becomes of those who were in it.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { second } from '../../../src/model/duration.ts';
import { lastIndex } from '../../../src/raft/index.ts';
import { assembled, leaders, machines, record, refusal, timed } from '../scene.ts';
import { crash, cut, managerAt, members, nodeOf, restart, setRole, until } from './scene.ts';

/** A swarm of that many managers beside a machine named `joiner`. */
function withJoiner(managers: number): { readonly swarm: Swarm; readonly client: Client } {
  const swarm = assembled(managers, 0);
  swarm.addMachine({ name: 'joiner', role: 'worker' });
  return { swarm, client: new Client(swarm, 'manager1') };
}

const endOfLog = (swarm: Swarm) => lastIndex(managerAt(swarm, 'manager1').raft.log);

describe('a token', () => {
  it('E-78: that was rotated is refused, the other role is not concerned', () => {
    const { swarm, client } = withJoiner(1);
    const old = client.cluster().joinTokens;
    client.updateCluster((spec) => spec, ['worker-token']);
    const taken = timed(swarm, () =>
      expect(refusal(() => swarm.join('joiner', 'manager1', old.worker))).toBe(
        'InvalidArgument: A valid join token is necessary to join this cluster',
      ),
    );
    expect(taken).toBeGreaterThan(10 * second);
    expect(taken).toBeLessThan(10.5 * second);
    expect(client.cluster().joinTokens.manager).toBe(old.manager);
    swarm.join('joiner', 'manager1', old.manager);
    expect(members(swarm, 'manager1')).toEqual(['joiner', 'manager1']);
  });

  it('E-79: with a secret of 24 characters is refused before anybody is asked', () => {
    const { swarm, client } = withJoiner(1);
    const sent = record(swarm, ({ from }) => (from === 'joiner' ? from : undefined));
    const token = client.cluster().joinTokens.worker.slice(0, -1);
    expect(refusal(() => swarm.join('joiner', 'manager1', token))).toBe(
      'InvalidArgument: invalid join token',
    );
    swarm.advance(second);
    expect(sent).toEqual([]);
  });

  it('E-79: of another swarm does not fit the certificate, five times', () => {
    const { swarm, client } = withJoiner(1);
    const digest = client.cluster().joinTokens.worker.split('-')[2] ?? '';
    const foreign = `SWMTKN-1-${'1'.padStart(50, '0')}-${'s'.repeat(25)}`;
    expect(digest).toHaveLength(50);
    const tries = record(swarm, ({ from, body }) =>
      from === 'joiner' && body.kind === 'call' ? body.call.method : undefined,
    );
    expect(refusal(() => swarm.join('joiner', 'manager1', foreign))).toBe(
      `Unknown: remote CA does not match fingerprint. Expected: ${'1'.padStart(64, '0')}`,
    );
    expect(tries.map(({ kept }) => kept)).toEqual(Array(5).fill('swarm.root'));
    expect(client.nodes().nodes).toHaveLength(1);
  });
});

describe('a request to join the Raft group', () => {
  it('E-80: repeated with the same address gives the same Raft ID and writes nothing', () => {
    const swarm = assembled(3, 0);
    const { nodeId, host, addr, raftId } = managerAt(swarm, 'manager2').self;
    const before = endOfLog(swarm);
    const call = { method: 'raft.join', nodeId, host, addr } as const;
    expect(swarm.ask('manager2', call)).toMatchObject({ kind: 'member', raftId });
    expect(endOfLog(swarm)).toBe(before);
  });

  it('E-80: with a new address gives the same Raft ID and writes one change', () => {
    const swarm = assembled(3, 0);
    const { nodeId, host, raftId } = managerAt(swarm, 'manager2').self;
    const before = endOfLog(swarm);
    const addr = '192.168.99.200:2377';
    expect(swarm.ask('manager2', { method: 'raft.join', nodeId, host, addr })).toMatchObject({ raftId });
    const { entries } = managerAt(swarm, 'manager1').raft.log;
    expect(entries.filter(({ index }) => index > before)).toMatchObject([
      { kind: 'configuration', change: { operations: [{ type: 'update', id: raftId }] } },
    ]);
    expect(managerAt(swarm, 'manager1').members.get(raftId)?.addr).toBe(addr);
    expect(managerAt(swarm, 'manager1').members.size).toBe(3);
  });

  it('E-80: of a manager that comes up with another address has all know it', () => {
    const swarm = assembled(3, 0);
    const { nodeId, raftId } = managerAt(swarm, 'manager2').self;
    crash(swarm, 'manager2');
    swarm.setAddress('manager2', '192.168.99.200');
    restart(swarm, 'manager2');
    swarm.advance(5 * second);
    for (const host of ['manager1', 'manager2', 'manager3']) {
      expect(managerAt(swarm, host).members.get(raftId)?.addr).toBe('192.168.99.200:2377');
      expect(new Client(swarm, host).nodes().managers.get(nodeId)?.addr).toBe('192.168.99.200:2377');
    }
    expect(managerAt(swarm, 'manager2').self.addr).toBe('192.168.99.200:2377');
    expect(nodeOf(swarm, 'manager2')?.status.addr).toBe('192.168.99.200');
    // It has told it once and for all.
    const told = record(swarm, ({ body }) => (body.kind === 'call' ? body.call.method : undefined));
    crash(swarm, 'manager2');
    restart(swarm, 'manager2');
    swarm.advance(5 * second);
    expect(told.map(({ kept }) => kept)).not.toContain('raft.join');
  });

  it('R-R121: of the only manager with another address is one to itself', () => {
    const swarm = assembled(1, 0);
    crash(swarm, 'manager1');
    swarm.setAddress('manager1', '192.168.99.200');
    restart(swarm, 'manager1');
    swarm.advance(5 * second);
    expect([...new Client(swarm, 'manager1').nodes().managers.values()]).toMatchObject([
      { addr: '192.168.99.200:2377' },
    ]);
  });

  it('R-R121: with something that is no address is refused', () => {
    const swarm = assembled(1, 0);
    const { nodeId, host } = managerAt(swarm, 'manager1').self;
    for (const addr of ['nowhere', '192.168.99.300:2377', '192.168.99.1:70000']) {
      expect(refusal(() => swarm.ask('manager1', { method: 'raft.join', nodeId, host, addr }))).toBe(
        `InvalidArgument: invalid address ${addr} in raft join request`,
      );
    }
  });

  it('E-81: of a machine that cannot be reached is refused, but its node is there', () => {
    const { swarm, client } = withJoiner(3);
    cut(swarm, 'manager1', 'joiner');
    const before = managerAt(swarm, 'manager1').raft.configuration;
    const taken = timed(swarm, () =>
      expect(refusal(() => swarm.join('joiner', 'manager2', client.cluster().joinTokens.manager))).toMatch(
        /^Unknown: could not connect to prospective new cluster member using its advertised address: /,
      ),
    );
    expect(taken).toBeGreaterThanOrEqual(5 * second);
    expect(taken).toBeLessThan(6 * second);
    expect(managerAt(swarm, 'manager1').raft.configuration).toEqual(before);
    expect(swarm.memoryOf('joiner')?.identity).toBeUndefined();
    const { nodes, managers } = client.nodes();
    expect(managers.size).toBe(3);
    const leftover = nodes.filter(({ id }) => !managers.has(id));
    expect(leftover).toMatchObject([{ role: 'manager', spec: { role: 'manager' } }]);
  });

  it('R-R121: waits for its commit longer than the health check may take', () => {
    const { swarm, client } = withJoiner(3);
    const token = client.cluster().joinTokens.manager;
    until(swarm, 'a quiet moment', () => managerAt(swarm, 'manager1').round === undefined, second);
    const command = swarm.type('joiner', {
      kind: 'node.join',
      manager: 'manager1',
      token,
      availability: 'active',
    });
    until(
      swarm,
      'it is checked',
      () => managerAt(swarm, 'manager1').leadership?.joins[0]?.phase === 'checking',
      second,
    );
    swarm.fault({
      kind: 'partition',
      groups: [
        ['manager1', 'joiner', 'registry'],
        ['manager2', 'manager3'],
      ],
    });
    swarm.advance(7 * second);
    expect(managerAt(swarm, 'manager1').leadership?.joins).toMatchObject([{ phase: 'changing' }]);
    expect(swarm.answerTo(command)).toBeUndefined();
    swarm.fault({ kind: 'heal' });
    swarm.advance(3 * second);
    expect(swarm.answerTo(command)).toMatchObject({ joined: { role: 'manager' } });
    expect(members(swarm, 'manager1')).toHaveLength(4);
  });

  it('E-82: from 1 to 2 managers commits alone; nothing does any more when the second dies', () => {
    const swarm = machines(2, 0);
    swarm.init('manager1');
    const client = new Client(swarm, 'manager1');
    const token = client.cluster().joinTokens.manager;
    swarm.type('manager2', { kind: 'node.join', manager: 'manager1', token, availability: 'active' });
    until(swarm, 'it is a member', () => members(swarm, 'manager1').length === 2, 5 * second);
    crash(swarm, 'manager2');
    expect(refusal(() => client.updateCluster((spec) => spec))).toBe(
      'Unknown: raft: failed to process the request: node lost leader status',
    );
    swarm.advance(60 * second);
    expect(leaders(swarm)).toEqual([]);
  });

  it('R-R123: of a node that is refused leaves it free to join again', () => {
    const { swarm, client } = withJoiner(3);
    const { manager, worker } = client.cluster().joinTokens;
    cut(swarm, 'manager1', 'joiner');
    expect(refusal(() => swarm.join('joiner', 'manager2', manager))).toBeDefined();
    swarm.fault({ kind: 'heal' });
    swarm.join('joiner', 'manager2', worker);
    until(swarm, 'it is ready', () => nodeOf(swarm, 'joiner')?.status.state === 'ready', 10 * second);
  });
});

describe('a manager that was removed', () => {
  it('E-83: learns so from the answers when it comes back with its old disk', () => {
    const swarm = assembled(3, 0);
    crash(swarm, 'manager3');
    swarm.advance(4 * second);
    setRole(swarm, 'manager1', 'manager3', 'worker');
    until(swarm, 'it is out', () => members(swarm, 'manager1').length === 2, 10 * second);
    restart(swarm, 'manager3');
    expect(swarm.managerOf('manager3')).toBeDefined();
    const told = record(swarm, ({ to, body }) => (to === 'manager3' ? body.kind : undefined));
    until(swarm, 'it stops', () => swarm.managerOf('manager3') === undefined, 30 * second);
    expect(told.map(({ kept }) => kept)).toContain('raft.removed');
    swarm.advance(second);
    crash(swarm, 'manager3');
    restart(swarm, 'manager3');
    expect(swarm.managerOf('manager3')).toBeUndefined();
    until(
      swarm,
      'it is a worker',
      () => swarm.memoryOf('manager3')?.identity?.role === 'worker',
      60 * second,
    );
    expect(nodeOf(swarm, 'manager3')?.role).toBe('worker');
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager2']);
  });
});
