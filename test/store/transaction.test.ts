// Transactions by rule: what they refuse, what they write, what is seen of them and when.

import { describe, expect, test } from 'vitest';
import { portConfig, serviceSpec } from '../../src/model/defaults.ts';
import { makeLabels } from '../../src/model/labels.ts';
import type { Service, Task } from '../../src/model/objects.ts';
import { TaskState } from '../../src/model/state.ts';
import { assert } from '../../src/sim/assert.ts';
import { describeAction } from '../../src/store/describe.ts';
import {
  apply,
  begin,
  checkVersion,
  createStore,
  hashStore,
  reader,
  type Store,
} from '../../src/store/store.ts';
import type { Transaction } from '../../src/store/transaction.ts';
import { makeFile, makeNode, makeService, makeTask } from '../manager/fixtures.ts';

/** Writes and applies one transaction, as a leader alone would. */
function commit(store: Store, edit: (tx: Transaction) => void, now = 0) {
  const tx = begin(store, { version: store.version, now });
  edit(tx);
  return apply(store, tx.actions(), { version: store.version + 1 });
}

function storeWith(edit: (tx: Transaction) => void): Store {
  const store = createStore();
  commit(store, edit);
  return store;
}

const withWeb = () => storeWith((tx) => tx.create('service', makeService({ id: 's1', name: 'web' })));

describe('what is refused (R-R196, R-R197, R-R199)', () => {
  const exists = 'object already exists';
  const missing = 'object does not exist';
  const conflict = 'name conflicts with an existing object';
  const rename = (tx: Transaction, id: string, name: string) =>
    tx.update('service', id, (draft) => {
      draft.spec.name = name;
    });

  test.each<[string, (tx: Transaction) => void, string]>([
    ['an ID twice', (tx) => tx.create('service', makeService({ id: 's1', name: 'other' })), exists],
    [
      'a name in another case',
      (tx) => tx.create('service', makeService({ id: 's2', name: 'WEB' })),
      conflict,
    ],
    [
      'a name taken in the same transaction',
      (tx) => {
        tx.create('config', makeFile('a'));
        tx.create('config', { ...makeFile('b'), spec: makeFile('A').spec });
      },
      conflict,
    ],
    [
      'a change of name to one that is taken',
      (tx) => {
        tx.create('service', makeService({ id: 's2', name: 'db' }));
        rename(tx, 's2', 'Web');
      },
      conflict,
    ],
    ['an update of nothing', (tx) => rename(tx, 'none', 'x'), missing],
    ['a removal of nothing', (tx) => tx.remove('service', 'none'), missing],
    [
      'an update of what was just removed',
      (tx) => {
        tx.remove('service', 's1');
        rename(tx, 's1', 'x');
      },
      missing,
    ],
    ['an old version', (tx) => checkVersion(tx, 'service', 's1', 7), 'update out of sequence'],
    ['a version of nothing', (tx) => checkVersion(tx, 'service', 'none', 0), missing],
  ])('%s', (_, edit, message) => {
    const store = withWeb();
    const tx = begin(store, { version: 1, now: 0 });
    expect(() => edit(tx)).toThrow(expect.objectContaining({ name: 'StoreError', message }));
  });

  test.each<[string, (tx: Transaction) => void]>([
    ['one name in two kinds', (tx) => tx.create('config', { ...makeFile('c'), spec: makeFile('web').spec })],
    ['a service that keeps its name', (tx) => rename(tx, 's1', 'WEB')],
    [
      'a name given up in the same transaction',
      (tx) => {
        rename(tx, 's1', 'old');
        tx.create('service', makeService({ id: 's2', name: 'web' }));
      },
    ],
    [
      'an ID removed in the same transaction',
      (tx) => {
        tx.remove('service', 's1');
        tx.create('service', makeService({ id: 's1', name: 'web' }));
      },
    ],
    [
      'two nodes with one host name (E-111)',
      (tx) => {
        tx.create('node', makeNode({ id: 'n1', hostname: 'web' }));
        tx.create('node', makeNode({ id: 'n2', hostname: 'web' }));
      },
    ],
    ['the version that is there', (tx) => checkVersion(tx, 'service', 's1', 0)],
  ])('but not %s', (_, edit) => {
    const store = withWeb();
    expect(() => commit(store, edit)).not.toThrow();
  });
});

