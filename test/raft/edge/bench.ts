// What the edge cases share: nodes with the settings of a Swarm manager, one that has just won, and time.

import {
  campaign,
  findProgress,
  type Progress,
  type RaftState,
  SWARM_CONFIG,
  step,
  tick,
} from '../../../src/raft/index.ts';
import { Cluster, type ClusterOptions, LONGEST, type Packet, type Raft } from '../cluster.ts';
import { drain, nodeWith, type SingleOptions, vote } from '../single.ts';

/** Node 1 of 3 unless said otherwise. */
export function manager(terms: readonly number[], options: SingleOptions = {}): Raft {
  return nodeWith(terms, { ...options, config: SWARM_CONFIG });
}

export function managers(voters: number, options: Omit<ClusterOptions, 'config'> = {}): Cluster {
  return new Cluster(voters, { ...options, config: SWARM_CONFIG });
}

/** Node 1, elected by everybody in the next term, and what it sent when it won: its empty entry is saved. */
export function winner(
  terms: readonly number[],
  options: SingleOptions = {},
): { leader: Raft; sent: Packet[] } {
  const leader = manager(terms, options);
  campaign(leader, LONGEST);
  drain(leader);
  for (const { id } of leader.progress) step(leader, LONGEST, vote(id, leader.term, true));
  if (leader.role !== 'leader') throw new Error('nobody won');
  return { leader, sent: drain(leader) };
}

export function memberOf(leader: Raft, id: number): Progress {
  const found = findProgress(leader.progress, id);
  if (found === undefined) throw new Error(`no member ${id}`);
  return found;
}

/** Entries of one term. */
export function times(count: number, term: number): number[] {
  return Array.from({ length: count }, () => term);
}

export function ticks(raft: RaftState<string, string>, count: number): void {
  for (let passed = 0; passed < count; passed += 1) tick(raft, LONGEST);
}

/** Ticks of a leader, each with the exchange that follows it among those that are not cut off. */
export function exchanges(
  cluster: Cluster,
  leader: number,
  count: number,
  cut: readonly number[] = [],
): void {
  for (let passed = 0; passed < count; passed += 1) {
    ticks(cluster.raft(leader), 1);
    cluster.settle(cut);
  }
}
