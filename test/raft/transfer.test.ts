// Thesis 3.10: leadership transfer.

import { expect, test } from 'vitest';
import { campaign, propose, step, tick, transferLeadership } from '../../src/raft/index.ts';
import { Cluster, LONGEST } from './cluster.ts';
import { drain, heartbeat, nodeWith } from './single.ts';

function led(options: ConstructorParameters<typeof Cluster>[1] = {}): Cluster {
  const cluster = new Cluster(3, { learners: [4], ...options });
  cluster.elect(1);
  cluster.settle();
  return cluster;
}

test('a target that is up to date takes over at once, leases or not (E-48)', () => {
  const cluster = led({ config: { checkQuorum: true } });
  transferLeadership(cluster.raft(1), LONGEST, 2);
  cluster.settle();
  expect(cluster.raft(2)).toMatchObject({ role: 'leader', term: 2 });
  expect(cluster.raft(1)).toMatchObject({ role: 'follower', leader: 2 });
});

test('pre-vote is skipped (R-R55)', () => {
  const cluster = led({ config: { preVote: true } });
  transferLeadership(cluster.raft(1), LONGEST, 2);
  cluster.settle();
  expect(
    cluster.sent.some((message) => message.kind === 'vote' && message.transfer && !message.preVote),
  ).toBe(true);
  expect(cluster.raft(2).role).toBe('leader');
});

test('a target that lags is brought up to date first (E-49)', () => {
  const cluster = led();
  propose(cluster.raft(1), LONGEST, 'x');
  cluster.settle([2]);
  transferLeadership(cluster.raft(1), LONGEST, 2);
  const before = cluster.sent.length;
  tick(cluster.raft(1), LONGEST);
  cluster.settle();
  const toTarget = cluster.sent.slice(before).filter(({ from, to }) => from === 1 && to === 2);
  expect(toTarget.map(({ kind }) => kind)).toContain('timeout-now');
  expect(cluster.raft(2).role).toBe('leader');
});

test('proposals are dropped until it ends, at the latest after an election timeout (E-49, E-50)', () => {
  const cluster = led();
  transferLeadership(cluster.raft(1), LONGEST, 3);
  cluster.settle([3]);
  expect(propose(cluster.raft(1), LONGEST, 'x')).toBe('proposal dropped');
  for (let passed = 0; passed < 9; passed += 1) tick(cluster.raft(1), LONGEST);
  expect(propose(cluster.raft(1), LONGEST, 'x')).toBe('proposal dropped');
  tick(cluster.raft(1), LONGEST);
  expect(propose(cluster.raft(1), LONGEST, 'x')).toBe('ok');
});

test('requests that mean nothing change nothing; another target replaces, self cancels (E-51)', () => {
  const cluster = led();
  const leader = cluster.raft(1);
  for (const target of [1, 4, 9]) transferLeadership(leader, LONGEST, target);
  expect(leader.transferTarget).toBe(0);
  transferLeadership(leader, LONGEST, 2);
  for (const target of [2, 4, 9]) transferLeadership(leader, LONGEST, target);
  expect(leader.transferTarget).toBe(2);
  expect(drain(leader).map(({ kind }) => kind)).toEqual(['timeout-now']);
  for (let passed = 0; passed < 5; passed += 1) tick(leader, LONGEST);
  transferLeadership(leader, LONGEST, 3);
  expect(leader).toMatchObject({ transferTarget: 3, electionElapsed: 0 });
  transferLeadership(leader, LONGEST, 1);
  expect(leader.transferTarget).toBe(0);
});

test('a follower forwards the request with the target as sender (R-R94)', () => {
  const cluster = led();
  transferLeadership(cluster.raft(3), LONGEST, 2);
  expect(cluster.round(3).messages).toEqual([{ kind: 'transfer-leader', from: 2, to: 1, term: 1 }]);
  cluster.settle();
  expect(cluster.raft(2).role).toBe('leader');
});

test('a candidate ignores TimeoutNow and transfer requests (R-R67, R-R94)', () => {
  const raft = nodeWith([1]);
  campaign(raft, LONGEST);
  drain(raft);
  step(raft, LONGEST, { kind: 'timeout-now', from: 2, to: 1, term: 2 });
  transferLeadership(raft, LONGEST, 2);
  expect(raft).toMatchObject({ role: 'candidate', term: 2 });
  expect(drain(raft)).toEqual([]);
});

test('a learner, which is no voter, does not campaign when told to', () => {
  const raft = nodeWith([1], { id: 4, learners: [4] });
  step(raft, LONGEST, heartbeat({ to: 4 }));
  step(raft, LONGEST, { kind: 'timeout-now', from: 2, to: 4, term: 1 });
  expect(raft.role).toBe('follower');
});
