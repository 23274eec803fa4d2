// What a round holds and when its effects count (R-R219, R-R220, R-R225), and how a node restarts (R-R107).

import { describe, expect, test } from 'vitest';
import {
  advance,
  forgetLeader,
  hasReady,
  propose,
  restart,
  step,
  takeReady,
  tick,
  votersOnly,
} from '../../src/raft/index.ts';
import { Cluster, LONGEST, PLAIN } from './cluster.ts';
import { append, ask, entriesOf, heartbeat, nodeWith, round, voteRequest } from './single.ts';

describe('the two outboxes (R-R219)', () => {
  test('responses stand behind everything else of the round, though created first', () => {
    const raft = nodeWith([1]);
    step(raft, LONGEST, append({ previousIndex: 1, previousTerm: 1 }));
    step(raft, LONGEST, heartbeat({}));
    step(raft, LONGEST, voteRequest({ from: 3 }));
    propose(raft, LONGEST, 'x');
    expect(round(raft).messages.map(({ kind }) => kind)).toEqual([
      'heartbeat-response',
      'propose',
      'append-response',
      'vote-response',
    ]);
    expect(hasReady(raft)).toBe(false);
  });

  test('what a node says to itself is not sent, but makes a round', () => {
    const cluster = new Cluster(1);
    cluster.elect(1);
    cluster
      .raft(1)
      .ownResponses.push({ kind: 'vote-response', from: 1, to: 1, term: 1, preVote: false, granted: true });
    expect(hasReady(cluster.raft(1))).toBe(true);
    expect(cluster.round(1).messages).toEqual([]);
    expect(hasReady(cluster.raft(1))).toBe(false);
  });
});

describe('what a round holds (R-R220)', () => {
  test('only what changed, and nothing when nothing did', () => {
    const raft = nodeWith([1]);
    expect(hasReady(raft)).toBe(false);
    step(raft, LONGEST, heartbeat({ commit: 1 }));
    const ready = round(raft);
    expect(ready).toMatchObject({
      softState: { leader: 2, role: 'follower' },
      hardState: { term: 1, vote: 0, commit: 1 },
      committedEntries: [{ index: 1 }],
      mustSync: false,
    });
    ask(raft, heartbeat({ commit: 1 }));
    step(raft, LONGEST, heartbeat({ commit: 1 }));
    expect(round(raft)).toMatchObject({
      softState: null,
      hardState: null,
      entries: [],
      committedEntries: [],
    });
  });

  test('a change that was undone in between is not shown', () => {
    const raft = nodeWith([1]);
    ask(raft, heartbeat({}));
    forgetLeader(raft);
    expect(hasReady(raft)).toBe(true);
    step(raft, LONGEST, heartbeat({}));
    expect(round(raft).softState).toBeNull();
  });

  test('a replaced suffix is handed out again', () => {
    const raft = nodeWith([]);
    step(raft, LONGEST, append({ entries: entriesOf([1, 1]) }));
    expect(round(raft).entries).toHaveLength(2);
    step(raft, LONGEST, append({ term: 2, previousIndex: 1, previousTerm: 1, entries: entriesOf([2], 2) }));
    expect(round(raft)).toMatchObject({ entries: [{ term: 2, index: 2 }], mustSync: true });
  });

  test('committed entries are cut at the size limit, the rest follows', () => {
    const raft = nodeWith([1, 1, 1], { config: { maxCommittedBytes: 1 } });
    step(raft, LONGEST, heartbeat({ commit: 3 }));
    for (const index of [1, 2, 3]) expect(round(raft).committedEntries).toMatchObject([{ index }]);
    expect(raft.log.applied).toBe(3);
  });
});

