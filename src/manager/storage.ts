// A manager's durable state on its disk (R-R12 to R-R15): its identity, and a log that begins with the newest snapshot and goes on with
// entries and hard states. One file holds both, so that a snapshot and what follows it change in one piece (R-R14).
// Writes only; when to sync is the round's business.

import type { Member } from '../model/calls.ts';
import type { Entry, HardState, Ready, Snapshot } from '../raft/index.ts';
import { assert } from '../sim/assert.ts';
import type { ManagerContext } from './context.ts';
import type { EntryData, ManagerRecord, SnapshotData } from './peer.ts';

const identityFile = 'raft/identity';
const logFile = 'raft/log';
export const managerFiles: readonly string[] = [identityFile, logFile];

/** What a manager finds on its disk when it starts. */
export interface StoredManager {
  readonly member: Member;
  readonly snapshot: Snapshot<SnapshotData> | null;
  readonly hardState: HardState | null;
  readonly entries: readonly Entry<EntryData>[];
}

/** A new member: its identity, and the log it begins with (R-R122). */
export function writeIdentity(context: ManagerContext, member: Member, log: readonly ManagerRecord[]): void {
  context.replace(identityFile, [{ kind: 'raft.identity', member }]);
  context.replace(logFile, log);
}

/** A member that is known under another address now. */
export function writeMember(context: ManagerContext, member: Member): void {
  context.replace(identityFile, [{ kind: 'raft.identity', member }]);
}

/** Entries first, hard state second (R-R13). A received snapshot replaces the whole log. */
export function writeRound(context: ManagerContext, round: Ready<EntryData, SnapshotData>): void {
  const records: ManagerRecord[] = [];
  if (round.entries.length > 0) records.push({ kind: 'raft.entries', entries: round.entries });
  if (round.hardState !== null) records.push({ kind: 'raft.hard-state', hardState: round.hardState });
  if (round.snapshot !== null) {
    context.replace(logFile, [{ kind: 'raft.snapshot', snapshot: round.snapshot }, ...records]);
  } else {
    for (const record of records) context.append(logFile, record);
  }
}

/** A snapshot of one's own: what it covers goes, `rest` are the saved entries that follow it (R-R20). */
export function writeSnapshot(
  context: ManagerContext,
  snapshot: Snapshot<SnapshotData>,
  rest: readonly Entry<EntryData>[],
  hardState: HardState,
): void {
  context.replace(logFile, [
    { kind: 'raft.snapshot', snapshot },
    { kind: 'raft.entries', entries: rest },
    { kind: 'raft.hard-state', hardState },
  ]);
}

/**
 * Reads the disk at a start (R-R15): a later entry replaces an earlier one of its index and everything after it; the last hard
 * state wins. A torn tail is not among the records. Undefined when this disk has never belonged to a manager.
 */
export function readStorage(read: (file: string) => readonly ManagerRecord[]): StoredManager | undefined {
  const identity = read(identityFile)[0];
  if (identity?.kind !== 'raft.identity') return undefined;
  let snapshot: Snapshot<SnapshotData> | null = null;
  let hardState: HardState | null = null;
  const entries: Entry<EntryData>[] = [];
  for (const record of read(logFile)) {
    if (record.kind === 'raft.snapshot') snapshot = record.snapshot;
    else if (record.kind === 'raft.hard-state') hardState = record.hardState;
    else if (record.kind === 'raft.entries') {
      for (const entry of record.entries) {
        const place = entry.index - (snapshot?.index ?? 0) - 1;
        assert(place >= 0 && place <= entries.length, `the log does not go on at index ${entry.index}`);
        entries.length = place;
        entries.push(entry);
      }
    }
  }
  return { member: identity.member, snapshot, hardState, entries };
}
