// Edge cases of elections and of member changes as SwarmKit drives Raft: health checks, restarts, and callers that wait.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { canRemove } from '../../../src/manager/membership/quorum.ts';
import type { RaftMessage } from '../../../src/manager/peer.ts';
import type { ManagerState } from '../../../src/manager/state.ts';
import { lostLeadership } from '../../../src/manager/texts.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import { assembled, awaitLeader, leaders, machines, record, refusal } from '../scene.ts';

function managerOf(swarm: Swarm, host: string): ManagerState {
  const manager = swarm.managerOf(host);
  if (manager === undefined) throw new Error(`${host} runs no manager`);
  return manager;
}

/** When managers begin elections from now on, and which. */
function campaigns(swarm: Swarm): { readonly host: string; readonly at: number }[] {
  const found: { readonly host: string; readonly at: number }[] = [];
  swarm.watch({
    note(host, note) {
      if (note.kind === 'raft.campaign') found.push({ host, at: swarm.world.now });
    },
  });
  return found;
}

describe('a vote request', () => {
  it('E-17: of a member that cannot be reached is ignored, whatever its term', () => {
    const swarm = assembled(3, 0);
    swarm.fault({ kind: 'cut', from: ['manager1', 'manager2'], to: ['manager3'] });
    swarm.fault({ kind: 'stop', host: 'manager1' });
    const { raft } = managerOf(swarm, 'manager2');
    const asked = record(swarm, ({ to, body }) =>
      to === 'manager2' && body.kind === 'raft' && body.message.kind === 'vote'
        ? body.message.term
        : undefined,
    );
    let { term } = raft;
    let isolated = true;
    swarm.watch({
      handled() {
        // Its term grows by its own campaigns alone.
        if (isolated && raft.term !== term)
          expect(raft).toMatchObject({ role: 'candidate', term: term + 1, vote: raft.id });
        ({ term } = raft);
      },
    });
    swarm.advance(200 * second);
    expect(asked.length).toBeGreaterThan(5);
    expect(leaders(swarm)).toEqual([]);
    isolated = false;
    swarm.fault({ kind: 'heal' });
    awaitLeader(swarm);
  });

  it('E-17: of a stranger is ignored, whatever its term', () => {
    const swarm = assembled(3, 0);
    swarm.fault({ kind: 'stop', host: 'manager1' });
    const { raft } = managerOf(swarm, 'manager2');
    // Past the lease, before the first timeout.
    expect(swarm.runUntil(() => raft.electionElapsed >= 10, 15 * second)).toBe(true);
    const { term } = raft;
    const message = {
      kind: 'vote',
      from: 1,
      to: raft.id,
      term: term + 9,
      preVote: false,
      lastIndex: 999,
    } as const;
    const body = { kind: 'raft', message: { ...message, lastTerm: term + 8, transfer: true } } as const;
    swarm.world.inject({ kind: 'command', host: 'manager2', body });
    const answered = record(swarm, ({ from, body: { kind } }) =>
      from === 'manager2' && kind.startsWith('raft') ? kind : undefined,
    );
    swarm.advance(second / 2);
    expect(answered).toEqual([]);
    expect(raft.term).toBe(term);
    expect(raft.vote).not.toBe(message.from);
  });
});

describe('a Raft message', () => {
  it('R-R41, R-R42: that proposes, or is for another Raft ID, is dropped', () => {
    const swarm = assembled(3, 0);
    const [leader, follower] = ['manager1', 'manager2'].map((host) => managerOf(swarm, host).raft);
    if (leader === undefined || follower === undefined) throw new Error('two managers run');
    const last = leader.log.entries.at(-1);
    const give = (message: RaftMessage): void => {
      swarm.world.inject({ kind: 'command', host: 'manager1', body: { kind: 'raft', message } });
      swarm.world.runUntil(swarm.world.now);
    };
    const proposal = { kind: 'normal', data: null } as const;
    give({ kind: 'propose', from: follower.id, to: leader.id, term: 0, proposal });
    expect(leader.log.entries.at(-1)).toEqual(last);
    give({ kind: 'heartbeat', from: follower.id, to: 1, term: 99, commit: 0, context: '' });
    expect(leader).toMatchObject({ role: 'leader' });
    give({ kind: 'heartbeat', from: follower.id, to: leader.id, term: 99, commit: 0, context: '' });
    expect(leader).toMatchObject({ role: 'follower', term: 99 });
  });
});

describe('managers that come up again', () => {
  it('E-19: the only one leads without waiting for a timeout', () => {
    const swarm = assembled(1, 0);
    swarm.fault({ kind: 'crash', host: 'manager1' });
    swarm.advance(second);
    swarm.fault({ kind: 'restart', host: 'manager1' });
    expect(awaitLeader(swarm)).toBeLessThan(second);
  });

  it.each(['one', 'two', 'three', 'four', 'five'])(
    'E-20: three together wait for their timeouts (%s)',
    (seed) => {
      const swarm = assembled(3, 0, seed);
      const hosts = swarm.machines.map(({ name }) => name);
      for (const host of hosts) swarm.fault({ kind: 'crash', host });
      swarm.advance(second);
      for (const host of hosts) swarm.fault({ kind: 'restart', host });
      const start = swarm.world.now;
      const begun = campaigns(swarm);
      awaitLeader(swarm, 120 * second);
      const [first] = begun.map(({ at }) => at - start);
      expect(first).toBeGreaterThanOrEqual(10 * second);
      expect(first).toBeLessThanOrEqual(19 * second);
    },
  );
});

