// The transaction a leader runs: what it writes is laid over the committed state, which it leaves alone, and comes out as store actions.
// Lives within one call of the writer and is never saved.

import { enablePatches, isDraft, produceWithPatches } from 'immer';
import type { Kind, Meta, Records } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';
import { type Bucket, lend, place } from './buckets.ts';
import { complete } from './complete.ts';
import { StoreError } from './errors.ts';
import type { Change, StoreEvent } from './event.ts';
import { freezeAll } from './freeze.ts';
import { type Binder, emptyShelf, foldName, nameOf, refile, type Shelf } from './shelf.ts';
import { estimateSize } from './size.ts';
import { type Store, shelf } from './tables.ts';
import type { Transaction } from './transaction.ts';

enablePatches();

/** Estimated bytes one proposal may have; a larger one is refused (R-R8). */
export const maxTransactionSize = 1_572_864;
/** A batch is cut once it has this many changes, or this many estimated bytes: three quarters of the maximum (R-R202). */
const batchChanges = 200;
const batchSize = 1_179_648;
/** Tag, ID and framing of an action around its record. */
const actionOverhead = 32;

/** A transaction with its result. */
export interface RunningTransaction extends Transaction {
  /** Estimated bytes written so far; to be held against `maxTransactionSize` before proposing. */
  readonly size: number;
  /**
   * What was written, in order: each create, update and remove is an action of its own, also when several concern one record (E-107).
   * Empty when nothing changed; then nothing is proposed (R-R200).
   */
  actions(): readonly StoreEvent[];
}

/** What a transaction has written to one table. */
interface Overlay<R> {
  /** The newest state of each written record, and the IDs of those that are gone. */
  readonly records: Map<string, R>;
  readonly removed: Set<string>;
  /** The record that was looked at or written last: who writes one has mostly just looked at it. */
  latest: R | undefined;
  readonly log: Change<R>[];
  /** The changes of each bucket. Worked out from the log when somebody asks: the scheduler never does. */
  shelf: Shelf<Changed<R>> | undefined;
  /** How much of the log the shelf has taken up. */
  filed: number;
}

/** What a transaction has done to one bucket. */
interface Changed<R> {
  /** In order; undefined where a record leaves. */
  readonly changes: { readonly id: string; readonly record: R | undefined }[];
  /** The committed content with the changes laid over it, once it has been read. */
  merged: Bucket<R> | undefined;
}

function unchanged<R>(): Changed<R> {
  return { changes: [], merged: undefined };
}

function changedBinder<R extends { readonly id: string }>(): Binder<R, Changed<R>> {
  return {
    make: unchanged,
    put(changed, id, record) {
      changed.changes.push({ id, record });
      if (changed.merged !== undefined) place(changed.merged, id, record);
    },
    // A bucket without changes is not one without records.
    isEmpty: () => false,
  };
}

/** An action on a record of one kind, as one of all kinds: the compiler follows this only kind by kind. */
const general: { readonly [K in Kind]: (action: StoreEvent<K>) => StoreEvent } = {
  cluster: (action) => action,
  config: (action) => action,
  network: (action) => action,
  node: (action) => action,
  secret: (action) => action,
  service: (action) => action,
  task: (action) => action,
  volume: (action) => action,
};

/**
 * Starts a transaction on the committed state. `version` is the commit index at this moment: the version of everything written (R-R198).
 * The store must not change while the transaction runs: there is one writer (R-R200).
 */
