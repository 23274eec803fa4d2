// The whole state at once: taken for a Raft snapshot, and put in the place of what a manager has when it receives one.

import { type Kind, kinds, type Records } from '../model/objects.ts';
import { lend } from './buckets.ts';
import type { StoreEvent } from './event.ts';
import { reader, replace, type Store, shelf } from './tables.ts';

/** The whole state at one applied index, records in ascending ID order. Plain data; the records are shared with the store. */
export interface StoreSnapshot {
  readonly version: number;
  readonly tables: { readonly [K in Kind]: readonly Records[K][] };
}

/**
 * Costs a copy of each table's list. The lists themselves are derived and may not get into what is saved: two snapshots would share one
 * here, and not in a world that was loaded in between.
 */
export function snapshot(store: Store): StoreSnapshot {
  const { list } = reader(store);
  return {
    version: store.version,
    tables: {
      cluster: [...list('cluster')],
      config: [...list('config')],
      network: [...list('network')],
      node: [...list('node')],
      secret: [...list('secret')],
      service: [...list('service')],
      task: [...list('task')],
      volume: [...list('volume')],
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

function restoreTable<K extends Kind>(store: Store, kind: K, saved: StoreSnapshot): StoreEvent<K>[] {
  const updates: StoreEvent<K>[] = [];
  const creations: StoreEvent<K>[] = [];
  const kept = new Set<string>();
  const present = lend(shelf(store, kind).all);
  for (const after of saved.tables[kind]) {
    const { id } = after;
    kept.add(id);
    const before = store.tables[kind].get(id);
    const event: StoreEvent<K> =
      before === undefined
        ? { action: 'create', kind, id, after }
        : { action: 'update', kind, id, before, after };
    (before === undefined ? creations : updates).push(event);
    replace(store, event);
  }
  const removals: StoreEvent<K>[] = [];
  for (const before of present) {
    const { id } = before;
    if (kept.has(id)) continue;
    const event: StoreEvent<K> = { action: 'remove', kind, id, before };
    removals.push(event);
    replace(store, event);
  }
  return [...updates, ...creations, ...removals];
}
