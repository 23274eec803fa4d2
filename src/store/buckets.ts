// Records in buckets: all of a kind, the tasks of one service, node or slot, the holder of a name. Each bucket is sorted by ID.
// Derived from the tables, never saved. A bucket's array is handed out as it is and copied before its next change, so that
// reading costs nothing and what was read stays as it was.

import type { Kind, Records } from '../model/objects.ts';

export interface Bucket<R> {
  records: R[];
  /** Someone outside may hold the array. */
  lent: boolean;
}

/** Buckets by key, per kind. A key that nothing was stored under has no bucket. */
export type Buckets = { readonly [K in Kind]: Map<string, Bucket<Records[K]>> };

/** The key of the bucket that holds every record of a kind. */
export const everything = 'all';

export function serviceKey(serviceId: string): string {
  return `service ${serviceId}`;
}

export function nodeKey(nodeId: string): string {
  return `node ${nodeId}`;
}

export function slotKey(serviceId: string, slot: number): string {
  return `slot ${serviceId} ${slot}`;
}

/** Names are compared without regard to case (R-R196). */
export function nameKey(name: string): string {
  return `name ${name.toLowerCase()}`;
}

type Named = Exclude<Kind, 'task' | 'node'>;
const nameKeyOfNamed = (record: Records[Named]): string => nameKey(record.spec.name);
const noName = () => undefined;

/** The bucket that only one record may be in: its name's. Nodes and tasks have no unique name (R-R196). */
export const nameKeyOf: { readonly [K in Kind]: (record: Records[K]) => string | undefined } = {
  cluster: nameKeyOfNamed,
  config: nameKeyOfNamed,
  network: nameKeyOfNamed,
  node: noName,
  secret: nameKeyOfNamed,
  service: nameKeyOfNamed,
  task: noName,
  volume: nameKeyOfNamed,
};

const keysOfNamed = (record: Records[Named]): readonly string[] => [everything, nameKeyOfNamed(record)];

/** The keys of all buckets a record belongs to. */
export const keysOf: { readonly [K in Kind]: (record: Records[K]) => readonly string[] } = {
  cluster: keysOfNamed,
  config: keysOfNamed,
  network: keysOfNamed,
  node: () => [everything],
  secret: keysOfNamed,
  service: keysOfNamed,
  task: ({ serviceId, slot, nodeId }) => {
    const keys = [everything, serviceKey(serviceId), slotKey(serviceId, slot)];
    // Those without a node have no bucket: they can be very many, and each leaves.
    if (nodeId !== '') keys.push(nodeKey(nodeId));
    return keys;
  },
  volume: keysOfNamed,
};

const keepsName = (before: Records[Named], after: Records[Named]) => before.spec.name === after.spec.name;

/** Whether a change of a record surely leaves it in all buckets it is in; most do, and keys are costly to make. */
const stays: { readonly [K in Kind]: (before: Records[K], after: Records[K]) => boolean } = {
  cluster: keepsName,
  config: keepsName,
  network: keepsName,
  node: () => true,
  secret: keepsName,
  service: keepsName,
  task: (before, after) =>
    (before.nodeId === '' || before.nodeId === after.nodeId) &&
    before.serviceId === after.serviceId &&
    before.slot === after.slot,
  volume: keepsName,
};

export function emptyBuckets(): Buckets {
  return {
    cluster: new Map(),
    config: new Map(),
    network: new Map(),
    node: new Map(),
    secret: new Map(),
    service: new Map(),
    task: new Map(),
    volume: new Map(),
  };
}

/** The records under a key in ascending ID order. The array never changes once it has been handed out. */
export function lend<R>(buckets: Map<string, Bucket<R>>, key: string): readonly R[] {
  const bucket = buckets.get(key);
  if (bucket === undefined) return [];
  bucket.lent = true;
  return bucket.records;
}

/** Starts a bucket with the content of a sorted array. The array itself is left alone. */
export function fill<R>(buckets: Map<string, Bucket<R>>, key: string, records: readonly R[]): void {
  buckets.set(key, { records: records.slice(), lent: false });
}

/** Puts `record` into the bucket in the place of the one with this ID, or takes that one out. A bucket left empty goes. */
export function place<R extends { readonly id: string }>(
  buckets: Map<string, Bucket<R>>,
  key: string,
  id: string,
  record: R | undefined,
): void {
  const bucket = buckets.get(key);
  if (bucket === undefined) {
    if (record !== undefined) buckets.set(key, { records: [record], lent: false });
    return;
  }
  if (bucket.lent) {
    bucket.records = bucket.records.slice();
    bucket.lent = false;
  }
  const { records } = bucket;
  const at = search(records, id);
  if (records[at]?.id !== id) {
    if (record !== undefined) records.splice(at, 0, record);
  } else if (record !== undefined) {
    records[at] = record;
  } else {
    records.splice(at, 1);
    if (records.length === 0) buckets.delete(key);
  }
}

/**
 * The steps from one state of a record to the next, bucket by bucket: `visit` gets each key with the record to hold there, or undefined
 * where the record leaves.
 */
export function refile<K extends Kind>(
  kind: K,
  before: Records[K] | undefined,
  after: Records[K] | undefined,
  visit: (key: string, record: Records[K] | undefined) => void,
): void {
  const entered = after === undefined ? [] : keysOf[kind](after);
  if (before !== undefined && (after === undefined || !stays[kind](before, after))) {
    for (const key of keysOf[kind](before)) if (!entered.includes(key)) visit(key, undefined);
  }
  for (const key of entered) visit(key, after);
}

/** The place of the first record whose ID is not below `id`. */
function search<R extends { readonly id: string }>(records: readonly R[], id: string): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const record = records[middle];
    if (record !== undefined && record.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