export function begin(
  store: Store,
  { version, now }: { readonly version: number; readonly now: number },
): RunningTransaction {
  const actions: StoreEvent[] = [];
  let size = 0;
  const overlays: { [K in Kind]?: Overlay<Records[K]> } = {};
  let latestMeta: Meta | undefined;

  /** The `meta` of an assignment. Tasks that were made together share it: there are many of them. */
  function metaAfter({ createdAt }: Meta): Meta {
    if (latestMeta?.createdAt !== createdAt)
      latestMeta = Object.freeze({ version, createdAt, updatedAt: now });
    return latestMeta;
  }

  function find<K extends Kind>(kind: K, id: string): Records[K] | undefined {
    const overlay = overlays[kind];
    if (overlay === undefined) return store.tables[kind].get(id);
    if (overlay.latest?.id === id) return overlay.latest;
    let found = overlay.records.get(id);
    if (found === undefined && !(overlay.removed.size > 0 && overlay.removed.has(id))) {
      found = store.tables[kind].get(id);
    }
    if (found !== undefined) overlay.latest = found;
    return found;
  }

  /** The changes of each bucket of a kind; undefined when there are none at all. */
  function changesOf<K extends Kind>(kind: K): Shelf<Changed<Records[K]>> | undefined {
    const overlay = overlays[kind];
    if (overlay === undefined) return undefined;
    const { log } = overlay;
    const changes = overlay.shelf ?? emptyShelf<Changed<Records[K]>>(unchanged);
    overlay.shelf = changes;
    if (overlay.filed < log.length) {
      const binder = changedBinder<Records[K]>();
      for (; overlay.filed < log.length; overlay.filed++) {
        const change = log[overlay.filed];
        if (change !== undefined) refile(kind, changes, binder, change.id, change.before, change.after);
      }
    }
    return changes;
  }

  function findByName<K extends Kind>(kind: K, name: string): Records[K] | undefined {
    const key = foldName(name);
    return merge(shelf(store, kind).byName.get(key), changesOf(kind)?.byName.get(key))[0];
  }

  function checkName<K extends Kind>(kind: K, record: Records[K]): void {
    const name = nameOf[kind](record);
    if (name === undefined) return;
    const holder = findByName(kind, name);
    if (holder !== undefined && holder.id !== record.id) {
      throw new StoreError('name conflicts with an existing object');
    }
  }

  function write<K extends Kind>(action: StoreEvent<K>): void {
    const { kind, id } = action;
    overlays[kind] ??= {
      records: new Map(),
      removed: new Set(),
      latest: undefined,
      log: [],
      shelf: undefined,
      filed: 0,
    };
    const { records, removed, log } = overlays[kind];
    const after = action.action === 'remove' ? undefined : action.after;
    overlays[kind].latest = after;
    if (after === undefined) {
      records.delete(id);
      removed.add(id);
    } else {
      records.set(id, after);
      if (removed.size > 0) removed.delete(id);
    }
    log.push(action);
    actions.push(general[kind](action));
    size += actionOverhead + (after === undefined ? 0 : estimateSize[kind](after));
  }

  return {
    now,
    get full() {
      return actions.length >= batchChanges || size >= batchSize;
    },
    get size() {
      return size;
    },
    get: find,
    list: (kind) => merge(shelf(store, kind).all, changesOf(kind)?.all),
    findByName,
    tasksOfService: (serviceId) =>
      merge(shelf(store, 'task').byService.get(serviceId), changesOf('task')?.byService.get(serviceId)),
    tasksOfNode: (nodeId) =>
      merge(shelf(store, 'task').byNode.get(nodeId), changesOf('task')?.byNode.get(nodeId)),
    tasksOfSlot: (serviceId, slot) =>
      merge(
        shelf(store, 'task').bySlot.get(serviceId)?.get(slot),
        changesOf('task')?.bySlot.get(serviceId)?.get(slot),
      ),

    create(kind, rest) {
      assert(!isDraft(rest), 'nothing made from a draft leaves its recipe');
      if (find(kind, rest.id) !== undefined) throw new StoreError('object already exists');
      const record = complete[kind](rest, { version, createdAt: now, updatedAt: now });
      freezeAll(record);
      checkName(kind, record);
      write({ action: 'create', kind, id: record.id, after: record });
      return record;
    },

    update(kind, id, recipe) {
      const before = find(kind, id);
      if (before === undefined) throw new StoreError('object does not exist');
      const [edited, patches] = produceWithPatches(before, recipe);
      // There are none either when something was changed and changed back.
      if (patches.length === 0) return before;
      assert(edited.id === id && edited.meta === before.meta, 'a recipe leaves id and meta alone');
      const meta = Object.freeze({ version, createdAt: before.meta.createdAt, updatedAt: now });
      const record = complete[kind](edited, meta);
      // Immer has frozen what it made, all the way down.
      Object.freeze(record);
      checkName(kind, record);
      write({ action: 'update', kind, id, before, after: record });
      return record;
    },

    assign(kind, id, fields) {
      const before = find(kind, id);
      if (before === undefined) throw new StoreError('object does not exist');
      if (!changes(before, fields)) return before;
      const record = Object.assign(complete[kind](before, metaAfter(before.meta)), fields);
      Object.freeze(record);
      checkName(kind, record);
      write({ action: 'update', kind, id, before, after: record });
      return record;
    },

    remove(kind, id) {
      const before = find(kind, id);
      if (before === undefined) throw new StoreError('object does not exist');
      write({ action: 'remove', kind, id, before });
    },

    actions: () => actions,
  };
}

/** The records of a bucket as the transaction sees them. */
function merge<R extends { readonly id: string }>(
  committed: Bucket<R> | undefined,
  changed: Changed<R> | undefined,
): readonly R[] {
  if (changed === undefined || changed.changes.length === 0) return lend(committed);
  if (changed.merged === undefined) {
    changed.merged = { records: [...lend(committed)], lent: false };
    for (const { id, record } of changed.changes) place(changed.merged, id, record);
  }
  return lend(changed.merged);
}

/** Whether an assignment changes anything. The new values are frozen. */
function changes<R extends object>(before: R, fields: Partial<R>): boolean {
  let changed = false;
  for (const key in fields) {
    const value: unknown = fields[key];
    if (value === before[key]) continue;
    changed = true;
    if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) freezeAll(value);
  }
  return changed;
}
