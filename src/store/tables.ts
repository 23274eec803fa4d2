// The committed cluster state of one manager: tables of records and the index of the last applied entry.
// Plain data that can be saved at any moment. Everything else is derived (derived.ts) and worked out anew when missing.

import type { Kind, Records } from '../model/objects.ts';
import { type Bucket, lend } from './buckets.ts';
import { type Derived, hashOf, noteChange, nothingDerived, shelfOf } from './derived.ts';
import type { StoreEvent } from './event.ts';
import { hashData } from './hash.ts';
import type { Reader } from './reader.ts';
import { foldName, type Shelf } from './shelf.ts';

/** Plain data. Only `apply` and `restore` change it. */
export interface Store {
  readonly tables: { readonly [K in Kind]: Map<string, Records[K]> };
  /** Index of the last applied log entry. */
  version: number;
}

type DerivedTables = { readonly [K in Kind]: Derived<Records[K]> };

/** What is derived from a store, and the hash of the whole until something changes. */
interface Ledger {
  readonly tables: DerivedTables;
  hash: number | undefined;
}

/** Of stores that somebody has asked: new and loaded ones have nothing here. */
const ledgers = new WeakMap<Store, Ledger>();

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
    list: (kind) => lend(shelf(store, kind).all),
    findByName: (kind, name) => lend(shelf(store, kind).byName.get(foldName(name)))[0],
    tasksOfService: (serviceId) => lend(shelf(store, 'task').byService.get(serviceId)),
    tasksOfNode: (nodeId) => lend(shelf(store, 'task').byNode.get(nodeId)),
    tasksOfSlot: (serviceId, slot) => lend(shelf(store, 'task').bySlot.get(serviceId)?.get(slot)),
  };
}

/** One number for the whole content: equal applied indexes must show equal hashes. */
export function hashStore(store: Store): number {
  const ledger = ledgerOf(store);
  ledger.hash ??= hashData(tableHashes(store));
  return ledger.hash;
}

/** Per table the sum of its records' hashes. */
export function tableHashes(store: Store): { readonly [K in Kind]: number } {
  const { tables } = store;
  const known = ledgerOf(store).tables;
  return {
    cluster: hashOf(tables.cluster, known.cluster),
    config: hashOf(tables.config, known.config),
    network: hashOf(tables.network, known.network),
    node: hashOf(tables.node, known.node),
    secret: hashOf(tables.secret, known.secret),
    service: hashOf(tables.service, known.service),
    task: hashOf(tables.task, known.task),
    volume: hashOf(tables.volume, known.volume),
  };
}

/** The buckets of a kind as the store is now. */
export function shelf<K extends Kind>(store: Store, kind: K): Shelf<Bucket<Records[K]>> {
  return shelfOf<K>(kind, store.tables[kind], ledgerOf(store).tables[kind]);
}

function ledgerOf(store: Store): Ledger {
  let known = ledgers.get(store);
  if (known === undefined) {
    const tables = {
      cluster: nothingDerived<Records['cluster']>(),
      config: nothingDerived<Records['config']>(),
      network: nothingDerived<Records['network']>(),
      node: nothingDerived<Records['node']>(),
      secret: nothingDerived<Records['secret']>(),
      service: nothingDerived<Records['service']>(),
      task: nothingDerived<Records['task']>(),
      volume: nothingDerived<Records['volume']>(),
    };
    known = { tables, hash: undefined };
    ledgers.set(store, known);
  }
  return known;
}

/** The one place where a table changes: what the event says happens. */
export function replace<K extends Kind>(store: Store, event: StoreEvent<K>): void {
  const { kind, id } = event;
  const table = store.tables[kind];
  if (event.action === 'remove') table.delete(id);
  else table.set(id, event.after);
  const known = ledgers.get(store);
  if (known === undefined) return;
  known.hash = undefined;
  noteChange<Records[K]>(table, known.tables[kind], event);
}
