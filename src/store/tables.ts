// The committed cluster state of one manager: tables of records, their hashes and the index of the last applied entry.
// Plain data that can be saved at any moment. Everything else (buckets) is derived and rebuilt when missing.

import type { Kind, Records } from '../model/objects.ts';
import { kinds } from '../model/objects.ts';
import {
  type Buckets,
  emptyBuckets,
  everything,
  keysOf,
  lend,
  nameKey,
  nodeKey,
  place,
  refile,
  serviceKey,
  slotKey,
} from './buckets.ts';
import { addHash, hashData, hashRecord, subtractHash } from './hash.ts';
import type { Reader } from './reader.ts';

/** Plain data. Only `apply` and `restore` change it. */
export interface Store {
  readonly tables: { readonly [K in Kind]: Map<string, Records[K]> };
  /** Per table the sum of its records' hashes: equal for equal content, whatever the order of arrival. */
  readonly hashes: { [K in Kind]: number };
  /** Index of the last applied log entry. */
  version: number;
}

const derived = new WeakMap<Store, Buckets>();

export function createStore(): Store {
  return {
    tables: {
      cluster: new Map(),
      config: new Map(),
      network: new Map(),
      node: new Map(),
      secret: new Map(),
      service: new Map(),
      task: new Map(),
      volume: new Map(),
    },
    hashes: { cluster: 0, config: 0, network: 0, node: 0, secret: 0, service: 0, task: 0, volume: 0 },
    version: 0,
  };
}

/** A reader holds nothing but its store, so one serves for the store's life. */
const readers = new WeakMap<Store, Reader>();

/** The committed state as readers see it. It follows the store; the lists it has handed out do not. */
export function reader(store: Store): Reader {
  let known = readers.get(store);
  if (known === undefined) {
    known = makeReader(store);
    readers.set(store, known);
  }
  return known;
}

function makeReader(store: Store): Reader {
  return {
    get: (kind, id) => store.tables[kind].get(id),
    list: (kind) => lend(bucketsOf(store)[kind], everything),
    findByName: (kind, name) => lend(bucketsOf(store)[kind], nameKey(name))[0],
    tasksOfService: (serviceId) => lend(bucketsOf(store).task, serviceKey(serviceId)),
    tasksOfNode: (nodeId) => lend(bucketsOf(store).task, nodeKey(nodeId)),
    tasksOfSlot: (serviceId, slot) => lend(bucketsOf(store).task, slotKey(serviceId, slot)),
  };
}

/** One number for the whole content: equal applied indexes must show equal hashes. */
export function hashStore(store: Store): number {
  return hashData(store.hashes);
}

/** The derived buckets of a store, built when it has none: it is new or has been loaded. */
export function bucketsOf(store: Store): Buckets {
  const known = derived.get(store);
  if (known !== undefined) return known;
  const buckets = emptyBuckets();
  for (const kind of kinds) fileTable(store, kind, buckets);
  derived.set(store, buckets);
  return buckets;
}

function fileTable<K extends Kind>(store: Store, kind: K, buckets: Buckets): void {
  // In ascending ID order every record goes to the end of its buckets.
  const records = [...store.tables[kind].values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const record of records) {
    for (const key of keysOf[kind](record)) place(buckets[kind], key, record.id, record);
  }
}

/** The one place where a table changes, and with it what is derived from it. */
export function replace<K extends Kind>(
  store: Store,
  kind: K,
  id: string,
  before: Records[K] | undefined,
  after: Records[K] | undefined,
): void {
  const buckets = bucketsOf(store)[kind];
  let hash = store.hashes[kind];
  if (before !== undefined) hash = subtractHash(hash, hashRecord(before));
  if (after !== undefined) {
    hash = addHash(hash, hashRecord(after));
    store.tables[kind].set(id, after);
  } else {
    store.tables[kind].delete(id);
  }
  store.hashes[kind] = hash;
  refile(kind, before, after, (key, record) => place(buckets, key, id, record));
}
