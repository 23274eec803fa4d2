// Edge cases of the quorum check, leadership transfer and configuration changes, with the settings of a Swarm manager.

import { describe, expect, it } from 'vitest';
import {
  advance,
  applyConfigurationChange,
  type ConfigurationChange,
  campaign,
  type OperationType,
  propose,
  proposeConfigurationChange,
  step,
  takeReady,
  transferLeadership,
} from '../../../src/raft/index.ts';
import { type Cluster, LONGEST, type Packet, type Raft } from '../cluster.ts';
import { accepted, append, ask, drain, heartbeatResponse, round, vote } from '../single.ts';
import { exchanges, manager, managers, ticks, times, winner } from './bench.ts';

function single(type: OperationType, id: number): ConfigurationChange<string> {
  return { form: 'single', transition: 'auto', operations: [{ type, id }], context: null };
}

/** A leader that everybody follows and answers. */
function led(voters: number, spares = 0): Cluster {
  const cluster = managers(voters, { spares });
  cluster.elect(1);
  return cluster;
}

describe('the quorum check', () => {
  it.each([
    ['E-44: answers up to tick 9 pass the check of tick 10 and fail that of tick 20', 9, 20],
    ['E-45: answers up to tick 12 pass the checks of tick 10 and 20 and fail that of tick 30', 12, 30],
  ])('%s', (_name, answered, deposed) => {
    const cluster = led(3);
    exchanges(cluster, 1, answered);
    exchanges(cluster, 1, deposed - answered - 1, [2, 3]);
    expect(cluster.raft(1).role).toBe('leader');
    exchanges(cluster, 1, 1, [2, 3]);
    expect(cluster.raft(1)).toMatchObject({ role: 'follower', leader: 0 });
  });

  it('E-46: two followers keep a leader of five for ever, one does not', () => {
    const cluster = led(5);
    exchanges(cluster, 1, 500, [4, 5]);
    expect(cluster.raft(1).role).toBe('leader');
    exchanges(cluster, 1, 20, [3, 4, 5]);
    expect(cluster.raft(1).role).toBe('follower');
  });

  it('E-47: a first follower that never answers is held against the leader from the second check on', () => {
    const cluster = led(1, 1);
    const leader = cluster.raft(1);
    proposeConfigurationChange(leader, LONGEST, single('add-voter', 2));
    cluster.settle([2]);
    expect(leader.configuration.voters).toEqual([1, 2]);
    exchanges(cluster, 1, 19, [2]);
    expect(leader.role).toBe('leader');
    exchanges(cluster, 1, 1, [2]);
    expect(leader.role).toBe('follower');
    for (let passed = 0; passed < 100; passed += 1) {
      exchanges(cluster, 1, 1, [2]);
      expect(leader.role).not.toBe('leader');
    }
  });
});

