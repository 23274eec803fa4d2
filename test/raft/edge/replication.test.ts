// Edge cases of log replication, with the settings of a Swarm manager. Lists of terms are logs from index 1 on.

import { describe, expect, it } from 'vitest';
import {
  compact,
  firstIndex,
  keepSnapshot,
  lastIndex,
  propose,
  type RaftState,
  reportSnapshot,
  reportUnreachable,
  type Snapshot,
} from '../../../src/raft/index.ts';
import { LONGEST, type Packet, type Raft, termsOf } from '../cluster.ts';
import { accepted, append, ask, drain, entriesOf, heartbeatResponse, rejected, round } from '../single.ts';
import { manager, managers, memberOf, ticks, times, winner } from './bench.ts';

function appendsTo(id: number, messages: readonly Packet[]): Extract<Packet, { kind: 'append' }>[] {
  return messages.filter((message) => message.kind === 'append').filter(({ to }) => to === id);
}

/** Proposes and returns what is sent to node 2 for it. */
function proposing(leader: Raft, data: string): Packet[] {
  expect(propose(leader, LONGEST, data)).toBe('ok');
  return appendsTo(2, drain(leader));
}

describe('the leader finds the common entry', () => {
  it('E-21: three probes, each hint skipping a whole term', () => {
    const { leader, sent } = winner([1, 1, 2, 2, 2, 4, 4, 4]);
    expect(leader.term).toBe(5);
    for (const id of [2, 3]) expect(memberOf(leader, id).next).toBe(9);
    const follower = manager([1, 1, 2, 3, 3, 3], { id: 2 });
    const probes: [index: number, term: number][] = [];
    const hints: [index: number, term: number][] = [];
    let inbox = appendsTo(2, sent);
    while (memberOf(leader, 2).state === 'probe' && probes.length < 10) {
      const [probe] = inbox;
      if (probe === undefined) throw new Error('the leader sends nothing');
      probes.push([probe.previousIndex, probe.previousTerm]);
      const [answer] = ask(follower, probe);
      if (answer?.kind !== 'append-response') throw new Error('the follower does not answer');
      if (answer.rejected) hints.push([answer.hintIndex, answer.hintTerm]);
      inbox = appendsTo(2, ask(leader, answer));
    }
    expect(probes).toEqual([
      [8, 4],
      [5, 2],
      [3, 2],
    ]);
    expect(hints).toEqual([
      [6, 3],
      [3, 2],
    ]);
    expect(termsOf(follower)).toEqual(termsOf(leader));
  });

  it('E-30: in replicate a rejection of what is known to match is old', () => {
    const { leader } = winner(times(8, 1));
    ask(leader, accepted(2, 2, 9));
    const before = structuredClone(memberOf(leader, 2));
    expect(before).toMatchObject({ state: 'replicate', match: 9 });
    expect(ask(leader, rejected(2, 2, 9, 3, 1))).toEqual([]);
    expect(memberOf(leader, 2)).toEqual(before);
  });

  it('E-31: in probe a rejection of anything but the last probe is old', () => {
    const { leader } = winner(times(6, 1));
    expect(memberOf(leader, 2)).toMatchObject({ state: 'probe', next: 7 });
    const { paused } = memberOf(leader, 2);
    expect(ask(leader, rejected(2, 2, 9, 3, 1))).toEqual([]);
    expect(memberOf(leader, 2)).toMatchObject({ state: 'probe', next: 7, paused });
  });
});

describe('the follower', () => {
  it('E-22: keeps a longer tail that does not conflict', () => {
    const raft = manager(times(8, 1));
    const message = append({ previousIndex: 2, previousTerm: 1, entries: entriesOf([1, 1, 1], 3) });
    expect(ask(raft, message)).toMatchObject([{ index: 5, rejected: false }]);
    expect(lastIndex(raft.log)).toBe(8);
  });

  it('E-23: drops its tail from the first conflict on', () => {
    const raft = manager(times(8, 1));
    const entries = entriesOf([1, 2, 2], 3);
    const message = append({ term: 2, previousIndex: 2, previousTerm: 1, entries });
    expect(ask(raft, message)).toMatchObject([{ index: 5, rejected: false }]);
    expect(termsOf(raft)).toEqual([1, 1, 1, 2, 2]);
  });

  it.each([
    ['E-24: answers an append below its commit index with that index', 6],
    ['E-25: does not look at a conflict with what is committed', 5],
  ])('%s', (_name, commit) => {
    const raft = manager(times(6, 1), { hardState: { commit } });
    const message = append({ term: 2, previousIndex: 3, previousTerm: 1, entries: entriesOf([2], 4) });
    expect(ask(raft, message)).toMatchObject([{ index: commit, rejected: false }]);
    expect(termsOf(raft)).toEqual(times(6, 1));
    expect(raft.log.committed).toBe(commit);
  });

  it('E-26: commits no further than the append proves', () => {
    const raft = manager(times(9, 1));
    expect(ask(raft, append({ previousIndex: 7, previousTerm: 1, commit: 12 }))).toMatchObject([
      { index: 7 },
    ]);
    expect(raft.log.committed).toBe(7);
  });
});

