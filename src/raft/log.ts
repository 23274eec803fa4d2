// The log of one node (§5.3, §7): entries after a base, and how far they are handed out for saving,
// committed, handed out for applying and applied. Entries before the base were compacted; only their snapshot
// is left.
//
//   base < ... <= applied <= applying <= committed <= last
//
// No messages and no roles here. Appending is O(1) an entry; entries are shared, never copied or changed.

import { assert } from './assert.ts';
import { type Entry, encodedSize } from './entry.ts';
import type { Snapshot } from './snapshot.ts';

/** A limit that limits nothing. Not Infinity, which JSON cannot say. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** What {@link termAt} answers for an index outside of the log. */
export const UNKNOWN_TERM = -1;

/** The log of one node. */
export interface Log<D, S> {
  /** Index and term of the entry before the first one: (0, 0), or the last one compacted. */
  baseIndex: number;
  baseTerm: number;
  readonly entries: Entry<D>[];
  committed: number;
  /** The last index handed out for applying. */
  applying: number;
  /** The last index reported as applied. */
  applied: number;
  /** The last index handed out for saving. */
  saving: number;
  /** The application's newest snapshot, for members that need compacted entries. */
  newestSnapshot: Snapshot<S> | null;
  /** A snapshot that replaced the log and is not yet reported saved. */
  receivedSnapshot: Snapshot<S> | null;
  /** `receivedSnapshot` was handed out for saving. */
  receivedSnapshotSaving: boolean;
}

/** A log that begins after `base` and holds entries that are already durable. */
export function newLog<D, S>(base: Snapshot<S> | null, entries: readonly Entry<D>[]): Log<D, S> {
  const baseIndex = base === null ? 0 : base.index;
  let index = baseIndex;
  let term = base === null ? 0 : base.term;
  for (const entry of entries) {
    index += 1;
    assert(entry.index === index, `stored entry ${entry.index} where ${index} must be`);
    assert(entry.term >= term, `the term of stored entry ${index} is below the one before`);
    term = entry.term;
  }
  return {
    baseIndex,
    baseTerm: base === null ? 0 : base.term,
    entries: [...entries],
    committed: baseIndex,
    applying: baseIndex,
    applied: baseIndex,
    saving: index,
    newestSnapshot: base,
    receivedSnapshot: null,
    receivedSnapshotSaving: false,
  };
}

/** The index of the first entry that is still there, or would be. */
export function firstIndex<D, S>(log: Log<D, S>): number {
  return log.baseIndex + 1;
}

/** The index of the last entry, or of the base if there is none. */
export function lastIndex<D, S>(log: Log<D, S>): number {
  return log.baseIndex + log.entries.length;
}

/** The term of the last entry, or of the base if there is none. */
export function lastTerm<D, S>(log: Log<D, S>): number {
  const last = log.entries[log.entries.length - 1];
  return last === undefined ? log.baseTerm : last.term;
}

/** The term of the entry at `index`, or UNKNOWN_TERM if it was compacted or does not exist. */
export function termAt<D, S>(log: Log<D, S>, index: number): number {
  const position = index - log.baseIndex - 1;
  if (position === -1) return log.baseTerm;
  if (position < 0 || position >= log.entries.length) return UNKNOWN_TERM;
  const entry = log.entries[position];
  return entry === undefined ? UNKNOWN_TERM : entry.term;
}

/** Whether a log that ends in (term, index) is at least as up to date as this one (§5.4.1, R-R62). */
export function isUpToDate<D, S>(log: Log<D, S>, index: number, term: number): boolean {
  const ownTerm = lastTerm(log);
  return term > ownTerm || (term === ownTerm && index >= lastIndex(log));
}

/** Appends one entry on the leader, which never overwrites (§5.3, leader append-only). */
export function push<D, S>(log: Log<D, S>, entry: Entry<D>): void {
  log.entries.push(entry);
}

/**
 * Appends a leader's entries that follow a known common entry: skips what is already there, removes a
 * conflicting tail, keeps a longer tail that does not conflict (§5.3, R-R70 step 3).
 */
