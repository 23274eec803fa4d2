// The cluster volumes of a node: readied before containers need them, let go when it is told to.

import { describe, expect, it } from 'vitest';
import { volumeSpec } from '../../src/model/defaults.ts';
import { second } from '../../src/model/duration.ts';
import type { AssignedVolume } from '../../src/model/messages.ts';
import type { Labels } from '../../src/model/spec.ts';
import { TaskState } from '../../src/model/state.ts';
import { createReadyWorker, task, type Worker } from './worker.ts';

const times: Labels = [
  ['stage', '3s'],
  ['unstage', '2s'],
];

function assigned(driverOptions: Labels = times): AssignedVolume {
  return { id: 'v', spec: volumeSpec({ name: 'data', driver: 'csi', driverOptions }) };
}

/** A worker with a task that is attached to volume `v`. */
function waiting(): Worker {
  const worker = createReadyWorker();
  worker.script('app', { pull: { kind: 'time', time: 0 }, start: { kind: 'time', time: 0 } });
  const volumes = [{ volumeId: 'v', source: 'data', target: '/data' }];
  worker.assign(task('t1', { volumes }));
  worker.advance(second);
  return worker;
}

function stateOf(worker: Worker): TaskState | undefined {
  return worker.agent.tasks.get('t1')?.task.status.state;
}

/** The volumes the agent has said it has let go, call by call. */
function unpublished(worker: Worker): (readonly string[])[] {
  return worker.calls.flatMap(({ call }) =>
    call.method === 'dispatcher.report' && call.unpublished !== undefined ? [call.unpublished] : [],
  );
}

describe('a task with a cluster volume', () => {
  it('waits until the volume has come and is ready', () => {
    const worker = waiting();
    worker.advance(60 * second);
    expect(stateOf(worker)).toBe(TaskState.Preparing);
    worker.bring(assigned());
    worker.advance(2 * second);
    expect(stateOf(worker)).toBe(TaskState.Preparing);
    worker.advance(2 * second);
    expect(stateOf(worker)).toBe(TaskState.Running);
  });

  it('waits on while the plugin fails, and can be told to stop', () => {
    const worker = waiting();
    worker.bring(assigned([['fails', 'stage']]));
    worker.advance(60 * second);
    expect(stateOf(worker)).toBe(TaskState.Preparing);
    worker.desire(TaskState.Shutdown, 't1');
    worker.advance(2 * second);
    expect(stateOf(worker)).toBe(TaskState.Shutdown);
  });

  it('waits again after its machine died', () => {
    const worker = waiting();
    worker.crash();
    worker.advance(5 * second);
    expect(stateOf(worker)).toBe(TaskState.Preparing);
    worker.bring(assigned());
    worker.advance(4 * second);
    expect(stateOf(worker)).toBe(TaskState.Running);
  });
});

describe('a volume that is taken away', () => {
  it('is let go in the time that takes, and that is reported', () => {
    const worker = waiting();
    worker.bring(assigned());
    worker.advance(4 * second);
    worker.take('v');
    worker.advance(second);
    expect(unpublished(worker)).toEqual([]);
    worker.advance(2 * second);
    expect(unpublished(worker)).toEqual([['v']]);
    expect(worker.agent.volumes.size).toBe(0);
  });

  it('and is not there is reported at once', () => {
    const worker = waiting();
    worker.take('v');
    worker.advance(second / 10);
    expect(unpublished(worker)).toEqual([['v']]);
  });

  it('while it is being readied is let go all the same', () => {
    const worker = waiting();
    worker.bring(assigned());
    worker.advance(second);
    worker.take('v');
    worker.advance(3 * second);
    expect(unpublished(worker)).toEqual([['v']]);
    expect(stateOf(worker)).toBe(TaskState.Preparing);
  });
});
