// Edge cases of elections and terms, with the settings of a Swarm manager. What needs more than Raft is in test/cluster/edge.

import { describe, expect, it } from 'vitest';
import { campaign, step, tick } from '../../../src/raft/index.ts';
import { LONGEST, type Packet, termsOf } from '../cluster.ts';
import { append, ask, drain, entriesOf, heartbeat, vote, voteRequest } from '../single.ts';
import { exchanges, manager, managers, ticks, winner } from './bench.ts';

describe('timeouts', () => {
  it('E-1: a follower campaigns at the tick that reaches its timeout, not before', () => {
    const raft = manager([1]);
    raft.randomizedElectionTimeout = 13;
    ticks(raft, 12);
    expect(raft).toMatchObject({ role: 'follower', term: 1 });
    expect(drain(raft)).toEqual([]);
    ticks(raft, 1);
    expect(raft).toMatchObject({ role: 'candidate', term: 2, vote: 1, leader: 0, electionElapsed: 0 });
    expect(raft.randomizedElectionTimeout).toBe(19);
  });

  it('E-2: a heartbeat starts the count anew, up to the same timeout', () => {
    const raft = manager([1]);
    raft.randomizedElectionTimeout = 10;
    ticks(raft, 9);
    step(raft, LONGEST, heartbeat({ term: 1 }));
    expect(raft).toMatchObject({ electionElapsed: 0, randomizedElectionTimeout: 10 });
    ticks(raft, 9);
    expect(raft.role).toBe('follower');
    ticks(raft, 1);
    expect(raft.role).toBe('candidate');
  });

  it('E-3: a joiner that knows no configuration never campaigns', () => {
    const raft = manager([], { voters: [] });
    ticks(raft, 500);
    expect(raft).toMatchObject({ role: 'follower', term: 0, electionElapsed: 500 });
    ask(raft, append({ term: 1, entries: entriesOf([1]) }));
    expect(raft).toMatchObject({ role: 'follower', leader: 2, electionElapsed: 0 });
  });
});

