// How many tasks of a service run, should run and have completed, as docker counts them (R-O72).

import type { Service, Task } from './objects.ts';
import { TaskState } from './state.ts';

export interface ServiceCounts {
  /** In state running, whatever is desired of them. */
  readonly running: number;
  readonly desired: number;
  /** Of a job, in its iteration; 0 of other services. */
  readonly completed: number;
}

/** @param tasks of the service, old ones included */
export function countTasks({ spec: { mode }, jobStatus }: Service, tasks: readonly Task[]): ServiceCounts {
  const ofIteration = tasks.filter(({ jobIteration }) => jobIteration === jobStatus?.iteration);
  const isComplete = ({ status }: Task): boolean => status.state === TaskState.Complete;
  const running = tasks.filter(({ status }) => status.state === TaskState.Running).length;
  const completed = jobStatus === undefined ? 0 : ofIteration.filter(isComplete).length;
  switch (mode.kind) {
    case 'replicated':
      return { running, desired: mode.replicas, completed };
    case 'global': {
      const desired = tasks.filter(({ desiredState }) => desiredState === TaskState.Running).length;
      return { running, desired, completed };
    }
    case 'replicated-job':
      return { running, desired: mode.maxConcurrent, completed };
    case 'global-job': {
      const wanted = ofIteration.filter(({ desiredState }) => desiredState === TaskState.Complete);
      return { running, desired: wanted.filter((task) => !isComplete(task)).length, completed };
    }
  }
}