describe('an outstanding round (R-R225)', () => {
  test('there is one at a time, and messages may be stepped meanwhile', () => {
    const cluster = new Cluster(3);
    const raft = cluster.raft(1);
    step(raft, LONGEST, append({ previousIndex: 1, previousTerm: 1, entries: entriesOf([1], 2) }));
    const first = takeReady(raft, LONGEST);
    step(raft, LONGEST, append({ previousIndex: 2, previousTerm: 1, entries: entriesOf([1], 3), commit: 2 }));
    expect(hasReady(raft)).toBe(false);
    expect(() => takeReady(raft, LONGEST)).toThrow('not reported done');
    expect(first.entries).toHaveLength(1);
    advance(raft, LONGEST);
    expect(() => advance(raft, LONGEST)).toThrow('no round is outstanding');
    expect(round(raft)).toMatchObject({ entries: [{ index: 3 }], committedEntries: [{ index: 2 }] });
  });

  test('an acknowledgement of an earlier term does not count when it comes due', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    const raft = cluster.raft(1);
    propose(raft, LONGEST, 'x');
    cluster.begin(1);
    const entries = [{ kind: 'normal', term: 2, index: 3, data: null } as const];
    cluster.receive(append({ term: 2, previousIndex: 2, previousTerm: 1, entries }));
    cluster.finish(1);
    expect(raft.log).toMatchObject({ committed: 2, applied: 2 });
    expect(cluster.round(1).entries).toEqual(entries);
    expect(cluster.host(1).durable.entries.map(({ term }) => term)).toEqual([1, 2]);
  });
});

describe('forwarding (R-R229)', () => {
  test('a follower forwards a proposal without term and index, its leader takes it', () => {
    const cluster = new Cluster(3);
    expect(propose(cluster.raft(2), LONGEST, 'early')).toBe('proposal dropped');
    cluster.elect(1);
    expect(propose(cluster.raft(2), LONGEST, 'x')).toBe('ok');
    const proposal = { kind: 'normal', data: 'x' };
    expect(cluster.round(2).messages).toEqual([{ kind: 'propose', from: 2, to: 1, term: 0, proposal }]);
    cluster.settle();
    expect(cluster.hosts.map(({ content }) => content)).toEqual(['x', 'x', 'x']);
  });
});

describe('restart (R-R107)', () => {
  test('a node comes back as a follower with what was durable, and applies it again', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    propose(cluster.raft(1), LONGEST, 'x');
    cluster.settle();
    cluster.crash(1, true);
    expect(cluster.raft(1)).toMatchObject({ role: 'follower', leader: 0, term: 1, vote: 1 });
    expect(cluster.raft(1).log).toMatchObject({ applied: 1, committed: 3 });
    cluster.settle();
    expect(cluster.host(1).content).toBe('x');
  });

  test('a commit index that was not synced is found again (E-41)', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.settle();
    cluster.crash(2);
    expect(cluster.raft(2).log.committed).toBe(1);
    tick(cluster.raft(1), LONGEST);
    cluster.settle();
    expect(cluster.raft(2).log.committed).toBe(2);
  });

  test('durable state that does not hang together is refused (E-42)', () => {
    const snapshot = { index: 5, term: 1, configuration: votersOnly([1]), data: '' };
    const base = { id: 1, config: PLAIN, snapshot, entries: entriesOf([1, 2], 6) };
    const start = (changed: object): unknown =>
      restart<string, string>({ ...base, hardState: null, ...changed }, LONGEST);
    expect(() => start({})).not.toThrow();
    expect(() => start({ hardState: { term: 2, vote: 0, commit: 4 } })).toThrow(
      'stored commit 4 is outside of 5 to 7',
    );
    expect(() => start({ hardState: { term: 2, vote: 0, commit: 8 } })).toThrow('stored commit 8');
    expect(() => start({ entries: entriesOf([1], 7) })).toThrow('stored entry 7 where 6 must be');
    expect(() => start({ entries: entriesOf([2, 1], 6) })).toThrow('term of stored entry 7');
    expect(() => start({ id: 0 })).toThrow('not a node id');
    expect(() => start({ config: { ...PLAIN, electionTimeout: 1 } })).toThrow('heartbeat interval');
  });
});

test('forgetting the leader frees the vote, and nothing else (R-R230)', () => {
  const raft = nodeWith([1], { config: { checkQuorum: true } });
  ask(raft, heartbeat({ term: 2 }));
  tick(raft, LONGEST);
  forgetLeader(raft);
  expect(raft).toMatchObject({ leader: 0, term: 2, electionElapsed: 1 });
  const request = voteRequest({ from: 3, term: 2, lastTerm: 1, lastIndex: 1 });
  expect(ask(raft, request)).toMatchObject([{ granted: true }]);
  ask(raft, heartbeat({ term: 2 }));
  expect(raft.leader).toBe(2);
  const leased = nodeWith([1], { config: { checkQuorum: true, readOnly: 'lease-based' } });
  ask(leased, heartbeat({ term: 2 }));
  forgetLeader(leased);
  expect(leased.leader).toBe(2);
});