describe('member changes', () => {
  const joinCall = { method: 'raft.join', id: 77, nodeId: 'a'.repeat(25), host: 'manager4' } as const;

  /** manager4 stands ready to become a member, and asks `leader` for it; answers to that are recorded. */
  function joins(swarm: Swarm, leader: string) {
    const answers = record(swarm, ({ to, body }) =>
      to === 'manager4' && body.kind === 'reply' && body.reply.id === joinCall.id ? body.reply : undefined,
    );
    const call = { ...joinCall, addr: '192.168.99.103:2377' };
    const body = { kind: 'call', route: ['manager4'], forwarded: false, call } as const;
    swarm.world.inject({ kind: 'command', host: leader, body });
    return answers;
  }

  /** Three managers, and a machine that would be the fourth but hears nothing of the one it asked. */
  function threeAndOne(): Swarm {
    const swarm = machines(4, 0);
    swarm.init('manager1');
    const token = new Client(swarm, 'manager1').cluster().joinTokens.manager;
    for (const host of ['manager2', 'manager3']) swarm.join(host, 'manager1', token);
    swarm.advance(10 * second);
    swarm.fault({ kind: 'cut', from: ['manager4'], to: ['manager2'] });
    swarm.type('manager4', { kind: 'node.join', manager: 'manager2', token, availability: 'active' });
    return swarm;
  }

  /** Demotes manager3 and stops the clock when its removal is in the leader's log, not yet committed. */
  function removalPending(swarm: Swarm): ManagerState {
    const leader = managerOf(swarm, 'manager1');
    const { id: nodeId, meta, spec } = new Client(swarm, 'manager1').node('manager3');
    const demoted = { ...spec, role: 'worker' } as const;
    const call = { method: 'node.update', nodeId, version: meta.version, spec: demoted } as const;
    swarm.type('manager1', { kind: 'node.call', call });
    const { raft } = leader;
    expect(swarm.runUntil(() => raft.pendingChangeIndex > raft.log.committed, second)).toBe(true);
    return leader;
  }

  it('E-53: the caller of a change that became an empty entry waits out its 25 s, though the log moves on', () => {
    const swarm = threeAndOne();
    const leader = removalPending(swarm);
    swarm.fault({
      kind: 'partition',
      groups: [
        ['manager1', 'manager4'],
        ['manager2', 'manager3'],
      ],
    });
    const start = swarm.world.now;
    const answers = joins(swarm, 'manager1');
    swarm.advance(second);
    const proposed = leader.raft.log.entries.slice(-2);
    expect(proposed).toMatchObject([{ kind: 'configuration' }, { kind: 'normal', data: null }]);
    swarm.fault({ kind: 'heal' });
    swarm.advance(10 * second);
    expect(leader.raft.log.applied).toBeGreaterThanOrEqual(proposed[1]?.index ?? Number.NaN);
    expect(leader.members.size).toBe(2);
    expect(answers).toEqual([]);
    swarm.advance(20 * second);
    const [answer] = answers;
    expect(answer?.kept).toMatchObject({ method: 'control.failed', error: { code: 'DeadlineExceeded' } });
    expect(Math.floor(((answer?.at ?? 0) - start) / second)).toBe(25);
  });

  it('E-54: a leader that has not applied what it inherited takes no change', () => {
    const swarm = threeAndOne();
    swarm.fault({ kind: 'stop', host: 'manager1' });
    const winner = (): string | undefined =>
      swarm.managers().find(([, { raft }]) => raft.role === 'leader')?.[0];
    expect(swarm.runUntil(() => winner() !== undefined, 120 * second)).toBe(true);
    const host = winner() ?? '';
    expect(managerOf(swarm, host).leadership).toBeUndefined();
    const { length } = managerOf(swarm, host).raft.log.entries;
    const answers = joins(swarm, host);
    swarm.world.runUntil(swarm.world.now);
    expect(managerOf(swarm, host).raft.log.entries).toHaveLength(length);
    swarm.advance(second);
    const error = { code: 'FailedPrecondition', message: lostLeadership };
    expect(answers.map(({ kept }) => kept)).toMatchObject([{ method: 'control.failed', error }]);
  });

  it('E-55: while a removal is applied on the leader alone, neither it nor the rest can decide without another', () => {
    const swarm = threeAndOne();
    const leader = removalPending(swarm);
    expect(swarm.runUntil(() => leader.members.size === 2, second)).toBe(true);
    expect(managerOf(swarm, 'manager2').members.size).toBe(3);
    swarm.fault({ kind: 'partition', groups: [['manager1'], ['manager2'], ['manager3']] });
    expect(refusal(() => createService(swarm, 'manager1'))).toMatch(/lost leader status|deadline exceeded/);
    swarm.advance(100 * second);
    expect(leaders(swarm)).toEqual([]);
    // The two that still count three make the removal good, and with that one of them is not enough.
    swarm.fault({ kind: 'mend', from: ['manager2', 'manager3'], to: ['manager2', 'manager3'] });
    const other = managerOf(swarm, 'manager2');
    expect(swarm.runUntil(() => other.members.size === 2, 100 * second)).toBe(true);
    expect(leaders(swarm)).not.toContain('manager1');
    swarm.advance(100 * second);
    expect(leaders(swarm)).toEqual([]);
    swarm.fault({ kind: 'heal' });
    awaitLeader(swarm);
    createService(swarm, swarm.leader() ?? '');
  });

  function createService(swarm: Swarm, host: string): void {
    new Client(swarm, host).createService(serviceSpec({ name: host, image: 'nginx', replicas: 1 }));
  }

  it('E-56: the last manager is never removed', () => {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    expect(refusal(() => client.updateNode('manager1', (spec) => ({ ...spec, role: 'worker' })))).toBe(
      'FailedPrecondition: attempting to demote the last manager of the swarm',
    );
    expect(canRemove([])).toBe(false);
  });
});
