// Which node gets how many tasks (R-S14, R-S16, R-S21, R-S22).

import { describe, expect, test } from 'vitest';
import { minute } from '../../../src/model/duration.ts';
import type { NodeFields } from '../fixtures.ts';
import {
  addNodes,
  addPending,
  addRunning,
  addService,
  createSwarm,
  errors,
  fail,
  placed,
  type Swarm,
  settle,
} from './swarm.ts';

interface Scene {
  readonly nodes: readonly NodeFields[];
  /** Running tasks of the service per node. */
  readonly running?: Readonly<Record<string, number>>;
  /** Running tasks of another service per node. */
  readonly foreign?: Readonly<Record<string, number>>;
  /** Recent failures of the service per node. */
  readonly failed?: Readonly<Record<string, number>>;
  readonly spread?: readonly string[];
  readonly maxReplicas?: number;
  /** What each task reserves, bytes. */
  readonly memoryBytes?: number;
  readonly group: number;
  /** Without a spec version each task is a group of its own. */
  readonly alone?: boolean;
}

function place(scene: Scene): Swarm {
  const { spread = [], maxReplicas = 0, memoryBytes = 0, failed = {} } = scene;
  const swarm = createSwarm((tx) => {
    addNodes(tx, ...scene.nodes);
    const web = addService(tx, {
      id: 'web',
      placement: { spread, maxReplicas },
      reservations: { memoryBytes },
    });
    const other = addService(tx, { id: 'other' });
    for (const [id, count] of Object.entries(scene.running ?? {})) addRunning(tx, web, id, count);
    for (const [id, count] of Object.entries(scene.foreign ?? {})) addRunning(tx, other, id, count);
    for (const [id, count] of Object.entries(failed)) {
      for (let index = 0; index < count; index++) addRunning(tx, web, id, 1, { id: `bad.${id}.${index}` });
    }
  });
  swarm.write((tx) => {
    for (const [id, count] of Object.entries(failed)) {
      fail(
        tx,
        Array.from({ length: count }, (_, index) => `bad.${id}.${index}`),
      );
    }
  });
  add(swarm, scene.group, scene.alone === true);
  return swarm;
}

function add(swarm: Swarm, count: number, alone = false, specVersion = 0): void {
  const web = swarm.store.get('service', 'web');
  if (web === undefined) throw new Error('no service web');
  swarm.write((tx) => {
    const ids = addPending(tx, { ...web, specVersion }, count);
    if (!alone) return;
    for (const id of ids) {
      tx.update('task', id, (draft) => {
        delete draft.specVersion;
      });
    }
  });
  settle(swarm);
}

function nodes(...ids: readonly string[]): NodeFields[] {
  return ids.map((id) => ({ id }));
}

function labelled(labels: Readonly<Record<string, string>>): NodeFields[] {
  return Object.entries(labels).map(([id, zone]) => ({ id, labels: [['zone', zone]] }));
}

/** Counts on the nodes in order, zeros included. */
function counts(swarm: Swarm): readonly number[] {
  const perNode = placed(swarm, 'web');
  return swarm.store.list('node').map(({ id }) => perNode[id] ?? 0);
}

const spread = ['node.labels.zone'];

