// What follows from the tables of a store and is never saved: the buckets of each kind and the sum of its records' hashes. Both are worked
// out when somebody asks, from a log of what has changed since: followers are seldom asked for a list, and are told of every change.

import type { Kind, Records } from '../model/objects.ts';
import { type Bucket, emptyBucket, place } from './buckets.ts';
import type { Change } from './event.ts';
import { addHash, hashRecord, subtractHash } from './hash.ts';
import { type Binder, emptyShelf, refile, type Shelf } from './shelf.ts';

/** What is derived from one table. */
export interface Derived<R> {
  /** Undefined until somebody asks. */
  shelf: Shelf<Bucket<R>> | undefined;
  hash: number | undefined;
  /** Changes that the shelf or the hash has not taken up. */
  log: Change<R>[];
  /** How much of the log each of them has taken up. */
  filed: number;
  hashed: number;
}

export type Table<R> = ReadonlyMap<string, R>;

/** Up to so many changes are always worth following one by one. */
const allowance = 1_000;

export function nothingDerived<R>(): Derived<R> {
  return { shelf: undefined, hash: undefined, log: [], filed: 0, hashed: 0 };
}

/** Notes a change that the table has taken already. */
export function noteChange<R>(table: Table<R>, derived: Derived<R>, change: Change<R>): void {
  // What nobody has asked for is worked out from the whole table when somebody does.
  if (derived.shelf === undefined && derived.hash === undefined) return;
  const { log, filed, hashed } = derived;
  log.push(change);
  // Beyond some share of the table it is faster to begin anew. A log also keeps old records from being forgotten.
  const most = (table.size + allowance) / 4;
  if (log.length - filed > most) derived.shelf = undefined;
  if (log.length - hashed > most) derived.hash = undefined;
  if (log.length > most) trim(derived);
}

/** The buckets as the table is now. */
export function shelfOf<K extends Kind>(
  kind: K,
  table: Table<Records[K]>,
  derived: Derived<Records[K]>,
): Shelf<Bucket<Records[K]>> {
  const { log, filed } = derived;
  if (derived.shelf === undefined) {
    derived.shelf = fileTable(kind, table);
  } else if (filed < log.length) {
    const { shelf } = derived;
    const binder = bucketBinder<Records[K]>();
    // Of each record only the way from its first state to its last.
    const first = new Map<string, Records[K] | undefined>();
    for (let at = filed; at < log.length; at++) {
      const change = log[at];
      if (change !== undefined && !first.has(change.id)) first.set(change.id, change.before);
    }
    for (const [id, before] of first) refile(kind, shelf, binder, id, before, table.get(id));
  }
  derived.filed = log.length;
  trim(derived);
  return derived.shelf;
}

/** The sum of the hashes of the table as it is now: equal for equal content, whatever the order of arrival. */
export function hashOf<R extends object>(table: Table<R>, derived: Derived<R>): number {
  const { log } = derived;
  let { hash } = derived;
  if (hash === undefined) {
    hash = 0;
    for (const record of table.values()) hash = addHash(hash, hashRecord(record));
  } else {
    for (let at = derived.hashed; at < log.length; at++) {
      const change = log[at];
      if (change?.before !== undefined) hash = subtractHash(hash, hashRecord(change.before));
      if (change?.after !== undefined) hash = addHash(hash, hashRecord(change.after));
    }
  }
  derived.hash = hash;
  derived.hashed = log.length;
  trim(derived);
  return hash;
}

/** Empties the log once all of it has been taken up by what is there. */
function trim<R>(derived: Derived<R>): void {
  const { log, shelf, hash } = derived;
  if (shelf !== undefined && derived.filed < log.length) return;
  if (hash !== undefined && derived.hashed < log.length) return;
  if (log.length > 0) derived.log = [];
  derived.filed = 0;
  derived.hashed = 0;
}

function fileTable<K extends Kind>(kind: K, table: Table<Records[K]>): Shelf<Bucket<Records[K]>> {
  const shelf = emptyShelf<Bucket<Records[K]>>(emptyBucket);
  const binder = bucketBinder<Records[K]>();
  // In ascending ID order every record goes to the end of its buckets.
  const records = [...table.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const record of records) refile(kind, shelf, binder, record.id, undefined, record);
  return shelf;
}

function bucketBinder<R extends { readonly id: string }>(): Binder<R, Bucket<R>> {
  return { make: emptyBucket, put: place, isEmpty: (bucket) => bucket.records.length === 0 };
}
