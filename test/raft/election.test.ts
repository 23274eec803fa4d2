// §5.1, §5.2 and §5.4.1 of the paper, thesis 9.6 (pre-vote) and 4.2.3 (leases).

import { describe, expect, test } from 'vitest';
import { campaign, step, tick } from '../../src/raft/index.ts';
import { Cluster, LONGEST, type Raft, termsOf } from './cluster.ts';
import { append, ask, drain, entriesOf, heartbeat, nodeWith, round, vote, voteRequest } from './single.ts';

function ticks(raft: Raft, count: number): void {
  for (let passed = 0; passed < count; passed += 1) tick(raft, LONGEST);
}

/** A candidate of term 1 whose own vote is durable. */
function candidate(voters: readonly number[]): Raft {
  const raft = nodeWith([], { voters });
  campaign(raft, LONGEST);
  drain(raft);
  return raft;
}

describe('§5.2 leader election', () => {
  test('a follower that hears nothing becomes candidate at its timeout, not before (E-1)', () => {
    const raft = nodeWith([]);
    raft.randomizedElectionTimeout = 13;
    ticks(raft, 12);
    expect(raft.role).toBe('follower');
    ticks(raft, 1);
    expect(raft).toMatchObject({ role: 'candidate', term: 1, vote: 1, leader: 0, electionElapsed: 0 });
    expect(raft.randomizedElectionTimeout).toBe(19);
  });

  test('a heartbeat restarts the timer without drawing a new timeout (E-2)', () => {
    const raft = nodeWith([]);
    raft.randomizedElectionTimeout = 10;
    step(raft, LONGEST, heartbeat({ term: 1 }));
    raft.randomizedElectionTimeout = 10;
    ticks(raft, 9);
    step(raft, LONGEST, heartbeat({ term: 1 }));
    ticks(raft, 9);
    expect(raft.role).toBe('follower');
    ticks(raft, 1);
    // The leader it followed is none of the new term.
    expect(raft).toMatchObject({ role: 'candidate', leader: 0 });
  });

  test('a node without a configuration never campaigns (E-3)', () => {
    const raft = nodeWith([], { voters: [] });
    ticks(raft, 500);
    campaign(raft, LONGEST);
    expect(raft).toMatchObject({ role: 'follower', term: 0 });
  });

  test('a candidate asks every voter, in order of ids, and no learner (R-R55)', () => {
    const raft = nodeWith([1, 1], { id: 2, voters: [1, 2, 3, 5], learners: [4] });
    campaign(raft, LONGEST);
    const requests = round(raft).messages;
    expect(requests.map(({ to }) => to)).toEqual([1, 3, 5]);
    expect(requests[0]).toMatchObject({ kind: 'vote', term: 2, lastIndex: 2, lastTerm: 1, transfer: false });
  });

  test('its own vote counts when it is durable: a single voter needs three rounds (R-R225)', () => {
    const raft = nodeWith([], { voters: [1] });
    campaign(raft, LONGEST);
    expect(raft.role).toBe('candidate');
    expect(round(raft)).toMatchObject({ hardState: { term: 1, vote: 1 }, messages: [], mustSync: true });
    expect(raft.role).toBe('leader');
    expect(raft.log.committed).toBe(0);
    expect(round(raft).entries).toMatchObject([{ index: 1, term: 1, data: null }]);
    expect(raft.log.committed).toBe(1);
    expect(round(raft)).toMatchObject({ committedEntries: [{ index: 1 }], mustSync: false });
  });

  test('a vote is given once a term, and again to the same candidate (E-7)', () => {
    const raft = nodeWith([]);
    expect(ask(raft, voteRequest({ from: 2 }))).toMatchObject([{ to: 2, term: 1, granted: true }]);
    expect(ask(raft, voteRequest({ from: 3 }))).toMatchObject([{ to: 3, term: 1, granted: false }]);
    expect(ask(raft, voteRequest({ from: 2 }))).toMatchObject([{ to: 2, term: 1, granted: true }]);
  });

  test('granting restarts the timer, refusing does not (R-R63)', () => {
    const raft = nodeWith([2]);
    ticks(raft, 5);
    ask(raft, voteRequest({ from: 3, term: 2 }));
    expect(raft.electionElapsed).toBe(5);
    ask(raft, voteRequest({ from: 2, term: 2, lastTerm: 2, lastIndex: 1 }));
    expect(raft.electionElapsed).toBe(0);
  });

  test('no vote in a term whose leader is known (E-6)', () => {
    const raft = nodeWith([]);
    ask(raft, heartbeat({ from: 2, term: 3 }));
    expect(ask(raft, voteRequest({ from: 3, term: 3 }))).toMatchObject([{ term: 3, granted: false }]);
  });

  test('the election is lost only when no majority is left (E-11)', () => {
    const raft = candidate([1, 2, 3, 4, 5]);
    ask(raft, vote(2, 1, true));
    ask(raft, vote(3, 1, false));
    ask(raft, vote(4, 1, false));
    expect(raft.role).toBe('candidate');
    ask(raft, vote(5, 1, false));
    expect(raft).toMatchObject({ role: 'follower', term: 1, leader: 0, vote: 1 });
  });

  test('only the first answer of a voter counts (R-R65)', () => {
    const raft = candidate([1, 2, 3, 4, 5]);
    for (let copy = 0; copy < 3; copy += 1) ask(raft, vote(2, 1, true));
    expect(raft.role).toBe('candidate');
    ask(raft, vote(3, 1, false));
    ask(raft, vote(3, 1, true));
    expect(raft.role).toBe('candidate');
    ask(raft, vote(4, 1, true));
    expect(raft.role).toBe('leader');
  });

  test('a candidate follows a leader of its term (E-13)', () => {
    const raft = candidate([1, 2, 3]);
    const [answer] = ask(raft, append({ term: 1, entries: entriesOf([1]) }));
    expect(answer).toMatchObject({ kind: 'append-response', index: 1, rejected: false });
    expect(raft).toMatchObject({ role: 'follower', leader: 2, term: 1 });
  });

  test('two that vote for themselves leave the election open (E-12)', () => {
    const cluster = new Cluster(3);
    for (const id of [1, 2]) campaign(cluster.raft(id), LONGEST);
    cluster.settle([3]);
    expect([1, 2].map((id) => cluster.raft(id).role)).toEqual(['candidate', 'candidate']);
  });
});

