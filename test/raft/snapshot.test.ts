// §7 of the paper: log compaction and snapshots.

import { describe, expect, test } from 'vitest';
import {
  compact,
  findProgress,
  keepSnapshot,
  propose,
  reportSnapshot,
  reportUnreachable,
  type Snapshot,
  step,
  tick,
  votersOnly,
} from '../../src/raft/index.ts';
import { Cluster, LONGEST, type Packet, termsOf } from './cluster.ts';
import { append, ask, drain, entriesOf, heartbeatResponse, nodeWith, round } from './single.ts';

function install(index: number, term: number, voters: readonly number[] = [1, 2, 3]): Packet {
  const snapshot: Snapshot<string> = { index, term, configuration: votersOnly(voters), data: 'content' };
  return { kind: 'snapshot', from: 2, to: 1, term: 3, snapshot };
}

/** A leader whose member 3 needs what is compacted. */
function leaderBeyond(): Cluster {
  const cluster = new Cluster(3);
  cluster.elect(1);
  cluster.settle();
  for (const data of ['a', 'b']) {
    propose(cluster.raft(1), LONGEST, data);
    cluster.settle([3]);
  }
  cluster.snapshot(1);
  return cluster;
}

function progressOf(cluster: Cluster, id: number): unknown {
  return findProgress(cluster.raft(1).progress, id);
}

describe('§7 the follower', () => {
  const terms = [1, 1, 1, 2, 2, 2];
  const options = { hardState: { term: 3, commit: 4 } };

  test('ignores a snapshot older than its commit index (E-36)', () => {
    const raft = nodeWith(terms, options);
    expect(ask(raft, install(3, 1))).toMatchObject([{ kind: 'append-response', index: 4, rejected: false }]);
    expect(termsOf(raft)).toEqual(terms);
  });

  test('ignores a snapshot of what it has compacted', () => {
    const cluster = new Cluster(3);
    cluster.elect(2);
    propose(cluster.raft(2), LONGEST, 'a');
    cluster.settle();
    cluster.snapshot(1);
    const before = JSON.stringify(cluster.raft(1).log);
    expect(ask(cluster.raft(1), { ...install(2, 1), term: 1 })).toMatchObject([
      { index: 3, rejected: false },
    ]);
    expect(JSON.stringify(cluster.raft(1).log)).toBe(before);
  });

  test('keeps its log and only commits if it holds the last entry already (E-36)', () => {
    const raft = nodeWith(terms, options);
    expect(ask(raft, install(5, 2))).toMatchObject([{ index: 5, rejected: false }]);
    expect(termsOf(raft)).toEqual(terms);
    expect(raft.log.committed).toBe(5);
  });

  test('replaces its log otherwise, also a longer one (E-36)', () => {
    const raft = nodeWith(terms, options);
    round(raft);
    step(raft, LONGEST, install(5, 3, [1, 2, 4]));
    expect(raft.log).toMatchObject({ baseIndex: 5, baseTerm: 3, entries: [], committed: 5 });
    expect(raft.configuration.voters).toEqual([1, 2, 4]);
    const ready = round(raft);
    expect(ready).toMatchObject({ snapshot: { index: 5 }, hardState: { commit: 5 }, committedEntries: [] });
    expect(ready.messages).toMatchObject([{ to: 2, index: 5, rejected: false }]);
    expect(raft.log.applied).toBe(5);
  });

  test('ignores a snapshot whose configuration lacks it (E-37)', () => {
    const raft = nodeWith(terms, options);
    expect(ask(raft, install(9, 3, [2, 3]))).toMatchObject([{ index: 4 }]);
    expect(termsOf(raft)).toEqual(terms);
  });

  test('a snapshot of a lower term is ignored in silence (R-R59)', () => {
    const raft = nodeWith(terms, { hardState: { term: 4 }, config: { checkQuorum: true } });
    expect(ask(raft, install(9, 3))).toEqual([]);
  });

  test('applies nothing and does not campaign while a snapshot is not saved (R-R52, R-R87)', () => {
    const raft = nodeWith(terms, options);
    step(raft, LONGEST, install(9, 3));
    const entries = entriesOf([3], 10);
    step(raft, LONGEST, append({ term: 3, previousIndex: 9, previousTerm: 3, entries, commit: 10 }));
    for (let passed = 0; passed < 50; passed += 1) tick(raft, LONGEST);
    expect(raft.role).toBe('follower');
    expect(round(raft)).toMatchObject({ snapshot: { index: 9 }, entries, committedEntries: [] });
    expect(round(raft)).toMatchObject({ committedEntries: entries });
  });

  test('a newer snapshot may come while an older one is being saved', () => {
    const cluster = new Cluster(3);
    cluster.receive(install(5, 1));
    cluster.begin(1);
    cluster.receive(install(8, 2));
    cluster.finish(1);
    expect(cluster.raft(1).log).toMatchObject({ applied: 5, receivedSnapshot: { index: 8 } });
    expect(cluster.round(1).snapshot?.index).toBe(8);
    expect(cluster.raft(1).log).toMatchObject({ applied: 8, receivedSnapshot: null });
  });
});

