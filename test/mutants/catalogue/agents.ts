// Mutants of the agents: what they do to the tasks of their node.

import type { Mutant } from '../mutant.ts';

export const agents: readonly Mutant[] = [
  {
    id: 'S-89',
    title: 'an agent starts a program that failed again by itself',
    file: 'src/agent/task.ts',
    anchor: `if (container.exitCode !== 0) return fail(context, state, local, exitError(container));
  return move(`,
    replacement: `if (container.exitCode !== 0) {
    container.phase = 'created';
    startContainer(context, container);
    return 'busy';
  }
  return move(`,
    judge: 'an-agent-restarts-nothing',
    within: 1,
  },
  {
    id: 'S-90',
    title: 'a program that ends well has failed',
    file: 'src/agent/task.ts',
    anchor: "return move(context, state, local, TaskState.Complete, 'finished');",
    replacement: 'return fail(context, state, local, exitError(container));',
    judge: 'an-end-is-told-as-it-is',
    within: 1,
  },
  {
    id: 'S-91',
    title: 'an agent takes back what was desired of a task',
    file: 'src/agent/task.ts',
    anchor: 'if (assigned.desiredState < local.task.desiredState || equalAssignments(',
    replacement: 'if (equalAssignments(',
    judge: 'what-was-told-to-stop-stays-told',
    within: 1,
  },
  {
    id: 'S-92',
    title: 'an agent starts a task that is only to be ready',
    file: 'src/agent/task.ts',
    anchor: "if (at >= desiredState) return 'parked';",
    replacement: '',
    judge: 'a-parked-task-does-not-start',
    within: 1,
  },
  {
    id: 'S-93',
    title: 'a task is shut down before its program has ended',
    file: 'src/agent/task.ts',
    anchor: "if (container.phase === 'starting' || container.phase === 'running') return 'busy';",
    replacement: '',
    judge: 'a-task-stops-before-it-says-so',
    within: 1,
  },
  {
    id: 'S-94',
    title: 'a task runs before it has been found healthy',
    file: 'src/agent/task.ts',
    anchor: "if (container.health.status === 'starting') return 'busy';",
    replacement: '',
    judge: 'health-comes-before-running',
    within: 1,
  },
  {
    id: 'S-95',
    title: 'a task that could not be prepared has failed and is not rejected',
    file: 'src/agent/task.ts',
    anchor: 'status.state < TaskState.Starting ? TaskState.Rejected : TaskState.Failed;',
    replacement: 'TaskState.Failed;',
    judge: 'a-bad-image-is-rejected',
    within: 1,
  },
  {
    id: 'S-96',
    title: 'a node gives a free port to two tasks',
    file: 'src/agent/task.ts',
    anchor: 'while (taken.has(publishedPort)) publishedPort += 1;',
    replacement: '',
    judge: 'free-ports-are-given-once',
    within: 1,
  },
];