describe('version and times (R-R198)', () => {
  test('a record carries the commit index at the start of its transaction (E-106)', () => {
    const store = createStore();
    const first = begin(store, { version: 41, now: 1_000 });
    first.create('service', makeService({ id: 's1' }));
    apply(store, first.actions(), { version: 42 });
    expect(reader(store).get('service', 's1')?.meta).toEqual({
      version: 41,
      createdAt: 1_000,
      updatedAt: 1_000,
    });

    const second = begin(store, { version: 42, now: 5_000 });
    checkVersion(second, 'service', 's1', 41);
    second.update('service', 's1', (draft) => {
      draft.specVersion = 41;
    });
    apply(store, second.actions(), { version: 43 });
    expect(reader(store).get('service', 's1')?.meta).toEqual({
      version: 42,
      createdAt: 1_000,
      updatedAt: 5_000,
    });

    const third = begin(store, { version: 43, now: 6_000 });
    expect(() => checkVersion(third, 'service', 's1', 41)).toThrow('update out of sequence');
  });

  test('two updates of one record are two actions and two events of one version (E-107)', () => {
    const store = withWeb();
    const tx = begin(store, { version: 9, now: 0 });
    for (const specVersion of [1, 2]) {
      const updated = tx.update('service', 's1', (draft) => {
        draft.specVersion = specVersion;
      });
      checkVersion(tx, 'service', 's1', updated.meta.version);
    }
    const events = apply(store, tx.actions(), { version: 10 });
    expect(events.map(({ action }) => action)).toEqual(['update', 'update']);
    expect(tx.actions().map((action) => action.action !== 'remove' && action.after.meta.version)).toEqual([
      9, 9,
    ]);
    expect(reader(store).get('service', 's1')?.specVersion).toBe(2);
  });

  test('a recipe may touch neither id nor meta', () => {
    const tx = begin(withWeb(), { version: 9, now: 0 });
    expect(() =>
      tx.update('service', 's1', (draft) => {
        draft.id = 's2';
      }),
    ).toThrow('invariant broken');
    expect(() =>
      tx.update('service', 's1', (draft) => {
        draft.meta.version = 3;
      }),
    ).toThrow('invariant broken');
  });
});

