// Thesis 6.4: reads without log entries.

import { expect, test } from 'vitest';
import { campaign, type ReadState, readIndex, tick } from '../../src/raft/index.ts';
import { Cluster, LONGEST } from './cluster.ts';
import { accepted, heartbeatResponse, nodeWith, round } from './single.ts';

/** What a node may read now; takes its rounds. */
function reads(cluster: Cluster, id: number): readonly ReadState[] {
  return cluster.raft(id).reads.confirmed;
}

test('a read is confirmed by a quorum that echoes it (safe)', () => {
  const cluster = new Cluster(5);
  cluster.elect(1);
  readIndex(cluster.raft(1), 'a');
  const heartbeats = cluster.round(1).messages;
  expect(heartbeats).toMatchObject([2, 3, 4, 5].map((to) => ({ kind: 'heartbeat', to, context: 'a' })));
  cluster.network = [];
  cluster.receive(heartbeatResponse(2, 1, 'a'));
  cluster.receive(heartbeatResponse(2, 1, 'a'));
  expect(reads(cluster, 1)).toEqual([]);
  cluster.receive(heartbeatResponse(3, 1, 'a'));
  expect(cluster.round(1).readStates).toEqual([{ index: 2, context: 'a' }]);
  expect(reads(cluster, 1)).toEqual([]);
});

test('an echo confirms all older reads; a repeated context keeps the older index (v3.6.0, R-R95)', () => {
  const cluster = new Cluster(3);
  cluster.elect(1);
  readIndex(cluster.raft(1), 'a');
  readIndex(cluster.raft(1), 'b');
  readIndex(cluster.raft(1), 'a');
  tick(cluster.raft(1), LONGEST);
  expect(cluster.raft(1).immediate.at(-1)).toMatchObject({ kind: 'heartbeat', context: 'b' });
  cluster.receive(heartbeatResponse(3, 1, 'b'));
  expect(reads(cluster, 1)).toEqual([
    { index: 2, context: 'a' },
    { index: 2, context: 'b' },
  ]);
});

test('a follower forwards its read; without a leader it vanishes (R-R229)', () => {
  const cluster = new Cluster(3);
  readIndex(cluster.raft(3), 'lost');
  cluster.elect(1);
  readIndex(cluster.raft(3), 'a');
  let confirmed: readonly ReadState[] = [];
  const forwarded = cluster.round(3).messages;
  expect(forwarded).toEqual([{ kind: 'read-index', from: 3, to: 1, term: 0, context: 'a' }]);
  cluster.deliver(0);
  for (const id of [1, 2, 1]) {
    cluster.round(id);
    for (const message of cluster.network.splice(0)) if (message.to !== 3) cluster.receive(message);
    for (const message of cluster.raft(1).immediate)
      if (message.kind === 'read-index-response') cluster.receive(message);
    confirmed = reads(cluster, 3);
  }
  expect(confirmed).toEqual([{ index: 2, context: 'a' }]);
});

test('a leader that has not committed in its own term postpones (§8)', () => {
  const cluster = new Cluster(3);
  cluster.elect(2);
  campaign(cluster.raft(1), LONGEST);
  cluster.settle([], ({ kind }) => kind === 'vote' || kind === 'vote-response');
  readIndex(cluster.raft(1), 'a');
  expect(cluster.raft(1).reads).toMatchObject({ pending: [], postponed: [{ context: 'a' }] });
  cluster.receive(accepted(2, 2, 3));
  expect(cluster.raft(1).reads).toMatchObject({ pending: [{ context: 'a', index: 3 }], postponed: [] });
  cluster.receive(heartbeatResponse(2, 2, 'a'));
  expect(reads(cluster, 1)).toEqual([{ index: 3, context: 'a' }]);
});

test('pending reads are forgotten with the leadership, postponed ones are not (R-R49)', () => {
  const cluster = new Cluster(3);
  cluster.elect(1);
  readIndex(cluster.raft(1), 'a');
  cluster.receive({ kind: 'heartbeat', from: 2, to: 1, term: 2, commit: 0, context: '' });
  expect(cluster.raft(1)).toMatchObject({ role: 'follower', reads: { pending: [] } });
});

test('a single voter answers at once, and so does a lease', () => {
  const alone = new Cluster(1);
  alone.elect(1);
  readIndex(alone.raft(1), 'a');
  expect(reads(alone, 1)).toEqual([{ index: 2, context: 'a' }]);
  const leased = new Cluster(3, { config: { checkQuorum: true, readOnly: 'lease-based' } });
  leased.elect(1);
  readIndex(leased.raft(1), 'a');
  expect(reads(leased, 1)).toEqual([{ index: 2, context: 'a' }]);
  expect(leased.raft(1).immediate).toEqual([]);
});

test('lease-based reads need the quorum check', () => {
  expect(() => nodeWith([], { config: { readOnly: 'lease-based' } })).toThrow('quorum check');
});

test('results are handed out once', () => {
  const raft = nodeWith([], { voters: [1] });
  campaign(raft, LONGEST);
  for (let count = 0; count < 3; count += 1) round(raft);
  readIndex(raft, 'a');
  expect(round(raft).readStates).toHaveLength(1);
  expect(raft.reads.confirmed).toEqual([]);
});
