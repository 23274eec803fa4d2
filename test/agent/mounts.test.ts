import { expect, it } from 'vitest';
import { second } from '../../src/model/duration.ts';
import type { Mount } from '../../src/model/spec.ts';
import { TaskState } from '../../src/model/state.ts';
import { createReadyWorker, task, type Worker } from './worker.ts';

function mount(type: Mount['type'], source: string, target = '/data'): Mount {
  return { type, source, target, readOnly: false, driver: '', options: [] };
}

/** A worker with one task, and what it mounts. */
function createWith(...mounts: Mount[]): Worker {
  const worker = createReadyWorker();
  const time = { kind: 'time', time: 0 } as const;
  worker.script('app', { pull: time, start: time });
  worker.assign(task('t1', { slot: 2, container: { mounts } }));
  worker.advance(second);
  return worker;
}

it('a container has its mounts, and its named volumes are made', () => {
  const mounts = [
    mount('volume', 'data-{{.Task.Slot}}', '/a'),
    mount('volume', '', '/b'),
    mount('bind', '/srv', '/c'),
    mount('tmpfs', '', '/d'),
  ];
  const worker = createWith(...mounts);
  expect(worker.running()).toEqual(['t1']);
  expect([...worker.volumes]).toEqual(['data-2']);
  expect(worker.agent.containers.get('t1')?.mounts).toEqual([
    mount('volume', 'data-2', '/a'),
    ...mounts.slice(1),
  ]);
});

it('volumes are made before the image is there', () => {
  const worker = createReadyWorker();
  worker.script('app', { pull: { kind: 'time', time: 60 * second } });
  worker.assign(task('t1', { container: { mounts: [mount('volume', 'data')] } }));
  worker.advance(second);
  expect(worker.shown('t1')).toBe(`${TaskState.Preparing} preparing: `);
  expect([...worker.volumes]).toEqual(['data']);
});

it('a directory that is not there rejects the task (R-O8)', () => {
  expect(createWith(mount('bind', '/nope')).shown('t1')).toBe(
    `${TaskState.Rejected} preparing: invalid mount config for type "bind": bind source path does not exist: /nope`,
  );
});

it.each([
  [mount('volume', 'a', 'data'), 'invalid mount target, must be an absolute path: data'],
  [mount('bind', 'a'), 'invalid bind mount source, must be an absolute path: a'],
  [mount('volume', '/a'), 'invalid volume mount source, must not be an absolute path: /a'],
  [mount('tmpfs', 'a'), 'invalid tmpfs source, source must be empty'],
])('%j cannot be anywhere', (wrong, text) => {
  expect(createWith(wrong).shown('t1')).toBe(`${TaskState.Rejected} resolving controller failed: ${text}`);
});
