// Rounds: what a node wants saved, sent and applied, and the report that it is done (R-R219, R-R220, R-R225).
// A round may stay outstanding while the node steps further messages, as a slow disk makes it.

import { assert } from './assert.ts';
import type { Entry } from './entry.ts';
import { appliedTo, lastIndex, NO_LIMIT, slice } from './log.ts';
import { leaveJointIfDue } from './membership.ts';
import type { Message } from './message.ts';
import type { ReadState } from './readindex.ts';
import type { Snapshot } from './snapshot.ts';
import type { Environment, HardState, RaftState, Role } from './state.ts';
import { receive } from './step.ts';

/** The leader a node follows and its own role. */
export interface SoftState {
  readonly leader: number;
  readonly role: Role;
}

/**
 * One round of work. In this order: save the snapshot, the entries and the hard state; send the messages;
 * install the snapshot; apply the committed entries; report the round done with {@link advance}.
 */
export interface Ready<D, S> {
  /** Not null if it changed. */
  readonly softState: SoftState | null;
  /** Not null if it changed. */
  readonly hardState: HardState | null;
  /** Entries to save, replacing any saved ones from the first one's index on. */
  readonly entries: readonly Entry<D>[];
  /** A snapshot that replaces everything saved. It must be durable before the messages leave. */
  readonly snapshot: Snapshot<S> | null;
  /** Entries to apply, after the entries above are saved. */
  readonly committedEntries: readonly Entry<D>[];
  /** Messages that may leave once everything above is durable. */
  readonly messages: readonly Message<D, S>[];
  /** Reads that may be served once their index is applied. */
  readonly readStates: readonly ReadState[];
  /** Entries and hard state must be durable before the messages leave; else a crash may lose them (R-R13). */
  readonly mustSync: boolean;
}

/** Whether there is a round to take. False while one is outstanding. */
export function hasReady<D, S>(raft: RaftState<D, S>): boolean {
  const { log } = raft;
  return (
    !raft.outstanding.active &&
    (raft.immediate.length > 0 ||
      raft.afterSave.length > 0 ||
      raft.ownResponses.length > 0 ||
      log.saving < lastIndex(log) ||
      hasCommitted(raft) ||
      (log.receivedSnapshot !== null && !log.receivedSnapshotSaving) ||
      raft.reads.confirmed.length > 0 ||
      softStateChanged(raft) ||
      hardStateChanged(raft))
  );
}

/** No committed entries are handed out while the snapshot below them is not in place (R-R87). */
function hasCommitted<D, S>(raft: RaftState<D, S>): boolean {
  return raft.log.applying < raft.log.committed && raft.log.receivedSnapshot === null;
}

function softStateChanged<D, S>(raft: RaftState<D, S>): boolean {
  return raft.leader !== raft.handedOut.leader || raft.role !== raft.handedOut.role;
}

function hardStateChanged<D, S>(raft: RaftState<D, S>): boolean {
  const { handedOut } = raft;
  return (
    raft.log.committed !== handedOut.commit || raft.term !== handedOut.term || raft.vote !== handedOut.vote
  );
}

/** Takes the next round. One at a time: throws while another is outstanding. */
export function takeReady<D, S>(raft: RaftState<D, S>, env: Environment<D>): Ready<D, S> {
  const { log, handedOut, outstanding, reads } = raft;
  assert(!outstanding.active, 'the last round is not reported done');
  const last = lastIndex(log);
  const entries = slice(log, log.saving + 1, last, NO_LIMIT, env.sizeOf);
  const toApply = hasCommitted(raft) ? log.committed : log.applying;
  const committedEntries = slice(log, log.applying + 1, toApply, raft.config.maxCommittedBytes, env.sizeOf);
  const { leader, role, term, vote } = raft;
  const ready: Ready<D, S> = {
    softState: softStateChanged(raft) ? { leader, role } : null,
    hardState: hardStateChanged(raft) ? { term, vote, commit: log.committed } : null,
    entries,
    snapshot: log.receivedSnapshotSaving ? null : log.receivedSnapshot,
    committedEntries,
    messages: takeMessages(raft),
    readStates: reads.confirmed,
    // A commit index that is lost is found again (R-R13, E-41); term, vote and entries are not.
    mustSync: entries.length > 0 || term !== handedOut.term || vote !== handedOut.vote,
  };
  outstanding.active = true;
  outstanding.ownResponses = raft.ownResponses;
  outstanding.committed = committedEntries.length > 0 ? log.applying + committedEntries.length : 0;
  outstanding.snapshot = ready.snapshot === null ? 0 : ready.snapshot.index;
  raft.ownResponses = [];
  if (reads.confirmed.length > 0) reads.confirmed = [];
  log.saving = last;
  log.applying += committedEntries.length;
  if (log.receivedSnapshot !== null) log.receivedSnapshotSaving = true;
  handedOut.leader = leader;
  handedOut.role = role;
  handedOut.term = term;
  handedOut.vote = vote;
  handedOut.commit = log.committed;
  return ready;
}

/** All immediate messages, then all responses (R-R219). */
function takeMessages<D, S>(raft: RaftState<D, S>): Message<D, S>[] {
  const { immediate, afterSave } = raft;
  if (immediate.length === 0) {
    raft.afterSave = [];
    return afterSave;
  }
  raft.immediate = [];
  if (afterSave.length > 0) {
    for (const message of afterSave) immediate.push(message);
    raft.afterSave = [];
  }
  return immediate;
}

/**
 * Reports that everything in the outstanding round is saved and applied. Only now do the node's own votes and
 * acknowledgements count (R-R106). What this creates belongs to the next round.
 */
export function advance<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  const { log, outstanding } = raft;
  assert(outstanding.active, 'no round is outstanding');
  const { ownResponses, committed, snapshot } = outstanding;
  outstanding.active = false;
  outstanding.ownResponses = [];
  for (const response of ownResponses) receive(raft, env, response);
  if (snapshot > 0) {
    const saved = log.receivedSnapshot;
    // A newer one may have come meanwhile.
    if (saved !== null && saved.index === snapshot) {
      log.receivedSnapshot = null;
      log.receivedSnapshotSaving = false;
      log.newestSnapshot = saved;
    }
    reportApplied(raft, env, snapshot);
  }
  if (committed > 0) reportApplied(raft, env, committed);
}

function reportApplied<D, S>(raft: RaftState<D, S>, env: Environment<D>, index: number): void {
  appliedTo(raft.log, index);
  leaveJointIfDue(raft, env);
}
