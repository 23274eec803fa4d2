// §5.3 of the paper (log replication, figure 7), §5.4.2 (commitment, figure 8), and the flow control of etcd.

import { describe, expect, test } from 'vitest';
import {
  campaign,
  findProgress,
  type Progress,
  propose,
  reportUnreachable,
  step,
  tick,
} from '../../src/raft/index.ts';
import { Cluster, LONGEST, type Packet, type Raft, termsOf } from './cluster.ts';
import {
  accepted,
  append,
  ask,
  drain,
  entriesOf,
  heartbeat,
  heartbeatResponse,
  nodeWith,
  rejected,
  type SingleOptions,
  vote,
} from './single.ts';

/** Node 1 as leader of the next term, its empty entry saved and its first appends taken out. */
function leaderWith(terms: readonly number[], options: SingleOptions = {}): Raft {
  const raft = nodeWith(terms, options);
  campaign(raft, LONGEST);
  drain(raft);
  for (const { id } of raft.progress) step(raft, LONGEST, vote(id, raft.term, true));
  expect(raft.role).toBe('leader');
  drain(raft);
  return raft;
}

function member(raft: Raft, id: number): Progress {
  const found = findProgress(raft.progress, id);
  if (found === undefined) throw new Error(`no member ${id}`);
  return found;
}

