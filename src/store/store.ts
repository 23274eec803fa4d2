// The committed cluster state of one manager: tables of records, their hashes and the index of the last applied entry.
// Plain data that can be saved at any moment. Everything else (buckets) is derived and rebuilt when missing.

import type { Kind, Records } from '../model/objects.ts';
import { kinds } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';
import type { StoreAction } from './action.ts';
import {
  type Buckets,
  drop,
  emptyBuckets,
  everything,
  keysOf,
  lend,
  nameKey,
  nameKeyOf,
  nodeKey,
  put,
  refile,
  serviceKey,
  slotKey,
} from './buckets.ts';
import type { StoreEvent } from './event.ts';
import { addHash, hashRecord, subtractHash } from './hash.ts';
import type { Reader } from './reader.ts';

/** Plain data. Only `apply` and `restore` change it. */
export interface Store {
  readonly tables: { readonly [K in Kind]: Map<string, Records[K]> };
  /** Per table the sum of its records' hashes: equal for equal content, whatever the order of arrival. */
  readonly hashes: { [K in Kind]: number };
  /** Index of the last applied log entry. */
  version: number;
}

/** The whole state at one applied index, records in ascending ID order. Plain data, shared with the store it was taken from. */
export interface StoreSnapshot {
  readonly version: number;
  readonly tables: { readonly [K in Kind]: readonly Records[K][] };
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

/** The committed state as readers see it. It follows the store; the lists it has handed out do not. */
export function reader(store: Store): Reader {
  return {
    get: (kind, id) => store.tables[kind].get(id),
    list: (kind) => lend(bucketsOf(store)[kind], everything),
    findByName: (kind, name) => lend(bucketsOf(store)[kind], nameKey(name))[0],
    tasksOfService: (serviceId) => lend(bucketsOf(store).task, serviceKey(serviceId)),
    tasksOfNode: (nodeId) => lend(bucketsOf(store).task, nodeKey(nodeId)),
    tasksOfSlot: (serviceId, slot) => lend(bucketsOf(store).task, slotKey(serviceId, slot)),
  };
}

/**
 * Applies a committed entry as one transaction, on the leader that wrote it and on followers alike. Records go in by reference, with the
 * version and times the writer gave them (R-R198).
 * @returns one event an action; none when an action failed, for then the whole entry is dropped, while the applied index still
 * advances (R-R19)
 */
export function apply(
  store: Store,
  actions: readonly StoreAction[],
  { version = store.version }: { readonly version?: number } = {},
): StoreEvent[] {
  assert(version >= store.version, 'entries are applied in index order');
  store.version = version;
  const events: StoreEvent[] = [];
  for (const action of actions) {
    const event = applyAction(store, action);
    if (event === undefined) {
      for (const done of events.reverse()) revert(store, done);
      return [];
    }
    events.push(event);
  }
  return events;
}

/** Cheap: the arrays are shared until the store next changes. */
export function snapshot(store: Store): StoreSnapshot {
  const { list } = reader(store);
  return {
    version: store.version,
    tables: {
      cluster: list('cluster'),
      config: list('config'),
      network: list('network'),
      node: list('node'),
      secret: list('secret'),
      service: list('service'),
      task: list('task'),
      volume: list('volume'),
    },
  };
}

/**
 * Makes the store what the snapshot says, as one transaction: kind by kind in alphabetical order, in each the updates, then the creations,
 * then the removals (R-R205). A record that is the same in both is updated all the same.
 */
export function restore(store: Store, saved: StoreSnapshot): StoreEvent[] {
  const events = kinds.flatMap((kind) => restoreTable(store, kind, saved));
  store.version = saved.version;
  return events;
}

/** One number for the whole content: equal applied indexes must show equal hashes. */
export function hashStore(store: Store): number {
  return hashRecord({ ...store.hashes });
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
    for (const key of keysOf[kind](record)) put(buckets[kind], key, record);
  }
}

/** Undefined when the action does not fit the state; then nothing has changed. */
function applyAction<K extends Kind>(store: Store, action: StoreAction<K>): StoreEvent<K> | undefined {
  const { kind, id } = action;
  const before = store.tables[kind].get(id);
  if (action.action === 'remove') {
    if (before === undefined) return undefined;
    replace(store, kind, id, before, undefined);
    return { action: 'remove', kind, id, before };
  }
  const after = action.record;
  if ((action.action === 'create') !== (before === undefined)) return undefined;
  if (nameTaken(store, kind, after)) return undefined;
  replace(store, kind, id, before, after);
  return before === undefined
    ? { action: 'create', kind, id, after }
    : { action: 'update', kind, id, before, after };
}

function nameTaken<K extends Kind>(store: Store, kind: K, record: Records[K]): boolean {
  const key = nameKeyOf[kind](record);
  if (key === undefined) return false;
  const holder = lend(bucketsOf(store)[kind], key)[0];
  return holder !== undefined && holder.id !== record.id;
}

function restoreTable<K extends Kind>(store: Store, kind: K, saved: StoreSnapshot): StoreEvent<K>[] {
  const updates: StoreEvent<K>[] = [];
  const creations: StoreEvent<K>[] = [];
  const kept = new Set<string>();
  const present = lend(bucketsOf(store)[kind], everything);
  for (const after of saved.tables[kind]) {
    const { id } = after;
    kept.add(id);
    const before = store.tables[kind].get(id);
    if (before === undefined) creations.push({ action: 'create', kind, id, after });
    else updates.push({ action: 'update', kind, id, before, after });
    replace(store, kind, id, before, after);
  }
  const removals: StoreEvent<K>[] = [];
  for (const before of present) {
    const { id } = before;
    if (kept.has(id)) continue;
    removals.push({ action: 'remove', kind, id, before });
    replace(store, kind, id, before, undefined);
  }
  return [...updates, ...creations, ...removals];
}

function revert<K extends Kind>(store: Store, event: StoreEvent<K>): void {
  const before = event.action === 'create' ? undefined : event.before;
  const after = event.action === 'remove' ? undefined : event.after;
  replace(store, event.kind, event.id, after, before);
}

/** The one place where a table changes, and with it what is derived from it. */
function replace<K extends Kind>(
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
  refile(kind, before, after, (key, record) => {
    if (record === undefined) drop(buckets, key, id);
    else put(buckets, key, record);
  });
}