describe('§5.1 terms', () => {
  test('a higher term makes any node a follower', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    const leader = cluster.raft(1);
    step(leader, LONGEST, voteRequest({ from: 3, term: 9 }));
    expect(leader).toMatchObject({ role: 'follower', term: 9, leader: 0, vote: 0 });
  });

  test('a lower term is ignored, or answered where a node could be stuck (R-R59)', () => {
    const stale = append({ term: 3 });
    expect(ask(nodeWith([5]), stale)).toEqual([]);
    for (const config of [{ checkQuorum: true }, { preVote: true }]) {
      const answer = { kind: 'append-response', to: 2, term: 5, index: 0, rejected: false };
      expect(ask(nodeWith([5], { config }), stale)).toMatchObject([answer]);
      expect(ask(nodeWith([5], { config }), heartbeat({ term: 3 }))).toMatchObject([answer]);
      expect(ask(nodeWith([5], { config }), voteRequest({ term: 3 }))).toEqual([]);
    }
  });

  test('responses from ids that are no members are refused before their term is looked at (R-R60)', () => {
    const raft = nodeWith([1]);
    expect(step(raft, LONGEST, vote(7, 9, true))).toBe('peer not found');
    expect(raft.term).toBe(1);
    expect(step(raft, LONGEST, voteRequest({ from: 7, term: 2, lastTerm: 1, lastIndex: 1 }))).toBe('ok');
  });
});

describe('§5.4.1 the candidate must be up to date', () => {
  // Voter [1, 1, 3] of E-8.
  test.each([
    [2, 9, false],
    [3, 2, false],
    [3, 3, true],
    [3, 4, true],
    [4, 1, true],
  ])('last entry of term %i at index %i: %s', (lastTerm, lastIndex, granted) => {
    const [answer] = ask(nodeWith([1, 1, 3]), voteRequest({ term: 4, lastTerm, lastIndex }));
    expect(answer).toMatchObject({ kind: 'vote-response', granted });
  });
});

describe('votes are durable before they are given (E-9, E-10)', () => {
  test('a vote that left is remembered after a crash', () => {
    const cluster = new Cluster(3);
    cluster.receive(voteRequest({ from: 2, to: 1, lastTerm: 1, lastIndex: 1 }));
    cluster.round(1);
    cluster.crash(1);
    expect(ask(cluster.raft(1), voteRequest({ from: 3, lastTerm: 1, lastIndex: 1 }))).toMatchObject([
      { granted: false },
    ]);
  });

  test('a vote that was lost before it was saved was never given', () => {
    const cluster = new Cluster(3);
    cluster.receive(voteRequest({ from: 2, to: 1, lastTerm: 1, lastIndex: 1 }));
    cluster.begin(1);
    expect(cluster.sent).toEqual([]);
    cluster.crash(1);
    expect(ask(cluster.raft(1), voteRequest({ from: 3, lastTerm: 1, lastIndex: 1 }))).toMatchObject([
      { granted: true },
    ]);
  });
});