describe('§5.3 the follower', () => {
  test('accepts what follows a common entry, and keeps a longer tail that agrees (E-22)', () => {
    const raft = nodeWith([1, 1, 1, 1, 1, 1, 1, 1]);
    const message = append({ previousIndex: 2, previousTerm: 1, entries: entriesOf([1, 1, 1], 3) });
    expect(ask(raft, message)).toMatchObject([{ index: 5, rejected: false }]);
    expect(termsOf(raft)).toHaveLength(8);
  });

  test('removes a tail that conflicts (E-23)', () => {
    const raft = nodeWith([1, 1, 1, 1, 1, 1, 1, 1], { hardState: { term: 2 } });
    const entries = entriesOf([1, 2, 2], 3);
    const message = append({ term: 2, previousIndex: 2, previousTerm: 1, entries });
    expect(ask(raft, message)).toMatchObject([{ index: 5, rejected: false }]);
    expect(termsOf(raft)).toEqual([1, 1, 1, 2, 2]);
  });

  test('does not look at what it has committed (E-24, E-25)', () => {
    const raft = nodeWith([1, 1, 1, 1, 1, 1], { hardState: { term: 2, commit: 6 } });
    const message = append({ term: 2, previousIndex: 3, previousTerm: 1, entries: entriesOf([2], 4) });
    expect(ask(raft, message)).toMatchObject([{ index: 6, rejected: false }]);
    expect(termsOf(raft)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('commits only what the append proved to match (E-26)', () => {
    const raft = nodeWith([1, 1, 1, 1, 1, 1, 1, 1]);
    ask(raft, append({ previousIndex: 7, previousTerm: 1, commit: 12 }));
    expect(raft.log.committed).toBe(7);
  });

  test('hints where the logs may agree (R-R71)', () => {
    const shorter = append({ term: 5, previousIndex: 9, previousTerm: 3 });
    expect(ask(nodeWith([1, 2, 2]), shorter)).toMatchObject([
      { rejected: true, index: 9, hintIndex: 3, hintTerm: 2 },
    ]);
    const other = append({ term: 5, previousIndex: 3, previousTerm: 1 });
    expect(ask(nodeWith([1, 2, 2]), other)).toMatchObject([
      { rejected: true, index: 3, hintIndex: 1, hintTerm: 1 },
    ]);
    expect(ask(nodeWith([]), other)).toMatchObject([{ rejected: true, index: 3, hintIndex: 0, hintTerm: 0 }]);
  });

  test('a heartbeat beyond its log is fatal (R-R72)', () => {
    expect(() => step(nodeWith([1]), LONGEST, heartbeat({ commit: 2 }))).toThrow('beyond the last entry');
  });
});

describe('§5.3 the leader finds the common entry', () => {
  test('in as many probes as there are conflicting terms (E-21)', () => {
    const leader = leaderWith([1, 1, 2, 2, 2, 4, 4, 4], { config: { maxAppendBytes: 1 } });
    const follower = nodeWith([1, 1, 1, 3, 3, 3].with(2, 2), { id: 2, hardState: { term: 3 } });
    const probes: number[] = [];
    let inbox = [
      append({ from: 1, to: 2, term: 5, previousIndex: 8, previousTerm: 4, entries: entriesOf([5], 9) }),
    ];
    while (inbox.length > 0 && probes.length < 20) {
      const answers: Packet[] = [];
      for (const message of inbox) {
        if (message.kind === 'append' && member(leader, 2).state === 'probe')
          probes.push(message.previousIndex);
        answers.push(...ask(follower, message));
      }
      inbox = answers.flatMap((answer) => ask(leader, answer)).filter(({ to }) => to === 2);
    }
    expect(probes).toEqual([8, 5, 3]);
    expect(termsOf(follower)).toEqual(termsOf(leader));
  });

  test('figure 7: all six followers end with the log of the leader of term 8', () => {
    const common = [1, 1, 1, 4];
    const logs = [
      [...common, 4, 5, 5, 6, 6, 6],
      [...common, 4, 5, 5, 6, 6],
      common,
      [...common, 4, 5, 5, 6, 6, 6, 6],
      [...common, 4, 5, 5, 6, 6, 6, 7, 7],
      [...common, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    const cluster = new Cluster(7);
    for (const [position, terms] of logs.entries()) {
      const voters = [1, 2, 3, 4, 5, 6, 7];
      cluster.host(position + 1).raft = nodeWith(terms, { id: position + 1, voters, hardState: { term: 7 } });
    }
    // Four votes: of b, c, f as drawn here, and its own. The nodes with newer logs refuse.
    cluster.elect(1);
    expect(cluster.raft(1).term).toBe(8);
    tick(cluster.raft(1), LONGEST);
    cluster.settle();
    for (const { raft } of cluster.hosts) {
      expect(termsOf(raft)).toEqual([...common, 4, 5, 5, 6, 6, 6, 8]);
      expect(raft.log.committed).toBe(11);
    }
  });

  test('stale rejections change nothing (E-30, E-31)', () => {
    const leader = leaderWith([1, 1]);
    ask(leader, accepted(2, 2, 3));
    ask(leader, rejected(2, 2, 3, 1, 1));
    expect(member(leader, 2)).toMatchObject({ state: 'replicate', match: 3, next: 4 });
    ask(leader, rejected(3, 2, 1, 0, 0));
    expect(member(leader, 3)).toMatchObject({ state: 'probe', match: 0, next: 3 });
  });
});

test('§5.1 an acknowledgement of an earlier term counts for nothing', () => {
  const leader = leaderWith([1, 1]);
  ask(leader, accepted(2, 1, 3));
  expect(member(leader, 2)).toMatchObject({ match: 0, state: 'probe' });
  expect(leader.log.committed).toBe(0);
});

describe('§5.4.2 commitment', () => {
  test('figure 8: an entry of an earlier term commits only with one of the own term (E-28)', () => {
    const leader = leaderWith([1, 2], { voters: [1, 2, 3, 4, 5], hardState: { term: 3, commit: 1 } });
    expect(termsOf(leader)).toEqual([1, 2, 4]);
    for (const id of [2, 3]) ask(leader, accepted(id, 4, 2));
    expect(leader.log.committed).toBe(1);
    for (const id of [2, 3]) ask(leader, accepted(id, 4, 3));
    expect(leader.log.committed).toBe(3);
  });

  test('figure 8: so it may be overwritten, and nobody has applied it (E-29)', () => {
    const cluster = new Cluster(3);
    const uncommitted = (id: number): void => {
      campaign(cluster.raft(id), LONGEST);
      cluster.settle([], ({ kind }) => kind === 'vote' || kind === 'vote-response');
      expect(cluster.raft(id).role).toBe('leader');
    };
    uncommitted(1);
    uncommitted(3);
    // S1 again: its old entry reaches S2, alone, and a majority holds it.
    uncommitted(1);
    const old = cluster.raft(1).log.entries.slice(0, 1);
    cluster.receive(append({ from: 1, to: 2, term: 3, previousIndex: 1, previousTerm: 1, entries: old }));
    cluster.settle([3], ({ from }) => from === 2);
    expect(termsOf(cluster.raft(2))).toEqual([1]);
    expect(cluster.raft(1).log.committed).toBe(1);
    uncommitted(3);
    tick(cluster.raft(3), LONGEST);
    cluster.settle();
    expect(termsOf(cluster.raft(1))).toEqual([2, 4]);
    expect(cluster.raft(2).log.applied).toBe(3);
  });

  test("the leader's own copy counts when the round is done (E-39, R-R85)", () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    propose(cluster.raft(1), LONGEST, 'x');
    cluster.begin(1);
    expect(findProgress(cluster.raft(1).progress, 1)?.match).toBe(2);
    step(cluster.raft(1), LONGEST, accepted(2, 1, 3));
    expect(cluster.raft(1).log.committed).toBe(2);
    cluster.finish(1);
    expect(cluster.raft(1).log.committed).toBe(3);
  });
});

describe('flow control', () => {
  test('a heartbeat never carries more than the match (E-27)', () => {
    const leader = leaderWith([1, 1]);
    ask(leader, accepted(2, 2, 3));
    expect(leader.log.committed).toBe(3);
    tick(leader, LONGEST);
    expect(drain(leader)).toMatchObject([
      { kind: 'heartbeat', to: 2, commit: 3 },
      { kind: 'heartbeat', to: 3, commit: 0 },
    ]);
  });

  test('a probed member gets one non-empty append until it answers (R-R76)', () => {
    const leader = leaderWith([1, 1]);
    for (const data of ['a', 'b']) propose(leader, LONGEST, data);
    expect(drain(leader)).toEqual([]);
    expect(ask(leader, heartbeatResponse(2, 2))).toMatchObject([{ kind: 'append', to: 2, previousIndex: 2 }]);
  });

  test('an empty probe does not pause (R-R76)', () => {
    const leader = leaderWith([1, 1]);
    ask(leader, accepted(2, 2, 3));
    reportUnreachable(leader, 2);
    expect(member(leader, 2)).toMatchObject({ state: 'probe', paused: false });
    expect(ask(leader, heartbeatResponse(2, 2))).toMatchObject([{ kind: 'append', entries: [] }]);
    expect(member(leader, 2).paused).toBe(false);
    propose(leader, LONGEST, 'a');
    expect(drain(leader)).toMatchObject([{ to: 2, entries: [{ data: 'a' }] }]);
    expect(member(leader, 2).paused).toBe(true);
  });

  test('an unreachable member is probed, and streamed to again at its next answer (E-33)', () => {
    const leader = leaderWith([1, 1]);
    ask(leader, accepted(2, 2, 3));
    reportUnreachable(leader, 2);
    ask(leader, accepted(2, 2, 3));
    expect(member(leader, 2).state).toBe('replicate');
  });

  test('a full window stops the stream; a heartbeat answer lets one empty append through (E-32)', () => {
    const leader = leaderWith([1, 1], { config: { maxInflight: 2 } });
    ask(leader, accepted(2, 2, 3));
    for (const data of ['a', 'b', 'c']) propose(leader, LONGEST, data);
    const sent = drain(leader).filter(({ to }) => to === 2);
    expect(sent.map((message) => message.kind === 'append' && message.entries.length)).toEqual([1, 1]);
    expect(member(leader, 2)).toMatchObject({ paused: true, inflight: [4, 5] });
    expect(ask(leader, heartbeatResponse(2, 2))).toMatchObject([{ previousIndex: 5, entries: [] }]);
    expect(ask(leader, heartbeatResponse(2, 2))).toHaveLength(1);
    const rest = ask(leader, accepted(2, 2, 5)).filter(({ to }) => to === 2);
    expect(rest[0]).toMatchObject({ previousIndex: 5, entries: [{ data: 'c' }] });
    expect(member(leader, 2)).toMatchObject({ paused: false, inflight: [6] });
  });

  test('appends are cut at the size limit, and never to nothing (R-R228, E-40)', () => {
    // 1 + 1 for the term, 1 + 1 for the index, 2 for the type, 1 + 1 + 3 for the data, which the last one
    // lacks.
    const size = 11;
    for (const [limit, counts] of [
      [1, [1, 1, 1, 1]],
      [2 * size - 1, [1, 1, 2]],
      [2 * size, [2, 2]],
      [10 * size, [4]],
    ] as const) {
      const leader = leaderWith([1, 1, 1], { config: { maxAppendBytes: limit } });
      const answers = ask(leader, rejected(2, 2, 3, 0, 0));
      expect(answers).toHaveLength(1);
      const rest = ask(leader, accepted(2, 2, 0));
      const sent = [...answers, ...rest].flatMap((message) => (message.kind === 'append' ? [message] : []));
      const got = sent.filter(({ to }) => to === 2).map(({ entries }) => entries.length);
      // The first one probes; the acceptance of what came before it starts the stream from index 1.
      expect(got.slice(1)).toEqual(counts);
    }
  });

  test('a message is sent once for each answer that shows a lagging commit (R-R221)', () => {
    const leader = leaderWith([1, 1], { voters: [1, 2, 3] });
    ask(leader, accepted(3, 2, 3));
    expect(leader.log.committed).toBe(3);
    // Node 2 was told commit 0 by its probe; its acceptance shows match 3.
    expect(ask(leader, accepted(2, 2, 3))).toMatchObject([{ to: 2, entries: [], commit: 3 }]);
    expect(member(leader, 2).sentCommit).toBe(3);
    propose(leader, LONGEST, 'a');
    drain(leader);
    tick(leader, LONGEST);
    drain(leader);
    expect(member(leader, 2).sentCommit).toBe(3);
    expect(ask(leader, accepted(2, 2, 4)).filter(({ to }) => to === 2)).toMatchObject([{ commit: 4 }]);
    expect(ask(leader, accepted(3, 2, 4))).toEqual([]);
  });

  test('the sent commit goes down with a heartbeat, and with a rejection that is not stale (R-R221)', () => {
    const leader = leaderWith([1, 1], { voters: [1, 2, 3] });
    ask(leader, accepted(3, 2, 3));
    expect(ask(leader, heartbeatResponse(2, 2))).toMatchObject([{ kind: 'append', commit: 3 }]);
    expect(member(leader, 2).sentCommit).toBe(3);
    tick(leader, LONGEST);
    drain(leader);
    expect(member(leader, 2).sentCommit).toBe(0);
    ask(leader, heartbeatResponse(2, 2));
    expect(member(leader, 2).sentCommit).toBe(3);
    step(leader, LONGEST, rejected(2, 2, 2, 1, 1));
    expect(member(leader, 2)).toMatchObject({ next: 2 });
    // Lowered to 1 by the rejection, then raised again by the append that answers it.
    expect(drain(leader)).toMatchObject([{ previousIndex: 1, commit: 3 }]);
  });
});
