// Mutants of jobs.

import type { Mutant } from '../mutant.ts';

const file = 'src/manager/orchestrator/jobs.ts';

export const jobs: readonly Mutant[] = [
  {
    id: 'S-97',
    title: 'a job runs all its tasks at once',
    file,
    anchor: 'unsigned(maxConcurrent - active.length),',
    replacement: 'unsigned(totalCompletions - active.length),',
    judge: 'a-job-runs-so-many-at-a-time',
    within: 1,
  },
  {
    id: 'S-98',
    title: 'the first slot of a job is never filled',
    file,
    anchor: 'for (let slot = 0, added = 0;',
    replacement: 'for (let slot = 1, added = 0;',
    judge: 'a-job-completes-so-often',
    within: 1,
  },
  {
    id: 'S-99',
    title: 'the slots of completed tasks are filled again',
    file,
    anchor: 'new Set([...complete, ...active].map(({ slot }) => slot));',
    replacement: 'new Set(active.map(({ slot }) => slot));',
    judge: 'a-job-completes-so-often',
    within: 1,
  },
  {
    id: 'S-100',
    title: 'failed tasks of a job are not restarted',
    file,
    anchor: 'for (const task of active.filter(hasFailed)) state.restarts.add(task.id);',
    replacement: '',
    judge: 'a-failed-task-of-a-job-is-restarted',
    within: 1,
  },
  {
    id: 'S-101',
    title: 'a global job runs again where it has completed',
    file,
    anchor: 'const counting = current.filter(({ desiredState }) => desiredState <= TaskState.Complete);',
    replacement: 'const counting = current.filter(({ status }) => status.state < TaskState.Complete);',
    judge: 'a-complete-task-of-a-job-stays',
    within: 1,
  },
  {
    id: 'S-102',
    title: 'tasks of an older iteration of a job run on',
    file,
    anchor: 'if (!isTerminal(task.status.state)) state.operations.push(desire(task, TaskState.Remove));',
    replacement: '',
    judge: 'an-updated-job-begins-anew',
    within: 1,
  },
  {
    id: 'S-103',
    title: 'what older iterations of a job have completed counts',
    file,
    anchor: '(task.jobIteration === iterationOf(jobStatus) ? current : older).push(task);',
    replacement:
      '(task.status.state === TaskState.Complete || task.jobIteration === iterationOf(jobStatus) ? current : older).push(task);',
    judge: 'an-updated-job-begins-anew',
    within: 1,
  },
  {
    id: 'S-104',
    title: 'a global job puts tasks on drained nodes',
    file,
    anchor: "if (isUnusable(node)) lost.add(node.id);\n    else if (node.spec.availability === 'active' && ",
    replacement: "if (node.status.state === 'down') lost.add(node.id);\n    else if (",
    judge: 'a-global-job-leaves-drained-nodes',
    within: 1,
  },
];