describe('isolation (R-R200, R-R201)', () => {
  test('a transaction sees its own writes; nobody else does before it is applied', () => {
    const store = storeWith((tx) => {
      tx.create('service', makeService({ id: 's1', name: 'web' }));
      tx.create('task', makeTask({ id: 't1', serviceId: 's1', slot: 1, nodeId: 'n1' }));
      tx.create('task', makeTask({ id: 't2', serviceId: 's1', slot: 2, nodeId: 'n1' }));
    });
    const committed = reader(store);
    const before = hashStore(store);
    const tx = begin(store, { version: 1, now: 0 });
    tx.create('task', makeTask({ id: 't0', serviceId: 's1', slot: 3, nodeId: 'n2' }));
    tx.update('task', 't1', (draft) => {
      draft.nodeId = 'n2';
    });
    tx.remove('task', 't2');
    tx.update('service', 's1', (draft) => {
      draft.spec.name = 'shop';
    });
    const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id);

    expect(ids(tx.list('task'))).toEqual(['t0', 't1']);
    expect(ids(tx.tasksOfService('s1'))).toEqual(['t0', 't1']);
    expect(ids(tx.tasksOfNode('n1'))).toEqual([]);
    expect(ids(tx.tasksOfNode('n2'))).toEqual(['t0', 't1']);
    expect(ids(tx.tasksOfSlot('s1', 3))).toEqual(['t0']);
    expect(tx.get('task', 't2')).toBeUndefined();
    expect(tx.findByName('service', 'web')).toBeUndefined();
    expect(tx.findByName('service', 'SHOP')?.id).toBe('s1');

    expect(ids(committed.list('task'))).toEqual(['t1', 't2']);
    expect(ids(committed.tasksOfNode('n1'))).toEqual(['t1', 't2']);
    expect(committed.get('task', 't0')).toBeUndefined();
    expect(committed.findByName('service', 'web')?.id).toBe('s1');
    expect(hashStore(store)).toBe(before);

    apply(store, tx.actions(), { version: 2 });
    expect(ids(committed.list('task'))).toEqual(['t0', 't1']);
    expect(ids(committed.tasksOfNode('n2'))).toEqual(['t0', 't1']);
    expect(hashStore(store)).not.toBe(before);
  });

  test('a list that was read stays as it was', () => {
    const store = storeWith((tx) => tx.create('node', makeNode({ id: 'n1' })));
    const listed = reader(store).list('node');
    commit(store, (tx) => tx.create('node', makeNode({ id: 'n0' })));
    expect(listed.map(({ id }) => id)).toEqual(['n1']);

    const tx = begin(store, { version: 2, now: 0 });
    tx.create('node', makeNode({ id: 'n2' }));
    const first = tx.list('node');
    for (const { id } of first) tx.remove('node', id);
    expect(first.map(({ id }) => id)).toEqual(['n0', 'n1', 'n2']);
    expect(tx.list('node')).toEqual([]);
  });

  test('what is stored is frozen all the way down, and shared', () => {
    const store = createStore();
    const follower = createStore();
    const tx = begin(store, { version: 0, now: 0 });
    const created = tx.create('service', makeService({ id: 's1' }));
    const updated = tx.update('service', 's1', (draft) => {
      draft.updateStatus = { state: 'updating', message: '' };
      draft.spec.task.container.env.push('A=1');
    });
    for (const record of [created, updated]) expectFrozen(record);
    apply(store, tx.actions());
    apply(follower, tx.actions());
    expect(reader(store).get('service', 's1')).toBe(updated);
    expect(reader(follower).get('service', 's1')).toBe(updated);
    expect(updated.spec.task.placement).toBe(created.spec.task.placement);
  });

  test('an assignment is an update of whole fields', () => {
    const fields = {
      status: { state: TaskState.Failed, timestamp: 7, message: 'failed', err: 'exit 1' },
      endpoint: { spec: { mode: 'vip', ports: [] }, ports: [], virtualIps: [] },
      nodeId: 'n2',
    } as const;
    const store = storeWith((tx) => tx.create('task', makeTask({ id: 't1', nodeId: 'n1' })));
    const before = reader(store).get('task', 't1');
    const [assigning, editing] = [0, 1].map(() => begin(store, { version: 5, now: 9 }));
    const assigned = assigning?.assign('task', 't1', structuredClone(fields));
    const edited = editing?.update('task', 't1', (draft) => {
      Object.assign(draft, structuredClone(fields));
    });
    expect(assigned).toEqual(edited);
    expectFrozen(assigned);
    expect(assigning?.size).toBe(editing?.size);
    expect(assigning?.get('task', 't1')).toBe(assigned);
    expect(assigning?.tasksOfNode('n2')).toEqual([assigned]);
    const [action] = assigning?.actions() ?? [];
    const [edit] = editing?.actions() ?? [];
    assert(action?.action === 'update' && edit?.action === 'update', 'both are updates');
    expect(action).toEqual({ action: 'update', kind: 'task', id: 't1', before, after: assigned });
    expect(edit).toEqual(action);
    expect(describeAction(action)).toBe(describeAction(edit));
  });

  test('a task keeps every field it has', () => {
    const task = fullTask();
    const tx = begin(createStore(), { version: 0, now: 0 });
    expect(tx.create('task', task)).toMatchObject(task);
    const { slot: _, ...others } = task;
    expect(tx.assign('task', 't1', { slot: 3 })).toMatchObject(others);
  });

  test('what is assigned the value it has is no change, and nothing can be assigned to what is not there', () => {
    const store = storeWith((tx) => tx.create('task', makeTask({ id: 't1', nodeId: 'n1', slot: 3 })));
    const tx = begin(store, { version: 5, now: 9 });
    const before = tx.get('task', 't1');
    expect(tx.assign('task', 't1', { nodeId: 'n1', slot: 3 })).toBe(before);
    expect(tx.actions()).toEqual([]);
    tx.assign('task', 't1', { nodeId: 'n1', slot: 4 });
    expect(tx.actions()).toMatchObject([{ action: 'update', before: { slot: 3 }, after: { slot: 4 } }]);
    expect(() => tx.assign('task', 't2', { slot: 4 })).toThrow('object does not exist');
  });

  test('a recipe that throws writes nothing', () => {
    const tx = begin(withWeb(), { version: 1, now: 0 });
    expect(() =>
      tx.update('service', 's1', (draft) => {
        draft.specVersion = 8;
        throw new Error('halfway');
      }),
    ).toThrow('halfway');
    expect(tx.actions()).toEqual([]);
    expect(tx.get('service', 's1')?.specVersion).toBe(0);
  });

  test('a transaction that changes nothing has no actions (R-R200, E-108)', () => {
    const tx = begin(withWeb(), { version: 1, now: 3 });
    const before = tx.get('service', 's1');
    const after = tx.update('service', 's1', (draft) => {
      draft.spec.name = 'other';
      draft.spec.name = 'web';
    });
    expect(after).toBe(before);
    expect(tx.actions()).toEqual([]);
    expect(tx.size).toBe(0);
  });
});

