// A machine's disk: named files of records, and what was written but not yet synced.
// A process that dies keeps what it wrote (the system holds it); a machine that crashes keeps what was synced.
// Written records are never changed afterwards.

import { assert } from './assert.ts';

export type DiskWrite<R> =
  | { readonly kind: 'append'; readonly file: string; readonly record: R }
  /** The whole file, atomically: a new file renamed over the old one. Without records: the file is removed. */
  | { readonly kind: 'replace'; readonly file: string; readonly records: readonly R[] };

/** A file as it is found at boot. */
export interface DiskFile<R> {
  readonly records: readonly R[];
  /** The record after the last one was only partly written when the machine crashed. */
  readonly torn: boolean;
}

/** Plain data. */
export interface Disk<R> {
  /** What survives a crash. */
  readonly synced: Map<string, { records: R[]; torn: boolean }>;
  /** Written, not synced, oldest first. */
  unsynced: DiskWrite<R>[];
  /** For each sync under way, how many of `unsynced` it covers; they end in order. */
  syncs: number[];
  /** When the last sync under way ends: syncs of one disk do not overtake each other. */
  busyUntil: number;
  /** How long a sync takes, microseconds. */
  syncLatency: number;
}

export function createDisk<R>(syncLatency: number): Disk<R> {
  return { synced: new Map(), unsynced: [], syncs: [], busyUntil: 0, syncLatency };
}

function write<R>(files: Map<string, { records: R[]; torn: boolean }>, op: DiskWrite<R>): void {
  if (op.kind === 'replace') {
    if (op.records.length === 0) files.delete(op.file);
    else files.set(op.file, { records: [...op.records], torn: false });
    return;
  }
  const file = files.get(op.file);
  if (file === undefined) files.set(op.file, { records: [op.record], torn: false });
  else {
    file.records.push(op.record);
    file.torn = false;
  }
}

/** Notes that a sync has begun and covers everything written so far. */
export function beginSync<R>(disk: Disk<R>): void {
  disk.syncs.push(disk.unsynced.length);
}

/** The oldest sync under way ends: what it covers survives crashes from now on. */
export function endSync<R>(disk: Disk<R>): void {
  const covered = disk.syncs.shift();
  assert(covered !== undefined, 'a sync ends only after it began');
  for (const op of disk.unsynced.splice(0, covered)) write(disk.synced, op);
  for (let i = 0; i < disk.syncs.length; i++) {
    const later = disk.syncs[i];
    if (later !== undefined) disk.syncs[i] = later - covered;
  }
}

/** The machine crashes: what was not synced is lost. Torn: its first `survived` writes are kept, and of the next one only a damaged part. */
export function crashDisk<R>(disk: Disk<R>, survived: number | 'none'): void {
  if (survived !== 'none') {
    for (const op of disk.unsynced.slice(0, survived)) write(disk.synced, op);
    const damaged = disk.unsynced[survived];
    // A replaced file is written aside and renamed, so a torn replace leaves the old file; only an append tears.
    if (damaged?.kind === 'append') {
      const file = disk.synced.get(damaged.file);
      if (file === undefined) disk.synced.set(damaged.file, { records: [], torn: true });
      else file.torn = true;
    }
  }
  disk.unsynced = [];
  disk.syncs = [];
  disk.busyUntil = 0;
}

/** The process alone stopped: the system goes on to write what it was given. */
export function flushDisk<R>(disk: Disk<R>): void {
  for (const op of disk.unsynced) write(disk.synced, op);
  disk.unsynced = [];
  disk.syncs = [];
}

/** The names of the files a booting program finds, sorted. */
export function fileNames<R>(disk: Disk<R>): string[] {
  return [...disk.synced.keys()].sort((a, b) => (a < b ? -1 : 1));
}

/** What a booting program finds in `file`: its own copy, which later writes do not change. */
export function readFile<R>(disk: Disk<R>, name: string): DiskFile<R> {
  const file = disk.synced.get(name);
  return file === undefined ? { records: [], torn: false } : { records: [...file.records], torn: file.torn };
}
