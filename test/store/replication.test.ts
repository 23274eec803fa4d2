// What must always hold of the store, whatever transactions it sees: replicas agree, derived answers equal naive ones, and a saved store goes on
// as if it had never been away.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Kind, kinds } from '../../src/model/objects.ts';
import { TaskState } from '../../src/model/state.ts';
import type { StoreEvent } from '../../src/store/event.ts';
import type { Reader } from '../../src/store/reader.ts';
import {
  apply,
  begin,
  createStore,
  hashStore,
  reader,
  restore,
  type Store,
  StoreError,
  snapshot,
} from '../../src/store/store.ts';
import { tableHashes } from '../../src/store/tables.ts';
import type { Transaction } from '../../src/store/transaction.ts';
import { makeFile, makeNode, makeService, makeTask } from '../manager/fixtures.ts';

const ids = ['a', 'b', 'c', 'd'] as const;
const names = ['web', 'Web', 'db', 'x'] as const;

type Step =
  | { readonly step: 'create'; readonly kind: 'service' | 'config' | 'node' | 'task' }
  | { readonly step: 'update'; readonly kind: 'service' | 'node' | 'task' }
  | { readonly step: 'remove'; readonly kind: 'service' | 'config' | 'node' | 'task' };
type Write = Step & {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly slot: number;
};

const write: fc.Arbitrary<Write> = fc
  .tuple(
    fc.oneof(
      fc.record({
        step: fc.constant('create' as const),
        kind: fc.constantFrom('service', 'config', 'node', 'task'),
      }),
      fc.record({ step: fc.constant('update' as const), kind: fc.constantFrom('service', 'node', 'task') }),
      fc.record({
        step: fc.constant('remove' as const),
        kind: fc.constantFrom('service', 'config', 'node', 'task'),
      }),
    ),
    fc.record({
      id: fc.constantFrom(...ids),
      name: fc.constantFrom(...names),
      place: fc.constantFrom(...ids),
      slot: fc.integer({ min: 0, max: 2 }),
    }),
  )
  .map(([step, rest]) => ({ ...step, ...rest }));
/** Transactions, each a list of writes; writes that the store refuses are skipped. */
const history = fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 12 });

function perform(tx: Transaction, { step, kind, id, name, place, slot }: Write): void {
  if (step === 'remove') {
    tx.remove(kind, id);
  } else if (kind === 'service') {
    if (step === 'create') tx.create('service', makeService({ id, name }));
    else {
      tx.update('service', id, (draft) => {
        draft.spec.name = name;
        draft.spec.task.forceUpdate = slot;
      });
    }
  } else if (kind === 'node') {
    if (step === 'create') tx.create('node', makeNode({ id, hostname: name }));
    else {
      tx.update('node', id, (draft) => {
        draft.status.addr = place;
      });
    }
  } else if (kind === 'config') {
    tx.create('config', { id, spec: { ...makeFile(id).spec, name } });
  } else if (step === 'create') {
    tx.create('task', makeTask({ id, serviceId: name, nodeId: place, slot }));
  } else {
    tx.update('task', id, (draft) => {
      draft.serviceId = name;
      draft.nodeId = place;
      draft.slot = slot;
      draft.status = { ...draft.status, state: TaskState.Failed };
    });
  }
}