describe('balance', () => {
  test('level nodes get equal shares, the first ones the rest (S-E24)', () => {
    expect(counts(place({ nodes: nodes('a', 'b', 'c'), group: 7 }))).toEqual([3, 2, 2]);
  });

  // The first sweep never looks back.
  test.each([
    [{ c: 2 }, 4, [1, 3, 0]],
    [{ c: 2 }, 6, [2, 3, 1]],
    [{ c: 1 }, 3, [1, 2, 0]],
    [{ c: 1 }, 5, [2, 2, 1]],
  ])('unequal nodes, in one batch: %j and %i more (S-E25 to S-E27)', (running, group, expected) => {
    expect(counts(place({ nodes: nodes('a', 'b', 'c'), running, group }))).toEqual(expected);
  });

  test('the same tasks one at a time are balanced (S-E25)', () => {
    expect(counts(place({ nodes: nodes('a', 'b', 'c'), running: { c: 2 }, group: 4, alone: true }))).toEqual([
      2, 2, 0,
    ]);
  });

  test('far behind nodes get all (S-E28)', () => {
    expect(counts(place({ nodes: nodes('a', 'b', 'c', 'd'), running: { c: 3, d: 3 }, group: 5 }))).toEqual([
      1, 4, 0, 0,
    ]);
  });

  test('tasks of other services matter among equals (S-E29)', () => {
    expect(counts(place({ nodes: nodes('a', 'b', 'c'), foreign: { a: 2, c: 1 }, group: 5 }))).toEqual([
      1, 2, 2,
    ]);
  });

  test('the count of the service beats the total (S-E30)', () => {
    expect(counts(place({ nodes: nodes('a', 'b'), running: { b: 1 }, foreign: { a: 9 }, group: 1 }))).toEqual(
      [1, 0],
    );
  });

  test('tasks of a group go in order of slot, whatever their IDs (reference, section 8)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      const web = addService(tx, { id: 'web', placement: { maxReplicas: 1 } });
      addPending(tx, web, 1, { first: 2, id: 'early' });
      addPending(tx, web, 1, { first: 1, id: 'late' });
    });
    expect(swarm.store.get('task', 'late')?.nodeId).toBe('a');
    expect(swarm.store.get('task', 'early')?.nodeId).toBe('');
  });

  test('a leaf holds the best nodes only, however many there are', () => {
    const many = nodes('a', 'b', 'c', 'd', 'e', 'f');
    const foreign = { a: 3, b: 2, c: 1, d: 2, f: 1 };
    expect(counts(place({ nodes: many, foreign, group: 3 }))).toEqual([0, 0, 1, 0, 1, 1]);
  });
});

describe('failures (R-S14.1)', () => {
  test.each([
    ['four are as good as none', { a: 4 }, { b: 1 }, [1, 0]],
    ['five put a node behind even one with nine tasks', { a: 5 }, { b: 9 }, [0, 1]],
    ['five on both leave it to the tasks', { a: 5, b: 5 }, { a: 1 }, [0, 1]],
    ['six lose against five', { a: 6, b: 5 }, { b: 1 }, [0, 1]],
  ])('%s (S-E31)', (_, failed, running, expected) => {
    expect(counts(place({ nodes: nodes('a', 'b'), failed, running, group: 1 }))).toEqual(expected);
  });

  test('a node with five is left out of the first sweep; a new version starts afresh (S-E32)', () => {
    const swarm = place({ nodes: nodes('a', 'b', 'f'), failed: { f: 5 }, group: 6 });
    expect(counts(swarm)).toEqual([1, 5, 0]);
    swarm.write((tx) =>
      tx.update('service', 'web', (draft) => {
        draft.specVersion = 8;
      }),
    );
    add(swarm, 1, false, 8);
    expect(placed(swarm, 'web').f).toBe(1);
  });

  test('count for five minutes, and exactly then still (R-S15)', () => {
    for (const [age, expected] of [
      [5 * minute, [0, 1]],
      [5 * minute + 1, [1, 0]],
    ] as const) {
      const swarm = place({ nodes: nodes('a', 'b'), failed: { a: 5 }, running: { b: 1 }, group: 0 });
      const failedAt = 0;
      // The pass is 50 ms after the commit.
      swarm.advance(failedAt + age - swarm.now() - 50_000);
      add(swarm, 1);
      expect(counts(swarm)).toEqual(expected);
    }
  });
});

