// The transaction a leader runs: what it writes is laid over the committed state, which it leaves alone, and comes out as store actions.
// Lives within one call of the writer and is never saved.

import { enablePatches, freeze, isDraft, produceWithPatches } from 'immer';
import type { Kind, Meta, Records } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';
import type { StoreAction } from './action.ts';
import {
  type Bucket,
  everything,
  fill,
  lend,
  nameKey,
  nameKeyOf,
  nodeKey,
  place,
  refile,
  serviceKey,
  slotKey,
} from './buckets.ts';
import { StoreError } from './errors.ts';
import { estimateSize } from './size.ts';
import { bucketsOf, type Store } from './tables.ts';
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
  actions(): readonly StoreAction[];
}

/** What a transaction has written to one table. */
interface Overlay<R> {
  /** The newest state of each written record; undefined for a removed one. */
  readonly records: Map<string, R | undefined>;
  /** The changes of each bucket, in order; undefined where a record leaves it. */
  readonly changes: Map<string, { readonly id: string; readonly record: R | undefined }[]>;
  /** Changed buckets that have been read since: the committed content with the changes laid over it. */
  readonly merged: Map<string, Bucket<R>>;
}

/** Adds `meta` to the rest of a record. */
const complete: { readonly [K in Kind]: (rest: Omit<Records[K], 'meta'>, meta: Meta) => Records[K] } = {
  cluster: (rest, meta) => ({ ...rest, meta }),
  config: (rest, meta) => ({ ...rest, meta }),
  network: (rest, meta) => ({ ...rest, meta }),
  node: (rest, meta) => ({ ...rest, meta }),
  secret: (rest, meta) => ({ ...rest, meta }),
  service: (rest, meta) => ({ ...rest, meta }),
  task: (rest, meta) => ({ ...rest, meta }),
  volume: (rest, meta) => ({ ...rest, meta }),
};

/** An action on a record of one kind, as one of all kinds: the compiler follows this only kind by kind. */
const general: { readonly [K in Kind]: (action: StoreAction<K>) => StoreAction } = {
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
  const actions: StoreAction[] = [];
  let size = 0;
  const overlays: { [K in Kind]?: Overlay<Records[K]> } = {};

  function find<K extends Kind>(kind: K, id: string): Records[K] | undefined {
    const written = overlays[kind]?.records;
    return written?.has(id) ? written.get(id) : store.tables[kind].get(id);
  }

  function read<K extends Kind>(kind: K, key: string): readonly Records[K][] {
    const committed = bucketsOf(store)[kind];
    const overlay = overlays[kind];
    const changes = overlay?.changes.get(key);
    if (overlay === undefined || changes === undefined) return lend(committed, key);
    const { merged } = overlay;
    if (!merged.has(key)) {
      fill(merged, key, lend(committed, key));
      for (const { id, record } of changes) place(merged, key, id, record);
    }
    return lend(merged, key);
  }

  function checkName<K extends Kind>(kind: K, record: Records[K]): void {
    const key = nameKeyOf[kind](record);
    const holder = key === undefined ? undefined : read(kind, key)[0];
    if (holder !== undefined && holder.id !== record.id) {
      throw new StoreError('name conflicts with an existing object');
    }
  }

  function write<K extends Kind>(
    action: StoreAction<K>,
    before: Records[K] | undefined,
    after: Records[K] | undefined,
  ): void {
    const { kind, id } = action;
    overlays[kind] ??= { records: new Map(), changes: new Map(), merged: new Map() };
    const { records, changes, merged } = overlays[kind];
    records.set(id, after);
    refile(kind, before, after, (key, record) => {
      const earlier = changes.get(key);
      if (earlier === undefined) changes.set(key, [{ id, record }]);
      else earlier.push({ id, record });
      if (merged.has(key)) place(merged, key, id, record);
    });
    actions.push(general[kind](action));
    size += actionOverhead + (after === undefined ? 0 : estimateSize(after));
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
    list: (kind) => read(kind, everything),
    findByName: (kind, name) => read(kind, nameKey(name))[0],
    tasksOfService: (serviceId) => read('task', serviceKey(serviceId)),
    tasksOfNode: (nodeId) => read('task', nodeKey(nodeId)),
    tasksOfSlot: (serviceId, slot) => read('task', slotKey(serviceId, slot)),

    create(kind, rest) {
      assert(!isDraft(rest), 'nothing made from a draft leaves its recipe');
      if (find(kind, rest.id) !== undefined) throw new StoreError('object already exists');
      const record = freeze(complete[kind](rest, { version, createdAt: now, updatedAt: now }), true);
      checkName(kind, record);
      write({ action: 'create', kind, id: record.id, record }, undefined, record);
      return record;
    },

    update(kind, id, recipe) {
      const before = find(kind, id);
      if (before === undefined) throw new StoreError('object does not exist');
      const [edited, patches, inverse] = produceWithPatches(before, recipe);
      if (patches.length === 0) return before;
      assert(edited.id === id && edited.meta === before.meta, 'a recipe leaves id and meta alone');
      // Immer has frozen what it made, all the way down.
      const meta: Meta = freeze({ version, createdAt: before.meta.createdAt, updatedAt: now });
      const record = freeze({ ...edited, meta });
      checkName(kind, record);
      write({ action: 'update', kind, id, record, patches, inverse }, before, record);
      return record;
    },

    remove(kind, id) {
      const before = find(kind, id);
      if (before === undefined) throw new StoreError('object does not exist');
      write({ action: 'remove', kind, id }, before, undefined);
    },

    actions: () => actions,
  };
}