/** A task with every field there is: those that are copied and sized up by name must not forget one. */
function fullTask(): Required<Omit<Task, 'meta'>> {
  const labels = makeLabels([['a', '1']]);
  const ports = [portConfig({ targetPort: 80, publishedPort: 8080 })];
  return {
    id: 't1',
    annotations: { name: 'a', labels },
    serviceAnnotations: { name: 'web', labels },
    serviceId: 's1',
    slot: 2,
    nodeId: 'n1',
    spec: makeTask({ id: 't1' }).spec,
    specVersion: 0,
    desiredState: TaskState.Running,
    status: { state: TaskState.New, timestamp: 1, message: 'created', err: '' },
    endpoint: { spec: { mode: 'vip', ports }, ports, virtualIps: [] },
    networks: [{ networkId: 'x', addresses: ['10.0.1.5/24'], aliases: ['web'] }],
    assignedGenericResources: [{ kind: 'gpu', value: 1 }],
    volumes: [{ volumeId: 'v1', source: 'data', target: '/data' }],
    jobIteration: 0,
    logDriver: { name: 'syslog', options: labels },
  };
}

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  expect(Object.isFrozen(value)).toBe(true);
  for (const part of Object.values(value)) expectFrozen(part);
}

describe('the size of a batch (R-R202)', () => {
  test('it is full at 200 changes, whatever they are', () => {
    const tx = begin(createStore(), { version: 0, now: 0 });
    for (let i = 0; i < 199; i++) tx.create('node', makeNode({ id: `n${i}` }));
    expect(tx.full).toBe(false);
    tx.remove('node', 'n0');
    expect(tx.full).toBe(true);
  });

  test('it is full at three quarters of the largest transaction', () => {
    const kilobyte = 'x'.repeat(1_000);
    const tx = begin(createStore(), { version: 0, now: 0 });
    let written = 0;
    while (!tx.full) {
      tx.create('config', {
        id: `c${written}`,
        spec: { ...makeFile(`c${written}`).spec, data: kilobyte.repeat(20) },
      });
      written += 1;
    }
    expect(written).toBe(59);
    expect(tx.size).toBeGreaterThanOrEqual(1_179_648);
    expect(tx.size).toBeLessThan(1_200_000);
  });

  test('all that a record holds counts, and 32 bytes for the action around it', () => {
    const records = [
      fullTask(),
      {
        ...fullTask(),
        id: 't2',
        nodeId: '',
        slot: 300,
        networks: [],
        serviceAnnotations: { name: '', labels: [] },
      },
      makeTask({ id: 't3' }),
    ];
    const tx = begin(createStore(), { version: 7, now: 1_000_000 });
    for (const record of records) {
      const before = tx.size;
      const fields = Object.values(tx.create('task', record));
      const whole = fields.reduce<number>((sum, field) => sum + encodedSize(field), 0);
      expect(tx.size - before).toBe(32 + whole);
    }
  });

  test('an estimate is close to the bytes of its texts and grows with them', () => {
    const size = (message: string) => {
      const tx = begin(createStore(), { version: 0, now: 0 });
      tx.create(
        'service',
        makeService({ id: 's', spec: { ...serviceSpec({ name: 'a', image: 'b' }), name: message } }),
      );
      return tx.size;
    };
    expect(size('a'.repeat(200)) - size('a'.repeat(180))).toBe(20);
    expect(size('\u00e9'.repeat(100))).toBe(size('a'.repeat(200)));
    expect(size('\u20ac'.repeat(60))).toBe(size('a'.repeat(180)));
    expect(size('\ud83d\udc33'.repeat(50))).toBe(size('a'.repeat(200)));
    expect(size('a')).toBeLessThan(JSON.stringify(makeService({ id: 's' })).length);
  });
});

