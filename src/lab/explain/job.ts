// How far a job has come, and what it waits for: its tasks are to end by themselves, so many times in all or once on each node.

import type { Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import { causesOf } from './causes.ts';
import { chainOf, count, type Explanation } from './explanation.ts';
import type { RunRecord } from './record.ts';

/** Of a job, with a manager that leads. */
export function explainJob(record: RunRecord, service: Service): Explanation {
  const { name, mode } = service.spec;
  const iteration = service.jobStatus?.iteration;
  // Only tasks of the current iteration count (R-O59).
  const tasks = [...(record.state()?.tasksOfService(service.id) ?? [])].filter(
    (task) => task.jobIteration === iteration,
  );
  const complete = tasks.filter(({ status }) => status.state === TaskState.Complete);
  const underWay = tasks.filter(isUnderWay);
  const total = mode.kind === 'replicated-job' ? mode.totalCompletions : complete.length + underWay.length;
  const done = `${complete.length} of ${count(total, 'task')} ${total === 1 ? 'is' : 'are'} complete`;
  const most = mode.kind === 'replicated-job' ? ` of at most ${mode.maxConcurrent}` : '';
  const finished = complete.length >= total;
  const line =
    finished && underWay.length === 0
      ? `${name} is done: ${done}.`
      : underWay.length === 0
        ? `${name} stands still: ${done}, and none is under way.`
        : `${name} is under way: ${done}, ${underWay.length} under way${most}.`;
  const ids = new Set(tasks.map(({ id }) => id));
  const last =
    record.changesOf('task').findLast(({ event }) => ids.has(event.id)) ??
    record.changesOf('service').findLast(({ event }) => event.id === service.id);
  return {
    subject: name,
    line,
    chain: chainOf(last === undefined ? [] : causesOf(record, last)),
    rule: finished
      ? { text: 'A task of a job that has ended well is not restarted.', tag: 'src', reference: 'R-O68' }
      : {
          text: 'A job looks at itself when it is created or updated, or one of its tasks ends.',
          tag: 'src',
          reference: 'R-O60',
        },
    next: finished
      ? 'Nothing, until the job is updated: then all of it runs again.'
      : underWay.length === 0
        ? 'Nothing, until the job is updated.'
        : 'The orchestrator creates the next task when one ends, if more are wanted.',
  };
}

function isUnderWay({ desiredState, status }: Task): boolean {
  return desiredState <= TaskState.Complete && !isTerminal(status.state);
}
