// Where the records of one kind are found: all of them, the tasks of one service, node or slot, the holder of a name. What stands for a
// bucket is up to the user: for a store it is the records in it, for a transaction the changes of it. Derived, never saved.

import type { Kind, Records } from '../model/objects.ts';

export interface Shelf<B> {
  readonly all: B;
  /** By the folded name. Only one record has it, but while a snapshot is restored there may be two. */
  readonly byName: Map<string, B>;
  readonly byService: Map<string, B>;
  readonly byNode: Map<string, B>;
  readonly bySlot: Map<string, Map<number, B>>;
}

/** How a kind of bucket is made and changed. */
export interface Binder<R, B> {
  make(): B;
  /** Puts `record` in the place of the one with this ID, or takes that one out. */
  put(bucket: B, id: string, record: R | undefined): void;
  isEmpty(bucket: B): boolean;
}

/** Names are compared without regard to case (R-R196). */
export function foldName(name: string): string {
  return name.toLowerCase();
}

type Named = Exclude<Kind, 'task' | 'node'>;
const nameOfNamed = (record: Records[Named]): string => foldName(record.spec.name);
const noName = () => undefined;

/** The folded name that no other record of the kind may have. Nodes and tasks have no unique name (R-R196). */
export const nameOf: { readonly [K in Kind]: (record: Records[K]) => string | undefined } = {
  cluster: nameOfNamed,
  config: nameOfNamed,
  network: nameOfNamed,
  node: noName,
  secret: nameOfNamed,
  service: nameOfNamed,
  task: noName,
  volume: nameOfNamed,
};

export function emptyShelf<B>(make: () => B): Shelf<B> {
  return { all: make(), byName: new Map(), byService: new Map(), byNode: new Map(), bySlot: new Map() };
}

/** The steps from one state of a record to the next, bucket by bucket. A bucket left empty goes. */
export function refile<K extends Kind, B>(
  kind: K,
  shelf: Shelf<B>,
  binder: Binder<Records[K], B>,
  id: string,
  before: Records[K] | undefined,
  after: Records[K] | undefined,
): void {
  binder.put(shelf.all, id, after);
  refilers[kind](shelf, binder, id, before, after);
}

type Refiler<R> = <B>(
  shelf: Shelf<B>,
  binder: Binder<R, B>,
  id: string,
  before: R | undefined,
  after: R | undefined,
) => void;

const refileNamed: Refiler<Records[Named]> = ({ byName }, binder, id, before, after) =>
  move(byName, binder, id, before && nameOfNamed(before), after && nameOfNamed(after), after);

const refilers: { readonly [K in Kind]: Refiler<Records[K]> } = {
  cluster: refileNamed,
  config: refileNamed,
  network: refileNamed,
  node: () => {},
  secret: refileNamed,
  service: refileNamed,
  task: ({ byService, byNode, bySlot }, binder, id, before, after) => {
    move(byService, binder, id, before?.serviceId, after?.serviceId, after);
    // Those without a node have no bucket: they can be very many, and each leaves.
    move(byNode, binder, id, before?.nodeId || undefined, after?.nodeId || undefined, after);
    const stays = before?.serviceId === after?.serviceId;
    if (before !== undefined && !stays) {
      const slots = slotsAt(bySlot, before.serviceId);
      move(slots, binder, id, before.slot, undefined, undefined);
      if (slots.size === 0) bySlot.delete(before.serviceId);
    }
    if (after === undefined) return;
    move(slotsAt(bySlot, after.serviceId), binder, id, stays ? before?.slot : undefined, after.slot, after);
  },
  volume: refileNamed,
};

/** Takes a record from one bucket to another, or changes it where it is; it is in none where the key is undefined. */
function move<Key, R, B>(
  buckets: Map<Key, B>,
  binder: Binder<R, B>,
  id: string,
  from: Key | undefined,
  to: Key | undefined,
  record: R | undefined,
): void {
  if (from !== undefined && from !== to) {
    const left = bucketAt(buckets, binder, from);
    binder.put(left, id, undefined);
    if (binder.isEmpty(left)) buckets.delete(from);
  }
  if (to !== undefined) binder.put(bucketAt(buckets, binder, to), id, record);
}

function bucketAt<Key, R, B>(buckets: Map<Key, B>, binder: Binder<R, B>, key: Key): B {
  const known = buckets.get(key);
  if (known !== undefined) return known;
  const made = binder.make();
  buckets.set(key, made);
  return made;
}

function slotsAt<B>(bySlot: Map<string, Map<number, B>>, serviceId: string): Map<number, B> {
  const known = bySlot.get(serviceId);
  if (known !== undefined) return known;
  const made = new Map<number, B>();
  bySlot.set(serviceId, made);
  return made;
}
