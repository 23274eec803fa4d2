// Scenarios of one worker, with a manager that tells it what to run.

import { killTask } from '../../../src/agent/agent.ts';
import { portConfig } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import type { ImageBehaviour } from '../../../src/model/image-behaviour.ts';
import { TaskState } from '../../../src/model/state.ts';
import { createReadyWorker, latency, task, type Worker } from '../../agent/worker.ts';
import { hold, judgeOf } from '../judge.ts';

/** A worker on which `app` does everything in no time, but for what its script says. */
function scripted(script: ImageBehaviour = {}): Worker {
  const worker = createReadyWorker();
  worker.script('app', {
    pull: { kind: 'time', time: 0 },
    start: { kind: 'time', time: 0 },
    stop: { kind: 'exit', after: 0, code: 0 },
    ...script,
  });
  return worker;
}

function stateOf(worker: Worker, id = 't1'): TaskState | undefined {
  return worker.agent.tasks.get(id)?.task.status.state;
}

/** A worker that runs `t1`. */
function running(script: ImageBehaviour = {}): Worker {
  const worker = scripted(script);
  worker.assign(task('t1'));
  worker.advance(second);
  hold(stateOf(worker) === TaskState.Running, 'an assigned task does not run');
  return worker;
}

export const agentScenarios = {
  'an-agent-restarts-nothing': judgeOf(() => {
    const worker = running();
    killTask(worker.context, worker.agent, 't1');
    worker.advance(5 * second);
    hold(stateOf(worker) === TaskState.Failed, 'an agent did not report that a program died (R-O6)');
    hold(worker.running().length === 0, 'an agent restarted a program by itself (R-O6)');
  }),

  'an-end-is-told-as-it-is': judgeOf(() => {
    const worker = running({ run: { kind: 'exit', after: 3 * second, code: 0 } });
    worker.advance(5 * second);
    hold(stateOf(worker) === TaskState.Complete, 'a program that ended well is not complete (R-O6)');
  }),

  'what-was-told-to-stop-stays-told': judgeOf(() => {
    const worker = running({ stop: { kind: 'exit', after: 5 * second, code: 0 } });
    worker.desire(TaskState.Shutdown, 't1');
    worker.advance(second);
    worker.assign(task('t1', { desiredState: TaskState.Ready }));
    worker.advance(latency);
    hold(
      worker.agent.tasks.get('t1')?.task.desiredState === TaskState.Shutdown,
      'an agent took back what was desired (R-O2)',
    );
  }),

  'a-parked-task-does-not-start': judgeOf(() => {
    const worker = scripted();
    worker.assign(task('t1', { desiredState: TaskState.Ready }));
    worker.advance(60 * second);
    hold(stateOf(worker) === TaskState.Ready, 'a task that was only to be ready was started (R-O5)');
    hold(worker.running().length === 0, 'a task that was only to be ready was started (R-O5)');
  }),

  'a-task-stops-before-it-says-so': judgeOf(() => {
    const worker = running({ stop: { kind: 'exit', after: 5 * second, code: 0 } });
    worker.desire(TaskState.Shutdown, 't1');
    worker.advance(3 * second);
    hold(stateOf(worker) === TaskState.Running, 'a task said it was shut down while its program ran (R-O7)');
    worker.advance(10 * second);
    hold(stateOf(worker) === TaskState.Shutdown, 'a task that was told to stop did not (R-O7)');
  }),

  'health-comes-before-running': judgeOf(() => {
    const healthCheck = {
      test: ['CMD', 'check'],
      interval: 2 * second,
      timeout: second,
      retries: 3,
      startPeriod: 0,
      startInterval: second,
    };
    const worker = scripted();
    worker.assign(task('t1', { container: { healthCheck } }));
    worker.advance(second);
    hold(stateOf(worker) === TaskState.Starting, 'a task ran before it was found healthy (R-O8)');
    worker.advance(5 * second);
    hold(stateOf(worker) === TaskState.Running, 'a healthy task does not run (R-O8)');
  }),

  'a-bad-image-is-rejected': judgeOf(() => {
    const worker = scripted({ pull: { kind: 'error', text: 'no such image' } });
    worker.assign(task('t1'));
    worker.advance(20 * second);
    hold(stateOf(worker) === TaskState.Rejected, 'a task that never started is not rejected (R-O6)');
  }),

  'free-ports-are-given-once': judgeOf(() => {
    const ports = [portConfig({ targetPort: 80, publishMode: 'host' })];
    const endpoint = { spec: { mode: 'vip' as const, ports }, ports, virtualIps: [] };
    const worker = scripted();
    worker.assign(task('t1', { endpoint }), task('t2', { endpoint }));
    worker.advance(5 * second);
    const bound = ['t1', 't2'].map(
      (id) => worker.agent.tasks.get(id)?.task.status.ports?.[0]?.publishedPort ?? 0,
    );
    hold(bound.every((port) => port > 0) && bound[0] !== bound[1], 'a port was given to two tasks');
  }),
};
