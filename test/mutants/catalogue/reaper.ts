// Mutants of the reaper.

import type { Mutant } from '../mutant.ts';

export const reaper: readonly Mutant[] = [
  {
    id: 'S-76',
    title: 'the reaper deletes tasks that still run',
    file: 'src/manager/orchestrator/reaper.ts',
    anchor: 'return isTerminal(status.state) || neverRuns;',
    replacement: 'return status.state >= TaskState.Running || neverRuns;',
    judge: 'what-stops-is-not-deleted',
    within: 1,
  },
  {
    id: 'S-77',
    title: 'the reaper keeps one task too many',
    file: 'src/manager/orchestrator/reaper.ts',
    anchor: 'if (tasks.length - expired.length <= limit) break;',
    replacement: 'if (tasks.length - expired.length <= limit + 1) break;',
    judge: 'history-keeps-to-its-limit',
    within: 1,
  },
  {
    id: 'S-78',
    title: 'the reaper deletes the newest tasks first',
    file: 'src/manager/orchestrator/reaper.ts',
    anchor: '.sort(byAge);',
    replacement: '.sort((a, b) => byAge(b, a));',
    judge: 'history-keeps-the-newest',
    within: 1,
  },
  {
    id: 'S-79',
    title: 'the reaper does not keep the tasks by which attempts are counted',
    file: 'src/manager/orchestrator/reaper.ts',
    anchor: 'const limit = attempts > 0 ? attempts + 1 : historyLimit;',
    replacement: 'const limit = historyLimit;',
    judge: 'history-keeps-the-attempts',
    within: 1,
  },
  {
    id: 'S-80',
    title: 'the reaper does not look again where a task was still stopping',
    file: 'src/manager/orchestrator/reaper.ts',
    anchor: 'if (!unfinished) state.marked.delete(key);',
    replacement: 'state.marked.delete(key);',
    judge: 'what-stops-is-not-deleted',
    within: 1,
  },
  {
    id: 'S-81',
    title: 'a task that is to be removed is deleted while it runs',
    file: 'src/manager/orchestrator/reaper.ts',
    anchor: 'return task.desiredState === TaskState.Remove && nowhere;',
    replacement: 'return task.desiredState === TaskState.Remove;',
    judge: 'what-is-removed-stops-first',
    within: 1,
  },
];