describe('spread preferences', () => {
  test('zones share equally, nodes within a zone too (S-E33)', () => {
    const zones = labelled({ a: 'e1', b: 'e2', c: 'e2', d: 'e2' });
    expect(counts(place({ nodes: zones, spread, group: 6 }))).toEqual([3, 1, 1, 1]);
    expect(counts(place({ nodes: zones, spread, group: 7 }))).toEqual([4, 1, 1, 1]);
  });

  test('no label is a branch, and the same as an empty one (S-E34)', () => {
    const zones: NodeFields[] = [...labelled({ a: 'e1', b: 'e2', c: '' }), { id: 'd' }];
    expect(counts(place({ nodes: zones, spread, group: 6 }))).toEqual([2, 2, 1, 1]);
  });

  test('an overloaded branch sends all tasks to one of the others (S-E35)', () => {
    const zones = labelled({ a: 'e1', b: 'e2', c: 'e3' });
    expect(counts(place({ nodes: zones, spread, running: { a: 5 }, group: 2 }))).toEqual([0, 2, 0]);
    expect(counts(place({ nodes: zones, spread, running: { a: 5 }, group: 3 }))).toEqual([0, 3, 0]);
  });

  test('zones at 2, 1, 0 (S-E36)', () => {
    const zones = labelled({ a: 'e1', b: 'e2', c: 'e3' });
    const running = { a: 2, b: 1 };
    expect(counts(place({ nodes: zones, spread, running, group: 3 }))).toEqual([0, 1, 2]);
    expect([
      [0, 1, 1],
      [0, 0, 2],
    ]).toContainEqual(counts(place({ nodes: zones, spread, running, group: 2 })));
  });

  test('two levels keep to the static counts (S-E37)', () => {
    const at = (dc: string, rack: string): NodeFields => ({
      id: `${dc}${rack}`,
      labels: [
        ['dc', dc],
        ['rack', rack],
      ],
    });
    const swarm = place({
      nodes: [at('p', '1'), at('p', '2'), at('q', '1')],
      spread: ['node.labels.dc', 'node.labels.rack'],
      running: { p1: 3, p2: 1, q1: 3 },
      group: 2,
    });
    expect([{ p2: 2 }, { q1: 2 }]).toContainEqual(placed(swarm, 'web'));
  });

  test('tasks on a dead node count for its branch (S-E38)', () => {
    const zones: NodeFields[] = [
      { id: 'a', labels: [['zone', 'e1']], state: 'down' },
      ...labelled({ b: 'e1', c: 'e2' }),
    ];
    expect(counts(place({ nodes: zones, spread, running: { a: 4 }, group: 4 }))).toEqual([0, 0, 4]);
  });

  test('a branch without a usable node is passed over (S-E39)', () => {
    const zones: NodeFields[] = [
      { id: 'a', labels: [['zone', 'e1']], state: 'down' },
      ...labelled({ b: 'e2', c: 'e3' }),
    ];
    const [a, b = 0, c = 0] = counts(place({ nodes: zones, spread, group: 4 }));
    expect([a, b + c]).toEqual([0, 4]);
    expect(Math.min(b, c)).toBeGreaterThan(0);
  });

  test('a full branch leaves the rest to the others (S-E40)', () => {
    const zones = labelled({ a: 'e1', b: 'e2', c: 'e2' });
    const swarm = place({ nodes: zones, spread, maxReplicas: 2, group: 8 });
    expect(counts(swarm)).toEqual([2, 2, 2]);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (max replicas per node limit exceed)']);
  });

  test('zones get what they have room for, in tasks of one size (S-E40)', () => {
    const zones = (more: number): NodeFields[] =>
      labelled({ a: 'e1', b: 'e2' }).map((node) => ({
        ...node,
        resources: { memoryBytes: node.id === 'a' ? 2 : more },
      }));
    expect(counts(place({ nodes: zones(100), spread, memoryBytes: 1, group: 8 }))).toEqual([2, 6]);
    const full = place({ nodes: zones(3), spread, memoryBytes: 1, group: 8 });
    expect(counts(full)).toEqual([2, 3]);
    expect(full.state().queue.size).toBe(3);
  });

  test('descriptors: other fields are ignored, the prefix has no case but the key has (S-E41)', () => {
    const zones = labelled({ a: 'e1', b: 'e2', c: 'e2', d: 'e2' });
    expect(counts(place({ nodes: zones, spread: ['node.id'], group: 4 }))).toEqual([1, 1, 1, 1]);
    expect(counts(place({ nodes: zones, spread: ['NODE.LABELS.zone'], group: 6 }))).toEqual([3, 1, 1, 1]);
    expect(counts(place({ nodes: zones, spread: ['node.labels.Zone'], group: 4 }))).toEqual([1, 1, 1, 1]);
    const daemons = zones.map(({ id, labels = [] }) => ({ id, engineLabels: labels }));
    expect(counts(place({ nodes: daemons, spread: ['engine.labels.zone'], group: 6 }))).toEqual([3, 1, 1, 1]);
  });

  test('values are compared with their case (S-E42)', () => {
    const zones = labelled({ a: 'East', b: 'east', c: 'east' });
    expect(counts(place({ nodes: zones, spread, group: 4 }))).toEqual([2, 1, 1]);
  });
});
