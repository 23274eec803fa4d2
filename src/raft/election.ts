// Elections: starting one, judging a candidate, counting votes (§5.2, §5.4.1; pre-vote: thesis 9.6).

import { allVoters, isVoter } from './configuration.ts';
import { hasUnappliedChange, isUpToDate, lastIndex, lastTerm } from './log.ts';
import { NONE, type VoteRequest, type VoteResponse } from './message.ts';
import { answerVote, send } from './outbox.ts';
import { findProgress } from './progress.ts';
import { countVotes } from './quorum.ts';
import { lead } from './replication.ts';
import { becomeCandidate, becomeFollower, becomePreCandidate } from './role.ts';
import type { Environment, RaftState } from './state.ts';

/** Whether the node may campaign: a voter, by its own view, without a snapshot in the works (R-R52). */
export function isPromotable<D, S>(raft: RaftState<D, S>): boolean {
  return isVoter(raft.configuration, raft.id) && raft.log.receivedSnapshot === null;
}

/**
 * Starts an election now, with a pre-vote if so configured. Ignored on a leader, on a node that is not
 * promotable, and while a committed configuration change is unapplied (R-R54).
 */
export function campaign<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  if (mayCampaign(raft)) ask(raft, env, raft.config.preVote, false);
}

/** Starts an election on behalf of the old leader: no pre-vote, no lease holds it up (R-R55, R-R94). */
export function campaignForTransfer<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  if (mayCampaign(raft)) ask(raft, env, false, true);
}

function mayCampaign<D, S>(raft: RaftState<D, S>): boolean {
  return raft.role !== 'leader' && isPromotable(raft) && !hasUnappliedChange(raft.log);
}

/** Asks every voter, itself included, in ascending order of ids (R-R55, R-R56). */
function ask<D, S>(raft: RaftState<D, S>, env: Environment<D>, preVote: boolean, transfer: boolean): void {
  if (preVote) becomePreCandidate(raft);
  else becomeCandidate(raft, env);
  const term = preVote ? raft.term + 1 : raft.term;
  for (const to of allVoters(raft.configuration)) {
    if (to === raft.id) {
      answerVote(raft, to, term, preVote, true);
      continue;
    }
    send(raft, {
      kind: 'vote',
      from: raft.id,
      to,
      term,
      preVote,
      lastIndex: lastIndex(raft.log),
      lastTerm: lastTerm(raft.log),
      transfer,
    });
  }
}

/**
 * Judges a vote request whose term is not below the own one, in any role (R-R61, R-R62, R-R63). A learner
 * answers too: it may be a voter already without knowing it (R-R64).
 */
export function judgeCandidate<D, S>(raft: RaftState<D, S>, request: VoteRequest): void {
  const { from, preVote } = request;
  const free =
    raft.vote === from ||
    (raft.vote === NONE && raft.leader === NONE) ||
    (preVote && request.term > raft.term);
  if (!free || !isUpToDate(raft.log, request.lastIndex, request.lastTerm)) {
    answerVote(raft, from, raft.term, preVote, false);
    return;
  }
  answerVote(raft, from, request.term, preVote, true);
  if (preVote) return;
  raft.electionElapsed = 0;
  raft.vote = from;
}

/** Counts a vote for the running election; one of the other kind is late and ignored (R-R65, R-R66). */
export function countVote<D, S>(raft: RaftState<D, S>, env: Environment<D>, response: VoteResponse): void {
  const preVote = raft.role === 'pre-candidate';
  if (response.preVote !== preVote) return;
  if (raft.votes.every((vote) => vote.from !== response.from)) {
    raft.votes.push({ from: response.from, granted: response.granted });
  }
  const result = countVotes(raft.progress, (id) => raft.votes.find((vote) => vote.from === id)?.granted);
  if (result === 'lost') becomeFollower(raft, env, raft.term, NONE);
  else if (result === 'won' && preVote) ask(raft, env, false, false);
  else if (result === 'won') lead(raft, env);
}

/**
 * Checks on a leader whether a quorum answered since the last check, and steps down if not (thesis 6.2,
 * R-R88).
 */
export function checkQuorum<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  const active = countVotes(raft.progress, (id) => findProgress(raft.progress, id)?.recentlyActive);
  if (active !== 'won') becomeFollower(raft, env, raft.term, NONE);
  for (const member of raft.progress) if (member.id !== raft.id) member.recentlyActive = false;
}