describe('thesis 4.2.3: leases (checkQuorum)', () => {
  const config = { checkQuorum: true };

  test('a vote request is dropped while the leader was heard within the election timeout (E-4)', () => {
    const raft = nodeWith([4], { config });
    ask(raft, heartbeat({ term: 4 }));
    ticks(raft, 9);
    const request = voteRequest({ from: 3, term: 5, lastTerm: 4, lastIndex: 1 });
    expect(ask(raft, request)).toEqual([]);
    expect(raft.term).toBe(4);
    ticks(raft, 1);
    expect(ask(raft, request)).toMatchObject([{ granted: true, term: 5 }]);
    expect(raft.leader).toBe(0);
  });

  test('but not one that the leader itself ordered (E-5)', () => {
    const raft = nodeWith([4], { config });
    ask(raft, heartbeat({ term: 4 }));
    const request = voteRequest({ from: 3, term: 5, lastTerm: 4, lastIndex: 1, transfer: true });
    expect(ask(raft, request)).toMatchObject([{ granted: true }]);
  });

  test('a leader drops all of them (E-14), and is deposed by an answer of a higher term (E-15)', () => {
    const cluster = new Cluster(3, { config });
    cluster.elect(1);
    const leader = cluster.raft(1);
    expect(ask(leader, voteRequest({ from: 3, term: 9, lastTerm: 9, lastIndex: 9 }))).toEqual([]);
    expect(leader.role).toBe('leader');
    ask(leader, {
      kind: 'append-response',
      from: 3,
      to: 1,
      term: 9,
      index: 0,
      rejected: false,
      hintIndex: 0,
      hintTerm: 0,
    });
    expect(leader).toMatchObject({ role: 'follower', term: 9, leader: 0 });
  });

  test('a leader without a quorum steps down one to two election timeouts later (E-44, E-45)', () => {
    for (const [heard, down] of [
      [9, 20],
      [12, 30],
    ] as const) {
      const cluster = new Cluster(3, { config });
      cluster.elect(1);
      for (let now = 1; now <= down; now += 1) {
        expect(cluster.raft(1).role).toBe('leader');
        tick(cluster.raft(1), LONGEST);
        cluster.settle(now <= heard ? [] : [2, 3]);
      }
      expect(cluster.raft(1)).toMatchObject({ role: 'follower', leader: 0 });
    }
  });
});

describe('thesis 9.6: pre-vote', () => {
  const config = { preVote: true };

  test('a pre-candidate keeps term, vote and timer until a majority would vote for it', () => {
    const raft = nodeWith([1], { config });
    ticks(raft, 3);
    campaign(raft, LONGEST);
    const requests = drain(raft);
    expect(requests).toMatchObject([
      { to: 2, term: 2, preVote: true },
      { to: 3, term: 2, preVote: true },
    ]);
    expect(raft).toMatchObject({ role: 'pre-candidate', term: 1, vote: 0, electionElapsed: 3 });
    expect(ask(raft, vote(2, 2, true, true))).toMatchObject([
      { to: 2, term: 2, preVote: false },
      { to: 3, term: 2, preVote: false },
    ]);
    expect(raft).toMatchObject({ role: 'candidate', term: 2, vote: 1 });
    ask(raft, vote(3, 2, true, true));
    expect(raft.role).toBe('candidate');
  });

  test('granting one changes nothing, and many may get it', () => {
    const raft = nodeWith([1], { config });
    for (const from of [2, 3]) {
      const request = voteRequest({ from, term: 2, preVote: true, lastTerm: 1, lastIndex: 1 });
      expect(ask(raft, request)).toMatchObject([{ to: from, term: 2, granted: true, preVote: true }]);
    }
    expect(raft).toMatchObject({ term: 1, vote: 0 });
  });

  test('a node that comes back with an old log disturbs nobody', () => {
    const cluster = new Cluster(3, { config });
    cluster.elect(1, [3]);
    for (let round = 0; round < 5; round += 1) {
      ticks(cluster.raft(3), 19);
      cluster.settle([3]);
    }
    expect(cluster.raft(3).term).toBe(0);
    ticks(cluster.raft(3), 19);
    cluster.settle();
    expect(cluster.raft(1)).toMatchObject({ role: 'leader', term: 1 });
    tick(cluster.raft(1), LONGEST);
    cluster.settle();
    expect(termsOf(cluster.raft(3))).toEqual(termsOf(cluster.raft(1)));
  });
});
