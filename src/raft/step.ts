// The entrance for messages: terms first (§5.1), votes in every role, then whatever the role does.

import { stepCandidate } from './candidate.ts';
import { judgeCandidate } from './election.ts';
import { stepFollower } from './follower.ts';
import { stepLeader } from './leader.ts';
import { isResponse, type Message, NONE } from './message.ts';
import { acceptAppend, answerVote } from './outbox.ts';
import { findProgress } from './progress.ts';
import type { Outcome } from './proposal.ts';
import { becomeFollower } from './role.ts';
import type { Environment, RaftState } from './state.ts';

/** Gives a node a message from another one. */
export function step<D, S>(raft: RaftState<D, S>, env: Environment<D>, message: Message<D, S>): Outcome {
  if (isResponse(message) && findProgress(raft.progress, message.from) === undefined) {
    return 'peer not found';
  }
  return receive(raft, env, message);
}

/** Like {@link step}, also for a node's own responses. Term 0 is no term: it is not compared (R-R57). */
export function receive<D, S>(raft: RaftState<D, S>, env: Environment<D>, message: Message<D, S>): Outcome {
  if (message.term > raft.term) {
    if (isUnderLease(raft, message)) return 'ok';
    adoptTerm(raft, env, message);
  } else if (message.term < raft.term && message.term !== 0) {
    answerLowerTerm(raft, message);
    return 'ok';
  }
  if (message.kind === 'vote') {
    judgeCandidate(raft, message);
    return 'ok';
  }
  if (raft.role === 'leader') return stepLeader(raft, env, message);
  if (raft.role === 'follower') return stepFollower(raft, env, message);
  return stepCandidate(raft, env, message);
}

/**
 * Whether a live leader protects this node from a candidate (§6 end, thesis 4.2.3): the request is dropped
 * unless that leader itself ordered the campaign (R-R58). Of the own term it is refused instead (R-R89).
 */
function isUnderLease<D, S>(raft: RaftState<D, S>, message: Message<D, S>): boolean {
  return (
    message.kind === 'vote' &&
    !message.transfer &&
    raft.config.checkQuorum &&
    raft.leader !== NONE &&
    raft.electionElapsed < raft.config.electionTimeout
  );
}

/** Follows a higher term, unless it is only the intention of a pre-vote (R-R58). */
function adoptTerm<D, S>(raft: RaftState<D, S>, env: Environment<D>, message: Message<D, S>): void {
  const { kind, term, from } = message;
  if (kind === 'vote' && message.preVote) return;
  if (kind === 'vote-response' && message.preVote && message.granted) return;
  const fromLeader = kind === 'append' || kind === 'heartbeat' || kind === 'snapshot';
  becomeFollower(raft, env, term, fromLeader ? from : NONE);
}

/**
 * Ignores a message of an earlier term, except where silence could leave its sender stuck (R-R59): with
 * leases or pre-votes a node at a higher term cannot win it over by campaigning.
 */
function answerLowerTerm<D, S>(raft: RaftState<D, S>, message: Message<D, S>): void {
  const { config } = raft;
  if (message.kind === 'append' || message.kind === 'heartbeat') {
    if (config.checkQuorum || config.preVote) acceptAppend(raft, message.from, 0);
  } else if (message.kind === 'vote' && message.preVote) {
    answerVote(raft, message.from, raft.term, true, false);
  }
}
