// What is done to the container of a task by hand, past its managers.

import { describe, expect, it } from 'vitest';
import { killTask, removeContainer, signalTask, stopTask } from '../../src/agent/agent.ts';
import { second } from '../../src/model/duration.ts';
import { parseSignal } from '../../src/model/signal.ts';
import { TaskState } from '../../src/model/state.ts';
import { createReadyWorker, latency, reported, task, type Worker } from './worker.ts';

const attached = [{ networkId: 'net1', addresses: ['10.0.1.5/24'], aliases: [] }];

/** A worker with a running task that stops after a time with a code, or never. */
function running(
  stop: { readonly after: number; readonly code: number } | 'ignores',
  container: NonNullable<Parameters<typeof task>[1]>['container'] = {},
): Worker {
  const worker = createReadyWorker();
  worker.script('app', {
    pull: { kind: 'time', time: 0 },
    start: { kind: 'time', time: 0 },
    stop: stop === 'ignores' ? { kind: 'ignore' } : { kind: 'exit', ...stop },
    logs: [{ kind: 'once', after: 0, stream: 'stdout', text: 'hello' }],
  });
  worker.assign(task('t1', { networks: attached, container }));
  worker.advance(second);
  expect(worker.running()).toEqual(['t1']);
  return worker;
}

function stop(worker: Worker, grace?: number, signal?: string): void {
  stopTask(worker.context, worker.agent, 't1', signal === undefined ? undefined : parseSignal(signal), grace);
}

function signal(worker: Worker, name: string): void {
  signalTask(worker.context, worker.agent, 't1', parseSignal(name));
}

/** How long the program still runs, in seconds; more than a minute counts as for ever. */
function secondsLeft(worker: Worker): number {
  const from = worker.now();
  while (worker.running().length > 0 && worker.now() - from < 60 * second) worker.advance(second / 10);
  return worker.running().length > 0 ? Number.POSITIVE_INFINITY : (worker.now() - from) / second;
}

describe('a container that is stopped by hand', () => {
  it('has its signal at once, and its task is complete when the program ends well', () => {
    const worker = running({ after: 3 * second, code: 0 });
    stop(worker);
    expect(secondsLeft(worker)).toBe(3);
    worker.advance(second);
    expect(reported(worker, 't1').at(-1)).toBe('576 finished: ');
  });

  it('has failed for its task when the program says so', () => {
    const worker = running({ after: second, code: 4 });
    stop(worker);
    worker.advance(2 * second);
    expect(reported(worker, 't1').at(-1)).toBe('704 started: task: non-zero exit (4)');
  });

  it('is sent requests until its program has ended: nobody was told', () => {
    const worker = running({ after: 3 * second, code: 0 });
    const bound = () => worker.agent.network.nodes.get('w1')?.endpoints.map(({ taskId }) => taskId);
    expect(bound()).toEqual(['t1']);
    stop(worker);
    worker.advance(2 * second);
    expect(bound()).toEqual(['t1']);
    worker.advance(2 * second);
    expect(bound()).toEqual([]);
  });

  it.each([
    ['after the grace period of its service', { stopGracePeriod: 4 * second }, undefined, 4],
    ['after 10 s when its service says nothing', {}, undefined, 10],
    ['after the time that is given', { stopGracePeriod: 4 * second }, 7 * second, 7],
    ['at once when that is none', {}, 0, 0.1],
    ['never when that is less', {}, -1, Number.POSITIVE_INFINITY],
  ])('is killed %s', (_, container, grace, seconds) => {
    const worker = running('ignores', container);
    stop(worker, grace);
    expect(secondsLeft(worker)).toBe(seconds);
    worker.advance(second);
    if (Number.isFinite(seconds)) {
      expect(reported(worker, 't1').at(-1)).toBe('704 started: task: non-zero exit (137)');
    }
  });

  it('is killed at the earliest time that anybody has given it', () => {
    const worker = running('ignores');
    stop(worker, 20 * second);
    stop(worker, 5 * second);
    stop(worker, 9 * second);
    expect(secondsLeft(worker)).toBe(5);
  });

  it('ends as it had begun to when it is told once more', () => {
    const worker = running({ after: 4 * second, code: 6 });
    stop(worker, 20 * second);
    worker.advance(2 * second);
    stop(worker, 20 * second);
    expect(secondsLeft(worker)).toBe(2);
    worker.advance(second);
    expect(reported(worker, 't1').at(-1)).toBe('704 started: task: non-zero exit (6)');
  });

  it('that hears nothing is still stopped by its swarm, in the time of that', () => {
    const worker = running('ignores');
    stop(worker, -1);
    worker.desire(TaskState.Shutdown, 't1');
    // The agent finds it busy and tries again after 1 s, traffic turns away for 2 s, then come 10 s of grace (R-O7).
    worker.advance(12 * second);
    expect(worker.running()).toEqual(['t1']);
    worker.advance(2 * second);
    expect(worker.shown('t1')).toBe('640 shutdown: ');
  });

  it('is killed by hand while its swarm is patient', () => {
    const worker = running('ignores', { stopGracePeriod: 30 * second });
    worker.desire(TaskState.Shutdown, 't1');
    worker.advance(5 * second);
    stop(worker, second);
    expect(secondsLeft(worker)).toBe(1);
  });

  it('is left alone when it does not run', () => {
    const worker = running({ after: 0, code: 0 });
    killTask(worker.context, worker.agent, 't1');
    stop(worker, 5 * second);
    worker.advance(10 * second);
    expect(worker.agent.containers.get('t1')?.exitCode).toBe(137);
  });
});