export function merge<D, S>(log: Log<D, S>, entries: readonly Entry<D>[]): void {
  for (const entry of entries) {
    if (entry.index <= lastIndex(log)) {
      if (termAt(log, entry.index) === entry.term) continue;
      truncate(log, entry.index);
    }
    log.entries.push(entry);
  }
}

function truncate<D, S>(log: Log<D, S>, from: number): void {
  assert(from > log.committed, `entry ${from} conflicts with a committed entry`);
  log.entries.length = from - log.baseIndex - 1;
  if (log.saving >= from) log.saving = from - 1;
}

/** Raises the commit index; never lowers it (R-R73). */
export function commitTo<D, S>(log: Log<D, S>, index: number): void {
  if (index <= log.committed) return;
  assert(index <= lastIndex(log), `commit ${index} is beyond the last entry ${lastIndex(log)}: log lost?`);
  log.committed = index;
}

/** Notes that the application has applied everything up to `index`. */
export function appliedTo<D, S>(log: Log<D, S>, index: number): void {
  assert(index <= log.committed, `applied ${index} is beyond the commit index ${log.committed}`);
  log.applied = Math.max(log.applied, index);
  log.applying = Math.max(log.applying, log.applied);
}

/**
 * Where a follower's hint may agree with this log: the largest index up to `index` whose term is at most
 * `term`; an index of unknown term counts (R-R71, R-R77).
 */
export function findConflict<D, S>(log: Log<D, S>, index: number, term: number): number {
  let at = index;
  while (at > 0 && termAt(log, at) > term) at -= 1;
  return at;
}

const NO_ENTRIES: readonly never[] = [];

/**
 * The entries from `from` to `to`, both inclusive, cut to the longest prefix within `maxBytes` but at least
 * one (R-R228). An empty range gives a shared empty list.
 */
export function slice<D, S>(
  log: Log<D, S>,
  from: number,
  to: number,
  maxBytes: number,
  sizeOf: (data: D) => number,
): readonly Entry<D>[] {
  if (from > to) return NO_ENTRIES;
  assert(from > log.baseIndex, `entry ${from} was compacted`);
  const start = from - log.baseIndex - 1;
  let end = to - log.baseIndex;
  if (maxBytes !== NO_LIMIT && end - start > 1) end = endWithin(log.entries, start, end, maxBytes, sizeOf);
  return log.entries.slice(start, end);
}

function endWithin<D>(
  entries: readonly Entry<D>[],
  start: number,
  end: number,
  maxBytes: number,
  sizeOf: (data: D) => number,
): number {
  let bytes = 0;
  for (let position = start; position < end; position += 1) {
    const entry = entries[position];
    if (entry !== undefined) bytes += encodedSize(entry, sizeOf);
    if (bytes > maxBytes) return Math.max(position, start + 1);
  }
  return end;
}

/** Whether a committed configuration change waits to be applied; no campaign may start then (R-R54). */
export function hasUnappliedChange<D, S>(log: Log<D, S>): boolean {
  for (let index = log.applied + 1; index <= log.committed; index += 1) {
    if (log.entries[index - log.baseIndex - 1]?.kind === 'configuration') return true;
  }
  return false;
}

/** Replaces the whole log by a received snapshot (§7, R-R102). */
export function restoreSnapshot<D, S>(log: Log<D, S>, snapshot: Snapshot<S>): void {
  log.baseIndex = snapshot.index;
  log.baseTerm = snapshot.term;
  log.entries.length = 0;
  log.committed = snapshot.index;
  log.saving = snapshot.index;
  log.receivedSnapshot = snapshot;
  log.receivedSnapshotSaving = false;
}

/** Drops the entries up to and including `index`, which a snapshot must cover. */
export function compactLog<D, S>(log: Log<D, S>, index: number): void {
  assert(index >= log.baseIndex, `entries up to ${log.baseIndex} are compacted already, asked for ${index}`);
  assert(index <= log.applied, `cannot compact up to ${index}: only ${log.applied} is applied`);
  const term = termAt(log, index);
  log.entries.splice(0, index - log.baseIndex);
  log.baseIndex = index;
  log.baseTerm = term;
}
