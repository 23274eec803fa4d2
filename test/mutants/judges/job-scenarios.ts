// Scenarios of jobs on a stage.

import { TaskState } from '../../../src/model/state.ts';
import { createScene, type Scene, type SceneOptions, show } from '../../manager/orchestrator/scene.ts';
import { hold, judgeOf } from '../judge.ts';

/** Every program runs for 10 s, and ends with this code. */
function scene(code = 0): Scene {
  const fate: NonNullable<SceneOptions['fate']> = (_task, at) =>
    at === 'run' ? { at, after: 10_000_000, code } : undefined;
  return createScene({ fate });
}

const fiveByTwo = { mode: { kind: 'replicated-job', totalCompletions: 5, maxConcurrent: 2 } } as const;
const everywhere = { mode: { kind: 'global-job' } } as const;

function count(jobs: Scene, state: TaskState): number {
  return jobs.tasks().filter(({ status }) => status.state === state).length;
}

export const jobScenarios = {
  'a-job-runs-so-many-at-a-time': judgeOf(() => {
    const jobs = scene();
    jobs.create(fiveByTwo);
    hold(
      count(jobs, TaskState.Running) === 2,
      'a job runs more or fewer tasks at a time than it may (O-E68)',
    );
  }),

  'a-job-completes-so-often': judgeOf(() => {
    const jobs = scene();
    jobs.create(fiveByTwo);
    jobs.advance(600);
    hold(count(jobs, TaskState.Complete) === 5, 'a job completes more or less often than asked (O-E68)');
    const slots = jobs.tasks().map(({ slot }) => slot);
    hold(new Set(slots).size === 5, 'a slot of a job was completed twice (O-E68)');
  }),

  'a-failed-task-of-a-job-is-restarted': judgeOf(() => {
    const jobs = scene(1);
    jobs.create({ mode: { kind: 'replicated-job', totalCompletions: 1, maxConcurrent: 1 } });
    jobs.advance(11);
    hold(
      jobs.tasks().map(show).join() === 'v1 shutdown/failed,v1 ready/ready',
      'a failed task of a job is not restarted (R-O68)',
    );
  }),

  'a-complete-task-of-a-job-stays': judgeOf(() => {
    const jobs = scene();
    jobs.create(everywhere);
    jobs.advance(600);
    hold(jobs.tasks().length === 3, 'a global job runs again on a node where it has completed (R-O67)');
  }),

  'an-updated-job-begins-anew': judgeOf(() => {
    const jobs = scene();
    jobs.create(fiveByTwo);
    jobs.advance(15);
    jobs.update({ image: 'v2' });
    const old = jobs
      .tasks()
      .filter(({ jobIteration, status }) => jobIteration === 0 && status.state === TaskState.Running);
    hold(
      old.every(({ desiredState }) => desiredState === TaskState.Remove),
      'tasks of an older iteration go on (O-E71)',
    );
    jobs.advance(600);
    const complete = jobs
      .tasks()
      .filter(({ jobIteration, status }) => jobIteration === 1 && status.state === TaskState.Complete);
    hold(complete.length === 5, 'what an older iteration has completed counts for the newer (O-E71)');
  }),

  'a-global-job-leaves-drained-nodes': judgeOf(() => {
    const jobs = scene();
    jobs.node('n2', { availability: 'drain' });
    jobs.create(everywhere);
    hold(jobs.tasks('n2').length === 0, 'a global job puts a task on a drained node (4.2)');
  }),
};
