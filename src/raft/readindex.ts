// Reads without log entries (thesis 6.4): the leader fixes its commit index, makes sure it still leads, and
// the reader waits until that index is applied. Pending reads are kept by their context, as in v3.6.0
// (R-R95).

import { assert } from './assert.ts';
import { isJoint } from './configuration.ts';
import { broadcastHeartbeat } from './heartbeat.ts';
import { termAt } from './log.ts';
import { NONE } from './message.ts';
import { send } from './outbox.ts';
import { countVotes } from './quorum.ts';
import type { RaftState } from './state.ts';

/** A read that may be served once `index` is applied. */
export interface ReadState {
  readonly index: number;
  readonly context: string;
}

/** Somebody wants to read: this node or a follower. */
export interface ReadRequest {
  readonly from: number;
  readonly context: string;
}

/** A read that waits for a quorum to echo a heartbeat. */
export interface PendingRead extends ReadRequest {
  /** The commit index when it was asked. */
  readonly index: number;
  readonly acknowledgedBy: number[];
}

/** All reads of one node. */
export interface Reads {
  /** Oldest first. Forgotten at every change of role. */
  pending: PendingRead[];
  /** Asked before the leader had committed in its own term. */
  postponed: ReadRequest[];
  /** Confirmed, to be handed out with the next round. */
  confirmed: ReadState[];
}

/** No reads. */
export function newReads(): Reads {
  return { pending: [], postponed: [], confirmed: [] };
}

/**
 * Asks for a read. The answer is a `readStates` item of a later round with the same context, which must not
 * be empty and should be unique. It may never come: ask again. Dropped without a known leader (R-R229).
 */
export function readIndex<D, S>(raft: RaftState<D, S>, context: string): void {
  assert(context !== '', 'a read needs a context');
  handleReadIndex(raft, { from: raft.id, context });
}

/** Handles a read of this node or one that a follower forwarded. */
export function handleReadIndex<D, S>(raft: RaftState<D, S>, request: ReadRequest): void {
  if (raft.role === 'leader') handleOnLeader(raft, request);
  else if (raft.role === 'follower' && raft.leader !== NONE) {
    const { from, context } = request;
    send(raft, { kind: 'read-index', from, to: raft.leader, term: 0, context });
  }
}

function handleOnLeader<D, S>(raft: RaftState<D, S>, request: ReadRequest): void {
  const { configuration, log, reads } = raft;
  if (configuration.voters.length === 1 && !isJoint(configuration)) answer(raft, request, log.committed);
  else if (termAt(log, log.committed) === raft.term) confirmOrAsk(raft, request);
  // Until then its commit index may lag behind what earlier leaders committed (§8).
  else reads.postponed.push(request);
}

function confirmOrAsk<D, S>(raft: RaftState<D, S>, request: ReadRequest): void {
  const { log, reads } = raft;
  if (raft.config.readOnly === 'lease-based') {
    answer(raft, request, log.committed);
    return;
  }
  // A repeated context keeps the older index.
  if (reads.pending.every((read) => read.context !== request.context)) {
    const { from, context } = request;
    reads.pending.push({ from, context, index: log.committed, acknowledgedBy: [raft.id] });
  }
  broadcastHeartbeat(raft, request.context);
}

/** Asks for the reads that waited for the first commit of this term. */
export function servePostponedReads<D, S>(raft: RaftState<D, S>): void {
  const { reads } = raft;
  if (reads.postponed.length === 0) return;
  const postponed = reads.postponed;
  reads.postponed = [];
  for (const request of postponed) confirmOrAsk(raft, request);
}

/** The context that heartbeats carry: an echo of the newest read confirms all older ones. */
export function newestReadContext(reads: Reads): string {
  return reads.pending[reads.pending.length - 1]?.context ?? '';
}

/** A member echoed `context`: with a quorum, that read and all older ones are confirmed. */
export function confirmReads<D, S>(raft: RaftState<D, S>, from: number, context: string): void {
  if (raft.config.readOnly !== 'safe' || context === '') return;
  const { reads } = raft;
  const position = reads.pending.findIndex((read) => read.context === context);
  const read = reads.pending[position];
  if (read === undefined) return;
  const { acknowledgedBy } = read;
  if (!acknowledgedBy.includes(from)) acknowledgedBy.push(from);
  const result = countVotes(raft.progress, (id) => (acknowledgedBy.includes(id) ? true : undefined));
  if (result !== 'won') return;
  for (const confirmed of reads.pending.splice(0, position + 1)) answer(raft, confirmed, confirmed.index);
}

function answer<D, S>(raft: RaftState<D, S>, request: ReadRequest, index: number): void {
  const { from, context } = request;
  if (from === raft.id) raft.reads.confirmed.push({ index, context });
  else send(raft, { kind: 'read-index-response', from: raft.id, to: from, term: raft.term, index, context });
}