describe('commitment', () => {
  it('E-27: a heartbeat carries no more than the member is known to have', () => {
    const { leader } = winner(times(50, 1), { hardState: { commit: 50 } });
    ask(leader, accepted(2, 2, 51));
    ticks(leader, 1);
    const beats = drain(leader).filter((message) => message.kind === 'heartbeat');
    expect(beats.map(({ to, commit }) => [to, commit])).toEqual([
      [2, 51],
      [3, 0],
    ]);
  });

  it('E-28: an entry of an earlier term is not committed by counting, only under one of the own term', () => {
    const voters = [1, 2, 3, 4, 5];
    const { leader } = winner([1, 2], { voters, hardState: { term: 3, commit: 1 } });
    expect(termsOf(leader)).toEqual([1, 2, 4]);
    ask(leader, accepted(2, 4, 2));
    ask(leader, accepted(3, 4, 2));
    expect(leader.log.committed).toBe(1);
    ask(leader, accepted(2, 4, 3));
    expect(leader.log.committed).toBe(1);
    ask(leader, accepted(3, 4, 3));
    expect(leader.log.committed).toBe(3);
  });

  it('E-29: an entry on a majority that was not committed may be overwritten', () => {
    const cluster = managers(5);
    const voters = [1, 2, 3, 4, 5];
    for (const [position, terms] of [[1, 2], [1, 2], [1, 2], [1], [1, 3]].entries()) {
      const id = position + 1;
      cluster.host(id).raft = manager(terms, { id, voters, hardState: { term: 4, commit: 1 } });
    }
    cluster.elect(5, [1]);
    expect(cluster.raft(5).term).toBe(5);
    for (const id of [2, 3, 4, 5]) {
      expect(termsOf(cluster.raft(id))).toEqual([1, 3, 5]);
      expect(cluster.raft(id).log.committed).toBe(3);
    }
  });

  it('E-39: a group of one saves in one round and applies in the next', () => {
    const { leader } = winner([], { voters: [1] });
    propose(leader, LONGEST, 'x');
    expect(round(leader)).toMatchObject({ entries: [{ index: 2, data: 'x' }], committedEntries: [] });
    expect(leader.log).toMatchObject({ committed: 2, applied: 1 });
    expect(round(leader)).toMatchObject({ entries: [], committedEntries: [{ index: 2 }] });
    expect(leader.log.applied).toBe(2);
  });
});

describe('flow control', () => {
  it('E-32: with a full window only a heartbeat answer lets an append out, and that is empty', () => {
    const { leader } = winner([]);
    ask(leader, accepted(2, 1, 1));
    for (let index = 2; index <= 257; index += 1) {
      expect(proposing(leader, `${index}`)).toMatchObject([{ previousIndex: index - 1 }]);
    }
    expect(memberOf(leader, 2).inflight).toHaveLength(256);
    expect(proposing(leader, '258')).toEqual([]);
    expect(lastIndex(leader.log)).toBe(258);
    expect(appendsTo(2, ask(leader, heartbeatResponse(2, 1)))).toMatchObject([
      { previousIndex: 257, entries: [] },
    ]);
    expect(proposing(leader, '259')).toEqual([]);
    const freed = appendsTo(2, ask(leader, accepted(2, 1, 257)));
    expect(freed.flatMap(({ entries }) => entries.map(({ index }) => index))).toEqual([258, 259]);
    expect(memberOf(leader, 2).inflight).toEqual([259]);
  });

  it('E-33: a member that was unreachable, though it has everything, proves itself by an empty append', () => {
    const { leader } = winner([]);
    ask(leader, accepted(2, 1, 1));
    reportUnreachable(leader, 2);
    expect(memberOf(leader, 2)).toMatchObject({ state: 'probe', match: 1, next: 2 });
    expect(drain(leader)).toEqual([]);
    expect(ask(leader, heartbeatResponse(2, 1))).toMatchObject([
      { kind: 'append', previousIndex: 1, entries: [] },
    ]);
    ask(leader, accepted(2, 1, 1));
    expect(memberOf(leader, 2).state).toBe('replicate');
  });

  it('E-40: an entry above the limit goes alone', () => {
    const { leader } = winner([]);
    for (const data of ['small', 'x'.repeat(70_000), 'small', 'small']) propose(leader, LONGEST, data);
    drain(leader);
    const sent = appendsTo(2, ask(leader, accepted(2, 1, 1)));
    expect(sent.map(({ entries }) => entries.map(({ index }) => index))).toEqual([[2], [3], [4, 5]]);
  });
});