describe('leadership transfer', () => {
  it('E-48: a member that has everything campaigns at once, and no lease holds it up', () => {
    const cluster = led(3);
    exchanges(cluster, 1, 1);
    const { term } = cluster.raft(1);
    transferLeadership(cluster.raft(1), LONGEST, 2);
    expect(cluster.round(1).messages).toMatchObject([{ kind: 'timeout-now', to: 2, term }]);
    cluster.settle();
    expect(cluster.raft(2)).toMatchObject({ role: 'leader', term: term + 1 });
    for (const id of [1, 3]) {
      expect(cluster.raft(id)).toMatchObject({ role: 'follower', leader: 2, term: term + 1 });
    }
  });

  /** A leader whose member 2 is 300 entries behind, and member 3 is not. */
  function with300Missing(): Raft {
    const { leader } = winner([]);
    ask(leader, accepted(3, 1, 1));
    for (let count = 0; count < 300; count += 1) propose(leader, LONGEST, 'x');
    drain(leader);
    ask(leader, accepted(3, 1, 301));
    expect(leader.log.committed).toBe(301);
    return leader;
  }

  it('E-49: a member that is behind is brought up to date first', () => {
    const leader = with300Missing();
    ask(leader, heartbeatResponse(2, 1));
    transferLeadership(leader, LONGEST, 2);
    expect(drain(leader).filter(({ kind }) => kind === 'timeout-now')).toEqual([]);
    expect(ask(leader, accepted(2, 1, 300)).filter(({ kind }) => kind === 'timeout-now')).toEqual([]);
    expect(ask(leader, accepted(2, 1, 301))).toContainEqual({ kind: 'timeout-now', from: 1, to: 2, term: 1 });
  });

  it('E-49: ten ticks later the transfer is given up, and proposals are taken again', () => {
    const leader = with300Missing();
    transferLeadership(leader, LONGEST, 2);
    ticks(leader, 9);
    expect(leader.transferTarget).toBe(2);
    ask(leader, heartbeatResponse(3, 1));
    ticks(leader, 1);
    expect(leader).toMatchObject({ role: 'leader', transferTarget: 0 });
    expect(propose(leader, LONGEST, 'x')).toBe('ok');
  });

  it('E-50: proposals during a transfer are dropped', () => {
    const leader = with300Missing();
    transferLeadership(leader, LONGEST, 2);
    expect(propose(leader, LONGEST, 'x')).toBe('proposal dropped');
    expect(proposeConfigurationChange(leader, LONGEST, single('add-voter', 4))).toBe('proposal dropped');
    expect(leader.log.entries).toHaveLength(301);
  });

  it('E-51: to oneself, to nobody, and to the same again nothing happens', () => {
    const leader = with300Missing();
    ticks(leader, 5);
    drain(leader);
    for (const target of [1, 9]) {
      transferLeadership(leader, LONGEST, target);
      expect(leader).toMatchObject({ transferTarget: 0, electionElapsed: 5 });
    }
    transferLeadership(leader, LONGEST, 2);
    expect(leader).toMatchObject({ transferTarget: 2, electionElapsed: 0 });
    drain(leader);
    ticks(leader, 3);
    drain(leader);
    transferLeadership(leader, LONGEST, 2);
    expect(drain(leader)).toEqual([]);
    expect(leader).toMatchObject({ transferTarget: 2, electionElapsed: 3 });
  });

  it('E-51: to oneself cancels what is pending, to another replaces it', () => {
    const leader = with300Missing();
    transferLeadership(leader, LONGEST, 2);
    transferLeadership(leader, LONGEST, 1);
    expect(leader.transferTarget).toBe(0);
    transferLeadership(leader, LONGEST, 2);
    ticks(leader, 3);
    drain(leader);
    transferLeadership(leader, LONGEST, 3);
    expect(leader).toMatchObject({ transferTarget: 3, electionElapsed: 0 });
    expect(drain(leader)).toEqual([{ kind: 'timeout-now', from: 1, to: 3, term: 1 }]);
  });

  it('E-52: a committed change that is not applied keeps the target from campaigning', () => {
    const raft = manager([1]);
    const change = { kind: 'configuration', term: 1, index: 2, change: single('add-voter', 4) } as const;
    const message = append({ previousIndex: 1, previousTerm: 1, entries: [change], commit: 2 });
    const now: Packet = { kind: 'timeout-now', from: 2, to: 1, term: 1 };
    step(raft, LONGEST, message);
    step(raft, LONGEST, now);
    expect(raft).toMatchObject({ role: 'follower', term: 1 });
    drain(raft);
    step(raft, LONGEST, now);
    expect(raft).toMatchObject({ role: 'candidate', term: 2 });
  });
});