describe('§7 the leader', () => {
  test('sends a snapshot where entries are gone, then nothing until it arrived (E-34)', () => {
    const cluster = leaderBeyond();
    const leader = cluster.raft(1);
    expect(progressOf(cluster, 3)).toMatchObject({ state: 'replicate', match: 2, next: 5 });
    step(leader, LONGEST, {
      kind: 'append-response',
      from: 3,
      to: 1,
      term: 1,
      index: 4,
      rejected: true,
      hintIndex: 2,
      hintTerm: 1,
    });
    expect(progressOf(cluster, 3)).toMatchObject({
      state: 'snapshot',
      pendingSnapshot: 4,
      next: 5,
      sentCommit: 4,
    });
    for (const message of ask(leader, heartbeatResponse(3, 1))) expect(message.kind).toBe('snapshot');
    expect(ask(leader, heartbeatResponse(3, 1))).toEqual([]);
    step(leader, LONGEST, {
      kind: 'append-response',
      from: 3,
      to: 1,
      term: 1,
      index: 4,
      rejected: false,
      hintIndex: 0,
      hintTerm: 0,
    });
    expect(progressOf(cluster, 3)).toMatchObject({
      state: 'replicate',
      match: 4,
      next: 5,
      pendingSnapshot: 0,
    });
  });

  test('sends none to a member that has not answered since the last quorum check (E-35)', () => {
    const cluster = new Cluster(3, { config: { checkQuorum: true } });
    cluster.elect(1);
    const leader = cluster.raft(1);
    for (let passed = 0; passed < 20; passed += 1) {
      tick(leader, LONGEST);
      cluster.settle([3]);
    }
    propose(leader, LONGEST, 'a');
    cluster.settle([3]);
    cluster.snapshot(1);
    reportUnreachable(leader, 3);
    propose(leader, LONGEST, 'b');
    expect(progressOf(cluster, 3)).toMatchObject({ state: 'probe', recentlyActive: false });
    expect(drain(leader).filter(({ to }) => to === 3)).toEqual([]);
    expect(ask(leader, heartbeatResponse(3, 1))).toMatchObject([{ kind: 'snapshot', to: 3 }]);
  });

  test('after a failed transfer it probes from the match, after a good one from behind it (E-38)', () => {
    for (const [arrived, next] of [
      [true, 5],
      [false, 3],
    ] as const) {
      const cluster = leaderBeyond();
      const leader = cluster.raft(1);
      step(leader, LONGEST, {
        kind: 'append-response',
        from: 3,
        to: 1,
        term: 1,
        index: 4,
        rejected: true,
        hintIndex: 2,
        hintTerm: 1,
      });
      reportSnapshot(leader, 3, arrived);
      expect(progressOf(cluster, 3)).toMatchObject({
        state: 'probe',
        next,
        paused: true,
        pendingSnapshot: 0,
      });
    }
  });

  test('only applied entries can be compacted, and only committed ones are in a snapshot', () => {
    const raft = nodeWith([1, 1, 1], { hardState: { commit: 2 } });
    expect(() => compact(raft, 1)).toThrow('only 0 is applied');
    round(raft);
    expect(() => keepSnapshot(raft, { index: 3, term: 1, configuration: votersOnly([1]), data: '' })).toThrow(
      'uncommitted',
    );
    compact(raft, 2);
    expect(raft.log).toMatchObject({ baseIndex: 2, baseTerm: 1, entries: [{ index: 3 }] });
    expect(() => compact(raft, 1)).toThrow('compacted already');
  });
});
