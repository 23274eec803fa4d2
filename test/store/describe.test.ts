import type { Draft } from 'immer';
import { expect, test } from 'vitest';
import { second } from '../../src/model/duration.ts';
import type { Service, Task } from '../../src/model/objects.ts';
import { TaskState } from '../../src/model/state.ts';
import { describeAction } from '../../src/store/describe.ts';
import { begin, createStore } from '../../src/store/store.ts';
import { makeNode, makeService, makeTask } from '../manager/fixtures.ts';

const web = makeService({ id: 's1', name: 'web', replicas: 3, update: { delay: second } });

function transaction() {
  const tx = begin(createStore(), { version: 0, now: 0 });
  tx.create('service', web);
  tx.create('task', makeTask({ id: 't1', service: web, slot: 2, state: TaskState.Starting }));
  tx.create('task', makeTask({ id: 't2', service: web, slot: 0, nodeId: 'n1' }));
  tx.create('task', makeTask({ id: 't3' }));
  tx.create('node', makeNode({ id: 'n1', hostname: 'worker1' }));
  return tx;
}

test('records are called what users call them', () => {
  const tx = transaction();
  tx.remove('service', 's1');
  expect(tx.actions().map(describeAction)).toEqual([
    'service web: created',
    'task web.2: created',
    'task web.n1: created',
    'task t3: created',
    'node worker1: created',
    'service web: removed',
  ]);
});

test.each<[string, (draft: Draft<Service>) => void]>([
  [
    'replicas 3 -> 5',
    (draft) => {
      draft.spec.mode = { kind: 'replicated', replicas: 5 };
    },
  ],
  [
    'replicas 3 -> 5',
    (draft) => {
      if (draft.spec.mode.kind === 'replicated') draft.spec.mode.replicas = 5;
    },
  ],
  [
    'image nginx -> nginx:2, delay 1s -> 1m30s',
    (draft) => {
      draft.spec.task.container.image = 'nginx:2';
      if (draft.spec.update) draft.spec.update.delay = 90 * second;
    },
  ],
  [
    'state none -> updating, message none -> "update in progress"',
    (draft) => {
      draft.updateStatus = { state: 'updating', message: 'update in progress', startedAt: 5 };
    },
  ],
  [
    'labels changed, env changed',
    (draft) => {
      draft.spec.task.container.env.push('A=1', 'B=2');
      draft.spec.labels = [['a', 'b']];
    },
  ],
  [
    'memoryBytes 0B -> 64MiB',
    (draft) => {
      draft.spec.task.limits = { nanoCpus: 0, memoryBytes: 64 * 1024 ** 2, generic: [] };
    },
  ],
  [
    'update removed',
    (draft) => {
      delete draft.spec.update;
    },
  ],
  [
    'replicas 3 -> 5, specVersion 0 -> 7',
    (draft) => {
      draft.previousSpec = draft.spec;
      draft.previousSpecVersion = 0;
      draft.spec = { ...draft.spec, mode: { kind: 'replicated', replicas: 5 } };
      draft.specVersion = 7;
    },
  ],
])('service web: %s', (words, recipe) => {
  const tx = transaction();
  tx.update('service', 's1', recipe);
  expect(tx.actions().map(describeAction).at(-1)).toBe(`service web: ${words}`);
});

test.each<[string, (draft: Draft<Task>) => void]>([
  [
    'state starting -> running, message "" -> started',
    (draft) => {
      draft.status = { state: TaskState.Running, timestamp: 9, message: 'started', err: '' };
    },
  ],
  [
    'desiredState running -> shutdown',
    (draft) => {
      draft.desiredState = TaskState.Shutdown;
    },
  ],
  [
    'updated',
    (draft) => {
      draft.status.timestamp = 7;
    },
  ],
])('task web.2: %s', (words, recipe) => {
  const tx = transaction();
  tx.update('task', 't1', recipe);
  expect(tx.actions().map(describeAction).at(-1)).toBe(`task web.2: ${words}`);
});

test('a list that got shorter has changed, once', () => {
  const tx = transaction();
  for (const args of [['a', 'b', 'c'], ['x']]) {
    tx.update('service', 's1', (draft) => {
      draft.spec.task.container.args.splice(0, 9, ...args);
    });
  }
  expect(tx.actions().map(describeAction).at(-1)).toBe('service web: args changed');
});
