// The leader's side of log replication: what to send to whom, what the answers mean, what is committed
// (§5.3, §5.4.2; flow control: R-R76 to R-R86).

import { assert } from './assert.ts';
import type { Proposal } from './entry.ts';
import { toEntry } from './entry.ts';
import { commitTo, findConflict, firstIndex, lastIndex, push, slice, termAt, UNKNOWN_TERM } from './log.ts';
import type { AppendResponse, HeartbeatResponse } from './message.ts';
import { acceptAppend, send } from './outbox.ts';
import {
  acknowledge,
  becomeProbe,
  becomeReplicate,
  becomeSnapshot,
  findProgress,
  freeWindow,
  isPaused,
  noteAppend,
  type Progress,
  retreat,
} from './progress.ts';
import { committedIndex } from './quorum.ts';
import { confirmReads, servePostponedReads } from './readindex.ts';
import { becomeLeader } from './role.ts';
import type { Environment, RaftState } from './state.ts';

/** Takes office: the empty entry of the new term goes to everybody (§5.4.2, §8; R-R68). */
export function lead<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  becomeLeader(raft, env);
  const self = findProgress(raft.progress, raft.id);
  assert(self !== undefined, 'only a member can win an election');
  becomeReplicate(self);
  self.recentlyActive = true;
  appendProposal(raft, env, { kind: 'normal', data: null });
}

/** Gives a proposal a place in the log and sends it out (R-R223). */
export function appendProposal<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  proposal: Proposal<D>,
): void {
  const index = lastIndex(raft.log) + 1;
  push(raft.log, toEntry(proposal, raft.term, index));
  // The leader's own copy counts when it is durable, like any other (R-R85).
  acceptAppend(raft, raft.id, index);
  broadcastAppend(raft, env);
}

/** Sends an append to every other member that is not paused, even an empty one (R-R222). */
export function broadcastAppend<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  for (const member of raft.progress) if (member.id !== raft.id) sendAppend(raft, env, member, true);
}

/** Sends what is new to every other member that is not paused (R-R100). */
export function broadcastNews<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  for (const member of raft.progress) if (member.id !== raft.id) sendAppend(raft, env, member, false);
}

/**
 * Sends a member the entries after the point its log is believed to match, or a snapshot if they are gone
 * (§5.3, §7; R-R76). Returns whether anything was sent.
 */
export function sendAppend<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  member: Progress,
  evenIfEmpty: boolean,
): boolean {
  if (isPaused(member)) return false;
  const { log, config } = raft;
  const previousIndex = member.next - 1;
  const previousTerm = termAt(log, previousIndex);
  if (previousTerm === UNKNOWN_TERM) return sendSnapshot(raft, member);
  const windowFull = member.state === 'replicate' && member.inflight.length >= config.maxInflight;
  const to = windowFull ? previousIndex : lastIndex(log);
  if (to === previousIndex && !evenIfEmpty) return false;
  const entries = slice(log, member.next, to, config.maxAppendBytes, env.sizeOf);
  send(raft, {
    kind: 'append',
    from: raft.id,
    to: member.id,
    term: raft.term,
    previousIndex,
    previousTerm,
    entries,
    commit: log.committed,
  });
  noteAppend(member, entries.length, config.maxInflight);
  member.sentCommit = log.committed;
  return true;
}

/** R-R80: a member that may be gone is not sent the most expensive message there is. */
function sendSnapshot<D, S>(raft: RaftState<D, S>, member: Progress): boolean {
  if (!member.recentlyActive) return false;
  const snapshot = raft.log.newestSnapshot;
  assert(snapshot !== null, 'a member needs compacted entries and there is no snapshot');
  becomeSnapshot(member, snapshot.index);
  send(raft, { kind: 'snapshot', from: raft.id, to: member.id, term: raft.term, snapshot });
  return true;
}

/** Advances the commit index by counting, only to entries of the own term (§5.4.2, R-R84). */
export function advanceCommit<D, S>(raft: RaftState<D, S>): boolean {
  const index = committedIndex(raft.progress);
  if (index <= raft.log.committed || termAt(raft.log, index) !== raft.term) return false;
  commitTo(raft.log, index);
  return true;
}

/** Handles the answer to an append or a snapshot, its own included (R-R77). */
export function handleAppendResponse<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  member: Progress,
  response: AppendResponse,
): void {
  member.recentlyActive = true;
  if (response.rejected) {
    // §5.3, the optimisation of conflicting terms: skip what cannot match, from both sides.
    const { hintIndex, hintTerm } = response;
    const hint = hintTerm > 0 ? findConflict(raft.log, hintIndex, hintTerm) : hintIndex;
    if (retreat(member, response.index, hint)) sendAppend(raft, env, member, true);
    return;
  }
  const advanced = acknowledge(member, response.index);
  if (!advanced && !(member.state === 'probe' && member.match === response.index)) return;
  if (member.state === 'replicate') freeWindow(member, response.index);
  else if (member.state === 'probe' || member.match + 1 >= firstIndex(raft.log)) becomeReplicate(member);
  afterProgress(raft, env, member);
}

function afterProgress<D, S>(raft: RaftState<D, S>, env: Environment<D>, member: Progress): void {
  const { committed } = raft.log;
  if (advanceCommit(raft)) {
    servePostponedReads(raft);
    broadcastAppend(raft, env);
  } else if (member.id !== raft.id && committed > member.sentCommit && member.sentCommit < member.next - 1) {
    sendAppend(raft, env, member, true);
  }
  if (member.id === raft.id) return;
  while (sendAppend(raft, env, member, false));
  if (member.id === raft.transferTarget && member.match === lastIndex(raft.log)) sendTimeoutNow(raft);
}

/** Tells the target of the running transfer to campaign (thesis 3.10). */
export function sendTimeoutNow<D, S>(raft: RaftState<D, S>): void {
  send(raft, { kind: 'timeout-now', from: raft.id, to: raft.transferTarget, term: raft.term });
}

/** R-R79: a heartbeat's answer shows that the member lives, and wakes a stream that lost its messages. */
export function handleHeartbeatResponse<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  member: Progress,
  response: HeartbeatResponse,
): void {
  member.recentlyActive = true;
  member.paused = false;
  if (member.match < lastIndex(raft.log) || member.state === 'probe') sendAppend(raft, env, member, true);
  confirmReads(raft, response.from, response.context);
}

/**
 * Reports that a member could not be reached: an optimistic stream to it goes back to probing (R-R82).
 * Ignored off the leader and for an id that is no member.
 */
export function reportUnreachable<D, S>(raft: RaftState<D, S>, id: number): void {
  const member = raft.role === 'leader' ? findProgress(raft.progress, id) : undefined;
  if (member?.state === 'replicate') becomeProbe(member);
}

/** Reports how sending a snapshot ended (R-R81). Ignored unless one is on its way to that member. */
export function reportSnapshot<D, S>(raft: RaftState<D, S>, id: number, arrived: boolean): void {
  const member = raft.role === 'leader' ? findProgress(raft.progress, id) : undefined;
  if (member?.state !== 'snapshot') return;
  if (!arrived) member.pendingSnapshot = 0;
  becomeProbe(member);
  member.paused = true;
}