describe('a signal by hand', () => {
  it.each(['HUP', 'USR1', 'WINCH', 'CHLD'])('%s does nothing', (name) => {
    const worker = running({ after: second, code: 0 });
    signal(worker, name);
    expect(secondsLeft(worker)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each(['TERM', 'INT', 'QUIT'])('%s asks the program to end, and nothing kills it', (name) => {
    const worker = running({ after: 2 * second, code: 0 });
    signal(worker, name);
    expect(secondsLeft(worker)).toBe(2);
    const deaf = running('ignores');
    signal(deaf, name);
    expect(secondsLeft(deaf)).toBe(Number.POSITIVE_INFINITY);
  });

  it('that is the stop signal of its service asks it too', () => {
    const worker = running({ after: 2 * second, code: 0 }, { stopSignal: 'SIGUSR1' });
    signal(worker, 'USR1');
    expect(secondsLeft(worker)).toBe(2);
  });

  it('KILL ends it, also as the signal of a stop', () => {
    const worker = running('ignores');
    signal(worker, 'KILL');
    expect(worker.running()).toEqual([]);
    const stopped = running('ignores');
    stop(stopped, 50 * second, 'KILL');
    expect(stopped.running()).toEqual([]);
  });

  it('of a stop that does nothing leaves the kill', () => {
    const worker = running({ after: 0, code: 0 });
    stop(worker, 3 * second, 'HUP');
    expect(secondsLeft(worker)).toBe(3);
  });
});

describe('a container that is removed by hand', () => {
  it('is gone with what it wrote, also for the disk, and its task stays what it was', () => {
    const worker = running('ignores');
    killTask(worker.context, worker.agent, 't1');
    expect(worker.disk.has('log/t1')).toBe(true);
    const shown = worker.shown('t1');
    removeContainer(worker.context, worker.agent, 't1');
    expect(worker.agent.containers.size).toBe(0);
    expect(worker.disk.has('log/t1')).toBe(false);
    expect(worker.shown('t1')).toBe(shown);
    worker.crash();
    worker.advance(second);
    expect(worker.agent.containers.size).toBe(0);
    worker.unassign('t1');
    worker.advance(latency);
    expect(worker.agent.tasks.size).toBe(0);
  });

  it('is not while it runs', () => {
    const worker = running('ignores');
    removeContainer(worker.context, worker.agent, 't1');
    expect(worker.running()).toEqual(['t1']);
  });

  it('before it was started cannot be started', () => {
    const worker = createReadyWorker();
    worker.script('app', { pull: { kind: 'time', time: 0 } });
    worker.assign(task('t1', { desiredState: TaskState.Ready }));
    worker.advance(second);
    removeContainer(worker.context, worker.agent, 't1');
    worker.desire(TaskState.Running, 't1');
    worker.advance(second);
    expect(worker.shown('t1')).toBe('704 starting: No such container: app.1.t1');
  });
});