describe('snapshots', () => {
  function snapshotAt(raft: RaftState<string, string>, index: number, term: number): Snapshot<string> {
    return { index, term, configuration: raft.configuration, data: 'all' };
  }

  /** A leader of term 2 whose log begins at 501, and node 2 rejecting for want of 400. */
  function behind(): { leader: Raft; answer: Packet[] } {
    const { leader } = winner(times(600, 1), { hardState: { commit: 600 } });
    keepSnapshot(leader, snapshotAt(leader, 600, 1));
    compact(leader, 500);
    expect(firstIndex(leader.log)).toBe(501);
    return { leader, answer: ask(leader, rejected(2, 2, 600, 399, 1)) };
  }

  it('E-34: a member that needs what is gone gets a snapshot and nothing else, until it is past the cut', () => {
    const { leader, answer } = behind();
    expect(answer).toMatchObject([{ kind: 'snapshot', to: 2, snapshot: { index: 600 } }]);
    expect(memberOf(leader, 2)).toMatchObject({ state: 'snapshot', pendingSnapshot: 600 });
    expect(ask(leader, heartbeatResponse(2, 2))).toEqual([]);
    expect(proposing(leader, 'x')).toEqual([]);
    expect(ask(leader, accepted(2, 2, 499))).toEqual([]);
    expect(memberOf(leader, 2).state).toBe('snapshot');
    const [next] = appendsTo(2, ask(leader, accepted(2, 2, 500)));
    expect(next?.entries[0]).toMatchObject({ index: 501 });
    expect(memberOf(leader, 2).state).toBe('replicate');
  });

  it('E-34: the report that the snapshot arrived ends the wait as well', () => {
    const { leader } = behind();
    reportSnapshot(leader, 2, true);
    expect(memberOf(leader, 2)).toMatchObject({ state: 'probe', next: 601, paused: true });
    expect(appendsTo(2, ask(leader, heartbeatResponse(2, 2)))).toMatchObject([{ previousIndex: 600 }]);
  });

  it('E-35: a member that has been silent since the last quorum check is sent no snapshot', () => {
    const { leader } = winner(times(10, 1), { hardState: { commit: 10 } });
    for (const id of [2, 3]) ask(leader, accepted(id, 2, 11));
    for (let index = 12; index <= 20; index += 1) propose(leader, LONGEST, 'x');
    drain(leader);
    ask(leader, accepted(3, 2, 20));
    keepSnapshot(leader, snapshotAt(leader, 20, 2));
    compact(leader, 20);
    ticks(leader, 10);
    ask(leader, heartbeatResponse(3, 2));
    reportUnreachable(leader, 2);
    expect(memberOf(leader, 2)).toMatchObject({
      state: 'probe',
      next: 12,
      paused: false,
      recentlyActive: false,
    });
    propose(leader, LONGEST, 'y');
    expect(drain(leader).filter(({ to }) => to === 2)).toEqual([]);
    const [snapshot] = ask(leader, heartbeatResponse(2, 2));
    expect(snapshot).toMatchObject({ kind: 'snapshot', to: 2, snapshot: { index: 20 } });
  });

  function install(raft: Raft, voters: readonly number[] = [1, 2, 3]): Packet[] {
    const snapshot = { index: 100, term: 3, configuration: { ...raft.configuration, voters }, data: 'all' };
    return ask(raft, { kind: 'snapshot', from: 2, to: 1, term: 3, snapshot });
  }

  it('E-36: a snapshot behind the commit index is ignored', () => {
    const raft = manager(times(120, 3), { hardState: { commit: 120 } });
    drain(raft);
    compact(raft, 110);
    expect(install(raft)).toMatchObject([{ kind: 'append-response', index: 120, rejected: false }]);
    expect(raft.log).toMatchObject({ baseIndex: 110, committed: 120 });
  });

  it('E-36: a snapshot of what is in the log only commits', () => {
    const raft = manager(times(110, 3), { hardState: { commit: 90 } });
    expect(install(raft)).toMatchObject([{ kind: 'append-response', index: 100, rejected: false }]);
    expect(raft.log).toMatchObject({ baseIndex: 0, committed: 100 });
    expect(lastIndex(raft.log)).toBe(110);
  });

  it('E-36: a snapshot of anything else replaces the log', () => {
    const raft = manager(times(110, 2), { hardState: { term: 3, commit: 90 } });
    expect(install(raft)).toMatchObject([{ kind: 'append-response', index: 100, rejected: false }]);
    expect(raft.log).toMatchObject({ baseIndex: 100, baseTerm: 3, entries: [], committed: 100 });
  });

  it('E-37: a snapshot whose members do not include the receiver is ignored', () => {
    const raft = manager(times(10, 2), { hardState: { term: 3, commit: 7 } });
    expect(install(raft, [2, 3])).toMatchObject([{ kind: 'append-response', index: 7, rejected: false }]);
    expect(raft.log).toMatchObject({ baseIndex: 0, committed: 7 });
  });

  it('E-38: a failed transfer is tried again after the next heartbeat answer', () => {
    const { leader } = behind();
    reportSnapshot(leader, 2, false);
    expect(memberOf(leader, 2)).toMatchObject({ state: 'probe', match: 0, next: 1, paused: true });
    expect(proposing(leader, 'x')).toEqual([]);
    expect(ask(leader, heartbeatResponse(2, 2))).toMatchObject([{ kind: 'snapshot', to: 2 }]);
    expect(memberOf(leader, 2).state).toBe('snapshot');
  });
});