describe('votes', () => {
  it('E-4: a live leader protects its term for ten ticks', () => {
    const raft = manager([4]);
    step(raft, LONGEST, heartbeat({ from: 2, term: 4 }));
    drain(raft);
    ticks(raft, 9);
    const request = voteRequest({ from: 3, term: 5, lastIndex: 1, lastTerm: 4 });
    expect(ask(raft, request)).toEqual([]);
    expect(raft).toMatchObject({ term: 4, leader: 2 });
    ticks(raft, 1);
    expect(ask(raft, request)).toMatchObject([{ kind: 'vote-response', to: 3, term: 5, granted: true }]);
    expect(raft).toMatchObject({ term: 5, leader: 0, vote: 3 });
  });

  it.each([
    [1, true],
    [0, false],
  ])(
    'E-5: the mark of a transfer breaks the lease; the log decides (last index %i)',
    (lastIndex, granted) => {
      const raft = manager([4]);
      step(raft, LONGEST, heartbeat({ from: 2, term: 4 }));
      drain(raft);
      const request = voteRequest({ from: 3, term: 5, lastIndex, lastTerm: 4, transfer: true });
      expect(ask(raft, request)).toMatchObject([{ to: 3, term: 5, granted }]);
      expect(raft).toMatchObject({ term: 5, leader: 0 });
    },
  );

  it('E-6, R-R89: in a term whose leader is known a request is refused, not ignored', () => {
    const raft = manager([4]);
    step(raft, LONGEST, heartbeat({ from: 2, term: 4 }));
    drain(raft);
    const request = voteRequest({ from: 3, term: 4, lastIndex: 9, lastTerm: 4 });
    expect(ask(raft, request)).toMatchObject([{ to: 3, term: 4, granted: false }]);
    expect(raft).toMatchObject({ vote: 0, leader: 2 });
  });

  it('E-7: the same candidate is granted its vote again, another of that term is refused', () => {
    const raft = manager([4]);
    const request = (from: number): Packet => voteRequest({ from, term: 5, lastIndex: 1, lastTerm: 4 });
    expect(ask(raft, request(2))).toMatchObject([{ to: 2, granted: true }]);
    expect(ask(raft, request(2))).toMatchObject([{ to: 2, granted: true }]);
    expect(ask(raft, request(3))).toMatchObject([{ to: 3, term: 5, granted: false }]);
    expect(raft.vote).toBe(2);
  });

  it.each([
    [2, 9, false],
    [3, 3, true],
    [3, 2, false],
    [4, 1, true],
  ])('E-8: the log [1,1,3] against a candidate whose last entry is %i/%i', (lastTerm, lastIndex, granted) => {
    const answers = ask(manager([1, 1, 3]), voteRequest({ from: 2, term: 5, lastTerm, lastIndex }));
    expect(answers).toMatchObject([{ term: 5, granted }]);
  });

  it('E-9: a vote that left outlives a crash', () => {
    const cluster = managers(3);
    const request = (from: number): Packet =>
      voteRequest({ from, to: 3, term: 2, lastIndex: 1, lastTerm: 1 });
    cluster.receive(request(1));
    expect(cluster.round(3).messages).toMatchObject([{ to: 1, granted: true }]);
    cluster.crash(3);
    expect(ask(cluster.raft(3), request(2))).toMatchObject([{ to: 2, term: 2, granted: false }]);
  });

  it('E-10: a vote that was not saved has not left, and may be given to another after a crash', () => {
    const cluster = managers(3);
    const request = (from: number): Packet =>
      voteRequest({ from, to: 3, term: 2, lastIndex: 1, lastTerm: 1 });
    cluster.receive(request(1));
    cluster.begin(3);
    expect(cluster.raft(3).vote).toBe(1);
    expect(cluster.sent).toEqual([]);
    cluster.crash(3);
    expect(ask(cluster.raft(3), request(2))).toMatchObject([{ to: 2, term: 2, granted: true }]);
  });

  it('E-11: an election is open for as long as the silent could still decide it', () => {
    const raft = manager([], { voters: [1, 2, 3, 4, 5] });
    campaign(raft, LONGEST);
    drain(raft);
    ask(raft, vote(2, 1, true));
    ask(raft, vote(3, 1, false));
    ask(raft, vote(4, 1, false));
    expect(raft.role).toBe('candidate');
    ask(raft, vote(5, 1, false));
    expect(raft).toMatchObject({ role: 'follower', term: 1, leader: 0 });
  });

  it('E-12: two of three that time out together wait for their next timeouts', () => {
    const cluster = managers(3);
    for (const id of [1, 2]) ticks(cluster.raft(id), 19);
    cluster.settle([3]);
    for (const id of [1, 2]) {
      expect(cluster.raft(id)).toMatchObject({ role: 'candidate', term: 1, vote: id });
      expect(cluster.raft(id).votes.map(({ granted }) => granted)).toEqual([true, false]);
    }
    cluster.raft(1).randomizedElectionTimeout = 10;
    ticks(cluster.raft(1), 9);
    ticks(cluster.raft(2), 9);
    expect(cluster.raft(1).term).toBe(1);
    ticks(cluster.raft(1), 1);
    ticks(cluster.raft(2), 1);
    cluster.settle([3]);
    expect(cluster.raft(1)).toMatchObject({ role: 'leader', term: 2 });
  });
});