describe('configuration changes', () => {
  it('E-53: a second change before the first is applied becomes an empty entry', () => {
    const { leader } = winner([]);
    ask(leader, accepted(2, 1, 1));
    proposeConfigurationChange(leader, LONGEST, single('add-voter', 4));
    expect(proposeConfigurationChange(leader, LONGEST, single('add-voter', 5))).toBe('ok');
    propose(leader, LONGEST, 'x');
    expect(leader.log.entries.slice(1)).toMatchObject([
      { kind: 'configuration', index: 2 },
      { kind: 'normal', index: 3, data: null },
      { kind: 'normal', index: 4, data: 'x' },
    ]);
    drain(leader);
    ask(leader, accepted(2, 1, 4));
    expect(leader.configuration.voters).toEqual([1, 2, 3, 4]);
    proposeConfigurationChange(leader, LONGEST, single('add-voter', 5));
    expect(leader.log.entries.at(-1)).toMatchObject({ kind: 'configuration', index: 5 });
  });

  it('E-54: a change before the leader has applied what it inherited becomes an empty entry', () => {
    const { leader } = winner(times(3, 1));
    proposeConfigurationChange(leader, LONGEST, single('add-voter', 4));
    expect(leader.log.entries.at(-1)).toMatchObject({ kind: 'normal', index: 5, data: null });
    drain(leader);
    ask(leader, accepted(2, 2, 5));
    proposeConfigurationChange(leader, LONGEST, single('add-voter', 4));
    expect(leader.log.entries.at(-1)).toMatchObject({ kind: 'configuration', index: 6 });
  });

  it('E-55: the quorums before and after a removal have a member in common', () => {
    const cluster = led(3);
    const [a, b] = [cluster.raft(1), cluster.raft(2)];
    proposeConfigurationChange(a, LONGEST, single('remove', 3));
    cluster.settle(
      [3],
      ({ from, to, kind }) => !(from === 1 && to === 2 && kind === 'append' && commitsAll(a)),
    );
    expect(a.configuration.voters).toEqual([1, 2]);
    expect(b.configuration.voters).toEqual([1, 2, 3]);

    const { committed } = a.log;
    propose(a, LONGEST, 'x');
    drain(a);
    expect(step(a, LONGEST, accepted(3, a.term, committed + 1))).toBe('peer not found');
    expect(a.log.committed).toBe(committed);
    ask(a, accepted(2, a.term, committed + 1));
    expect(a.log.committed).toBe(committed + 1);

    campaign(b, LONGEST);
    drain(b);
    expect(b.role).toBe('candidate');
    ask(b, { ...vote(3, b.term, true), to: 2 });
    expect(b.role).toBe('leader');
  });

  function commitsAll(leader: Raft): boolean {
    return leader.configuration.voters.length === 2;
  }

  it('R-R127: a follower that applies the removal of its leader waits for its timeout', () => {
    const raft = manager([1]);
    const change = { kind: 'configuration', term: 1, index: 2, change: single('remove', 2) } as const;
    const entries = [change];
    step(raft, LONGEST, append({ from: 2, previousIndex: 1, previousTerm: 1, entries, commit: 2 }));
    while (raft.configuration.voters.includes(2)) {
      const ready = takeReady(raft, LONGEST);
      for (const entry of ready.committedEntries) {
        if (entry.kind !== 'configuration') continue;
        applyConfigurationChange(raft, LONGEST, entry.change);
        campaign(raft, LONGEST);
      }
      advance(raft, LONGEST);
    }
    expect(raft).toMatchObject({ role: 'follower', term: 1, configuration: { voters: [1, 3] } });
    ticks(raft, 18);
    expect(raft.role).toBe('follower');
    ticks(raft, 1);
    expect(raft.role).toBe('candidate');
  });

  it('E-56: no configuration is left without a voter', () => {
    const { leader } = winner([], { voters: [1] });
    proposeConfigurationChange(leader, LONGEST, single('remove', 1));
    round(leader);
    const [entry] = takeReady(leader, LONGEST).committedEntries;
    if (entry?.kind !== 'configuration') throw new Error('the change is not committed');
    expect(() => applyConfigurationChange(leader, LONGEST, entry.change)).toThrow('removed all voters');
  });
});