function attempt(tx: Transaction, one: Write): void {
  try {
    perform(tx, one);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

/** Runs one transaction on the store without applying it. */
function run(store: Store, writes: readonly Write[]): readonly StoreEvent[] {
  const tx = begin(store, { version: store.version, now: store.version * 10 });
  for (const one of writes) attempt(tx, one);
  return tx.actions();
}

function runAndApply(store: Store, writes: readonly Write[]): StoreEvent[] {
  return apply(store, run(store, writes), { version: store.version + 1 });
}

function storeAfter(transactions: readonly (readonly Write[])[]): Store {
  const store = createStore();
  for (const writes of transactions) runAndApply(store, writes);
  return store;
}

/** Everything a reader can answer about the small world of these tests. */
function answers(store: Reader) {
  return {
    lists: kinds.map((kind) => store.list(kind)),
    records: kinds.flatMap((kind) => ids.map((id) => store.get(kind, id))),
    names: names.map((name) => [store.findByName('service', name), store.findByName('config', name)]),
    services: names.map((name) => store.tasksOfService(name)),
    nodes: ids.map((id) => store.tasksOfNode(id)),
    slots: names.flatMap((name) => [0, 1, 2].map((slot) => store.tasksOfSlot(name, slot))),
  };
}

/** The same face, worked out anew from the bare records at every question. */
function naiveReader(tables: Store['tables']): Reader {
  const list = <K extends Kind>(kind: K) => [...tables[kind].values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    list,
    get: (kind, id) => tables[kind].get(id),
    findByName: (kind, name) =>
      list(kind).find(
        (record) => 'name' in record.spec && record.spec.name.toLowerCase() === name.toLowerCase(),
      ),
    tasksOfService: (serviceId) => list('task').filter((task) => task.serviceId === serviceId),
    tasksOfNode: (nodeId) => list('task').filter((task) => task.nodeId === nodeId),
    tasksOfSlot: (serviceId, slot) =>
      list('task').filter((task) => task.serviceId === serviceId && task.slot === slot),
  };
}

function copyOf(tables: Store['tables']): Store['tables'] {
  const copy = createStore().tables;
  const copyTable = <K extends Kind>(kind: K) => {
    for (const [id, record] of tables[kind]) copy[kind].set(id, record);
  };
  for (const kind of kinds) copyTable(kind);
  return copy;
}

/** Plain tables with the actions done to them one by one. */
function withActions(tables: Store['tables'], actions: readonly StoreEvent[]): Store['tables'] {
  const copy = copyOf(tables);
  const follow = <K extends Kind>(action: StoreEvent<K>) => {
    if (action.action === 'remove') copy[action.kind].delete(action.id);
    else copy[action.kind].set(action.id, action.after);
  };
  for (const action of actions) follow(action);
  return copy;
}

/** Plain tables as a watcher has them who starts with these and believes the events. */
function withEvents(tables: Store['tables'], events: readonly StoreEvent[]): Store['tables'] {
  const copy = copyOf(tables);
  const follow = <K extends Kind>(event: StoreEvent<K>) => {
    const before = event.action === 'create' ? undefined : event.before;
    expect(copy[event.kind].get(event.id)).toEqual(before);
    if (event.action === 'remove') copy[event.kind].delete(event.id);
    else copy[event.kind].set(event.id, event.after);
  };
  for (const event of events) follow(event);
  return copy;
}

/** Through JSON and back, Maps as their entries. */
function reload(store: Store): Store {
  const saved: Store = JSON.parse(
    JSON.stringify(store, (_, value) => (value instanceof Map ? { entries: [...value] } : value)),
    (_, value) => (Array.isArray(value?.entries) ? new Map(value.entries) : value),
  );
  return saved;
}

function expectSame(one: Store, other: Store): void {
  expect(tableHashes(one)).toEqual(tableHashes(other));
  expect(hashStore(one)).toBe(hashStore(other));
  expect(one.version).toBe(other.version);
  expect(answers(reader(one))).toEqual(answers(reader(other)));
  expect(reader(one).list('task').length).toBe(one.tables.task.size);
}

test('a follower that applies the actions of a leader is in the same state after each', () => {
  fc.assert(
    fc.property(history, (transactions) => {
      const leader = createStore();
      const follower = createStore();
      for (const writes of transactions) {
        const actions = run(leader, writes);
        // Over the network: nothing is shared.
        const received: StoreEvent[] = JSON.parse(JSON.stringify(actions));
        const version = leader.version + 1;
        const events = apply(leader, actions, { version });
        expect(apply(follower, received, { version })).toEqual(events);
        expect(events.length).toBe(actions.length);
        expectSame(leader, follower);
      }
    }),
  );
});

test('committed answers are what a filter over all records gives', () => {
  fc.assert(
    fc.property(history, (transactions) => {
      const store = createStore();
      for (const writes of transactions) {
        runAndApply(store, writes);
        expect(answers(reader(store))).toEqual(answers(naiveReader(store.tables)));
      }
    }),
  );
});

test('a transaction answers at every moment as if what it wrote were committed, and the store as if nothing were', () => {
  fc.assert(
    fc.property(
      history,
      fc.array(write, { maxLength: 12 }),
      fc.array(fc.boolean()),
      (before, writes, looks) => {
        const store = storeAfter(before);
        const hash = hashStore(store);
        const committed = answers(reader(store));
        const tx = begin(store, { version: store.version, now: 0 });
        writes.forEach((one, index) => {
          attempt(tx, one);
          // Not after every write: what a read leaves behind must not change what comes later.
          if (looks[index] === false) return;
          expect(answers(tx)).toEqual(answers(naiveReader(withActions(store.tables, tx.actions()))));
        });
        expect(answers(reader(store))).toEqual(committed);
        expect(hashStore(store)).toBe(hash);
      },
    ),
  );
});

test('names stay unique and hashes tell different states apart', () => {
  fc.assert(
    fc.property(history, history, (one, other) => {
      const [left, right] = [storeAfter(one), storeAfter(other)];
      const used = reader(left)
        .list('service')
        .map((service) => service.spec.name.toLowerCase());
      expect(new Set(used).size).toBe(used.length);
      const same = JSON.stringify(snapshot(left).tables) === JSON.stringify(snapshot(right).tables);
      expect(hashStore(left) === hashStore(right)).toBe(same);
    }),
  );
});

test('the hash of a store is that of its content, however it came about', () => {
  fc.assert(
    fc.property(history, (transactions) => {
      const store = storeAfter(transactions);
      const copy = createStore();
      restore(copy, JSON.parse(JSON.stringify(snapshot(store))));
      expect(tableHashes(copy)).toEqual(tableHashes(store));
      const tx = begin(store, { version: store.version, now: 0 });
      for (const kind of kinds) for (const { id } of tx.list(kind)) tx.remove(kind, id);
      apply(store, tx.actions());
      expect(tableHashes(store)).toEqual(tableHashes(createStore()));
    }),
  );
});

test('a snapshot restored into any store makes it the one it was taken from', () => {
  fc.assert(
    fc.property(history, history, fc.array(write), (one, other, next) => {
      const source = storeAfter(one);
      const target = storeAfter(other);
      const saved = snapshot(source);
      const content = JSON.stringify(saved);
      const before = copyOf(target.tables);
      const events = restore(target, saved);
      expectSame(target, source);
      // The events lead from the one to the other, a record that stayed the same among them (R-R205, E-115).
      expect(answers(naiveReader(withEvents(before, events)))).toEqual(answers(reader(source)));
      expect(events.filter(({ action }) => action !== 'remove').length).toBe(
        kinds.reduce((sum, kind) => sum + source.tables[kind].size, 0),
      );
      // What is written later is not in the snapshot.
      expect(runAndApply(target, next)).toEqual(runAndApply(source, next));
      expectSame(target, source);
      expect(JSON.stringify(saved)).toBe(content);
    }),
  );
});

test('snapshots share records, and no lists with each other or the store', () => {
  const store = storeAfter([[{ step: 'create', kind: 'node', id: 'a', name: 'x', place: 'a', slot: 0 }]]);
  const [one, other] = [snapshot(store), snapshot(store)];
  expect(one.tables.node).toEqual(other.tables.node);
  expect(one.tables.node[0]).toBe(other.tables.node[0]);
  expect(one.tables.node).not.toBe(other.tables.node);
  expect(one.tables.node).not.toBe(reader(store).list('node'));
});

test('a restore goes kind by kind, in each updating, creating, then removing (R-R205)', () => {
  const order = ['update', 'create', 'remove'];
  fc.assert(
    fc.property(history, history, (one, other) => {
      const events = restore(storeAfter(one), snapshot(storeAfter(other)));
      const ranks = events.map(({ kind, action }) => kinds.indexOf(kind) * 3 + order.indexOf(action));
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    }),
  );
});

test('a store that was saved and loaded goes on as the one that was not', () => {
  fc.assert(
    fc.property(history, history, (before, after) => {
      const store = storeAfter(before);
      const loaded = reload(store);
      expectSame(loaded, store);
      for (const writes of after) {
        expect(runAndApply(loaded, writes)).toEqual(runAndApply(store, writes));
        expectSame(loaded, store);
        expect(JSON.stringify(snapshot(loaded))).toBe(JSON.stringify(snapshot(store)));
      }
    }),
  );
});

test('a large store answers like a small one, however much has changed since it was asked', () => {
  const count = 2_000;
  const id = (i: number) => `t${String(i).padStart(5, '0')}`;
  // A few changes, those that are more than it is worth following, and a few after them.
  for (const amounts of [
    [10, 20],
    [700, 10],
    [900, 5, 900],
  ]) {
    const store = createStore();
    const change = (from: number, amount: number) => {
      const tx = begin(store, { version: store.version, now: 0 });
      for (let i = from; i < from + amount; i++) {
        if (tx.get('task', id(i)) === undefined) tx.create('task', makeTask({ id: id(i), serviceId: 'web' }));
        else if (i % 3 === 0) tx.remove('task', id(i));
        else tx.assign('task', id(i), { nodeId: ids[i % 4] ?? 'a', serviceId: 'db' });
      }
      apply(store, tx.actions(), { version: store.version + 1 });
    };
    change(0, count);
    const { tasksOfService, list } = reader(store);
    expect(list('task').length).toBe(count);
    const hash = hashStore(store);
    for (const amount of amounts) change(100, amount);
    expect(hashStore(store)).not.toBe(hash);
    expectSame(store, reload(store));
    const left = list('task');
    expect(tasksOfService('db')).toEqual(left.filter(({ serviceId }) => serviceId === 'db'));
    change(100, 900);
    expectSame(store, reload(store));
  }
});
