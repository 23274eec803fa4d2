// The transitions between roles (§5.1, figure 4; R-R49, R-R50). What a role does is in follower.ts,
// candidate.ts and leader.ts.

import { assert } from './assert.ts';
import { lastIndex } from './log.ts';
import { NONE } from './message.ts';
import { resetProgress } from './progress.ts';
import type { Environment, RaftState } from './state.ts';

/** What every change of role forgets, except to pre-candidate (R-R49). */
function reset<D, S>(raft: RaftState<D, S>, env: Environment<D>, term: number): void {
  assert(term >= raft.term, `term ${raft.term} cannot go down to ${term}`);
  if (term !== raft.term) {
    raft.term = term;
    raft.vote = NONE;
  }
  raft.leader = NONE;
  raft.electionElapsed = 0;
  raft.heartbeatElapsed = 0;
  raft.randomizedElectionTimeout = drawElectionTimeout(raft, env);
  raft.transferTarget = NONE;
  raft.votes = [];
  const last = lastIndex(raft.log);
  for (const member of raft.progress) resetProgress(member, member.id === raft.id ? last : 0, last);
  raft.pendingChangeIndex = 0;
  raft.reads.pending = [];
}

/** ET to 2 ET - 1 ticks, so that split votes resolve (§5.2, R-R3). */
function drawElectionTimeout<D, S>(raft: RaftState<D, S>, env: Environment<D>): number {
  const bound = raft.config.electionTimeout;
  const draw = env.random(bound);
  assert(Number.isInteger(draw) && draw >= 0 && draw < bound, `random(${bound}) gave ${draw}`);
  return bound + draw;
}

/** §5.2: another node leads, a higher term was seen, an election was lost, or the quorum is gone. */
export function becomeFollower<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  term: number,
  leader: number,
): void {
  reset(raft, env, term);
  raft.role = 'follower';
  raft.leader = leader;
}

/** Thesis 9.6: term, vote and timers stay until a majority would vote for this node. */
export function becomePreCandidate<D, S>(raft: RaftState<D, S>): void {
  assert(raft.role !== 'leader', 'a leader cannot become pre-candidate');
  raft.role = 'pre-candidate';
  raft.leader = NONE;
  raft.votes = [];
}

/** §5.2: a new term, and a vote for oneself. */
export function becomeCandidate<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  assert(raft.role !== 'leader', 'a leader cannot become candidate');
  reset(raft, env, raft.term + 1);
  raft.role = 'candidate';
  raft.vote = raft.id;
}

/**
 * §5.2: the election is won. The caller appends the empty entry that lets entries of earlier terms commit
 * (§5.4.2, R-R68).
 */
export function becomeLeader<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  assert(raft.role === 'candidate', `a ${raft.role} cannot become leader`);
  reset(raft, env, raft.term);
  raft.role = 'leader';
  raft.leader = raft.id;
  // Any entry of the inherited tail could be a configuration change.
  raft.pendingChangeIndex = lastIndex(raft.log);
}