/** What a value takes with its tag, spelled out: the reference for the estimate. */
function encodedSize(value: unknown): number {
  const varint = (number: number): number => (number < 128 ? 1 : 1 + varint(Math.floor(number / 128)));
  if (typeof value === 'number') return value === 0 ? 0 : 1 + varint(value);
  if (typeof value === 'boolean') return value ? 2 : 0;
  const parts = typeof value === 'string' ? [] : Object.values(value ?? {});
  const length =
    typeof value === 'string'
      ? new TextEncoder().encode(value).length
      : parts.reduce<number>((sum, part) => sum + encodedSize(part), 0);
  const isNothing = value === '' || value === undefined || (Array.isArray(value) && value.length === 0);
  return isNothing ? 0 : 1 + varint(length) + length;
}

describe('applying an entry (R-R19, R-R203)', () => {
  test('each action gives one event, in order, with the record before and after', () => {
    const store = withWeb();
    const before = reader(store).get('service', 's1');
    let after: Service | undefined;
    const events = commit(store, (tx) => {
      tx.create('node', makeNode({ id: 'n1' }));
      after = tx.update('service', 's1', (draft) => {
        draft.specVersion = 4;
      });
      tx.remove('node', 'n1');
    });
    expect(events).toEqual([
      { action: 'create', kind: 'node', id: 'n1', after: expect.objectContaining({ id: 'n1' }) },
      { action: 'update', kind: 'service', id: 's1', before, after },
      { action: 'remove', kind: 'node', id: 'n1', before: expect.objectContaining({ id: 'n1' }) },
    ]);
  });

  test('an entry one of whose actions fails is dropped as a whole, and counts as applied (E-113)', () => {
    const store = withWeb();
    const other = storeWith((tx) => {
      tx.create('service', makeService({ id: 's1', name: 'web' }));
      tx.create('node', makeNode({ id: 'gone' }));
    });
    const tx = begin(other, { version: 1, now: 0 });
    tx.create('node', makeNode({ id: 'n1' }));
    for (const name of ['shop', 'store']) {
      tx.update('service', 's1', (draft) => {
        draft.spec.name = name;
      });
    }
    tx.remove('node', 'gone');
    const hash = hashStore(store);
    expect(apply(store, tx.actions(), { version: 7 })).toEqual([]);
    expect(store.version).toBe(7);
    expect(hashStore(store)).toBe(hash);
    expect(reader(store).list('node')).toEqual([]);
    expect(reader(store).findByName('service', 'web')?.id).toBe('s1');
    expect(reader(store).findByName('service', 'shop')).toBeUndefined();
  });

  test.each<[string, (tx: Transaction) => void]>([
    ['creates what is there', (tx) => tx.create('service', makeService({ id: 's1', name: 'new' }))],
    ['takes a name that is taken', (tx) => tx.create('service', makeService({ id: 's2', name: 'WEB' }))],
  ])('so is one that %s', (_, edit) => {
    const store = withWeb();
    const hash = hashStore(store);
    const tx = begin(createStore(), { version: 0, now: 0 });
    edit(tx);
    expect(apply(store, tx.actions(), { version: 2 })).toEqual([]);
    expect(hashStore(store)).toBe(hash);
  });

  test('entries are applied in index order', () => {
    const store = withWeb();
    expect(() => apply(store, [], { version: 0 })).toThrow('index order');
  });
});