describe('terms', () => {
  it('E-13: a candidate follows the leader of its term, and frees one of an earlier term', () => {
    const raft = manager([6]);
    campaign(raft, LONGEST);
    drain(raft);
    const entries = entriesOf([7], 2);
    const [answer] = ask(raft, append({ term: 7, previousIndex: 1, previousTerm: 6, entries }));
    expect(answer).toMatchObject({ kind: 'append-response', to: 2, index: 2, rejected: false });
    expect(raft).toMatchObject({ role: 'follower', leader: 2, term: 7 });

    const other = manager([6]);
    campaign(other, LONGEST);
    drain(other);
    const { leader } = winner([5]);
    expect(leader.term).toBe(6);
    const stale = append({ term: 6, previousIndex: 1, previousTerm: 6 });
    const [freeing] = ask(other, stale);
    expect(freeing).toMatchObject({ kind: 'append-response', to: 2, term: 7, rejected: false });
    expect(other).toMatchObject({ role: 'candidate', term: 7 });
    if (freeing !== undefined) ask(leader, { ...freeing, from: 2, to: 1 });
    expect(leader).toMatchObject({ role: 'follower', term: 7, leader: 0 });
  });

  it('E-14: a leader ignores every vote request, however high its term', () => {
    const { leader } = winner([4]);
    for (let passed = 0; passed < 10; passed += 1) {
      expect(ask(leader, voteRequest({ from: 3, term: 9, lastIndex: 99, lastTerm: 8 }))).toEqual([]);
      expect(leader).toMatchObject({ role: 'leader', term: 5 });
      ticks(leader, passed < 9 ? 1 : 0);
      drain(leader);
    }
  });

  it('E-15: a node of a higher term deposes the leader by answering its heartbeat, but not its snapshot', () => {
    const { leader } = winner([4]);
    const outsider = manager([4], { id: 3, hardState: { term: 9 } });
    ticks(leader, 1);
    const beat = drain(leader).find(({ kind, to }) => kind === 'heartbeat' && to === 3);
    if (beat === undefined) throw new Error('no heartbeat');
    const [answer] = ask(outsider, beat);
    expect(answer).toMatchObject({ kind: 'append-response', to: 1, term: 9, rejected: false });

    const { configuration } = leader;
    const snapshot = { index: 9, term: 5, configuration, data: '' };
    expect(ask(outsider, { kind: 'snapshot', from: 1, to: 3, term: 5, snapshot })).toEqual([]);
    expect(outsider).toMatchObject({ term: 9, leader: 0 });

    if (answer !== undefined) ask(leader, answer);
    expect(leader).toMatchObject({ role: 'follower', term: 9, leader: 0 });
  });

  it('E-16, R-R90: a node that was isolated for a hundred ticks disrupts once', () => {
    // The shortest timeouts while one is isolated, different ones afterwards.
    let draws: number | undefined;
    const random = (bound: number): number => {
      if (draws === undefined) return 0;
      draws += 3;
      return draws % bound;
    };
    const env = { ...LONGEST, random };
    const cluster = managers(3, { env });
    cluster.elect(1);
    const { term } = cluster.raft(1);
    let depositions = 0;
    let led = true;
    const pass = (count: number, cut: readonly number[]): void => {
      for (let passed = 0; passed < count; passed += 1) {
        for (const id of [1, 2, 3]) tick(cluster.raft(id), env);
        cluster.settle(cut);
        const leads = [1, 2, 3].some((id) => cluster.raft(id).role === 'leader');
        if (led && !leads) depositions += 1;
        led = leads;
      }
    };
    pass(100, [3]);
    expect(cluster.raft(1)).toMatchObject({ role: 'leader', term });
    expect(cluster.raft(3)).toMatchObject({ role: 'candidate', term: term + 10 });
    draws = 0;
    pass(100, []);
    expect(depositions).toBe(1);
    const terms = [1, 2, 3].map((id) => cluster.raft(id).term);
    expect(new Set(terms).size).toBe(1);
    expect(terms[0]).toBeGreaterThan(term + 10);
    expect([1, 2, 3].filter((id) => cluster.raft(id).role === 'leader')).toHaveLength(1);
  });

  it.each([0, 1, 5, 9])(
    'E-18: one of two stops %i ticks into a period: no leader any more, ever',
    (phase) => {
      const cluster = managers(2);
      cluster.elect(1);
      exchanges(cluster, 1, phase);
      const leader = cluster.raft(1);
      let passed = 0;
      while (leader.role === 'leader' && passed < 30) {
        ticks(leader, 1);
        cluster.settle([2]);
        passed += 1;
      }
      expect(passed).toBeGreaterThanOrEqual(11);
      expect(passed).toBeLessThanOrEqual(20);
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        const { term } = leader;
        const timeout = leader.randomizedElectionTimeout;
        expect(timeout).toBeGreaterThanOrEqual(10);
        ticks(leader, timeout - 1);
        expect(leader.term).toBe(term);
        ticks(leader, 1);
        cluster.settle([2]);
        expect(leader).toMatchObject({ role: 'candidate', term: term + 1, leader: 0 });
      }
      expect(termsOf(leader)).toEqual([1]);
    },
  );
});
