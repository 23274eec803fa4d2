// Mutants of the dispatcher, for what it means to nodes and their tasks. Those of sessions across leaders are in nodes.ts.

import type { Mutant } from '../mutant.ts';

export const dispatcherServices: readonly Mutant[] = [
  {
    id: 'S-82',
    title: 'a node is down at the first heartbeat it misses',
    file: 'src/manager/dispatcher/nodes.ts',
    anchor: 'export const graceNormal = 3;',
    replacement: 'export const graceNormal = 1;',
    judge: 'swarm-faults',
    within: 10,
  },
  {
    id: 'S-83',
    title: 'a heartbeat does not start the grace anew',
    file: 'src/manager/dispatcher/sessions.ts',
    anchor: 'const period = restartGrace(leader, found.known, nodeId, state.period, graceNormal);',
    replacement: 'const { period } = state;',
    judge: 'a-heartbeat-is-good-for-three-periods',
    within: 1,
  },
  {
    id: 'S-84',
    title: 'the tasks of a lost node are orphaned after an hour',
    file: 'src/manager/dispatcher/nodes.ts',
    anchor: 'export const orphanTimeout = 24 * hour;',
    replacement: 'export const orphanTimeout = hour;',
    judge: 'a-lost-node-keeps-its-tasks-for-a-day',
    within: 1,
  },
  {
    id: 'S-85',
    title: 'the tasks of a lost node are never orphaned',
    file: 'src/manager/dispatcher/dispatcher.ts',
    anchor: "leader.request({ kind: 'orphan', nodeId: timer.nodeId });",
    replacement: '',
    judge: 'a-lost-node-keeps-its-tasks-for-a-day',
    within: 1,
  },
  {
    id: 'S-86',
    title: 'tasks that have ended are orphaned, too',
    file: 'src/manager/dispatcher/sessions.ts',
    anchor: 'if (status.state < TaskState.Assigned || status.state > TaskState.Running) continue;',
    replacement: 'if (status.state < TaskState.Assigned) continue;',
    judge: 'a-task-that-has-ended-is-no-orphan',
    within: 1,
  },
  {
    id: 'S-87',
    title: 'a node may register without limit',
    file: 'src/manager/dispatcher/nodes.ts',
    anchor: 'known.registrations += 1;',
    replacement: '',
    judge: 'registrations-are-limited',
    within: 1,
  },
  {
    id: 'S-88',
    title: 'a node may report of the tasks of others',
    file: 'src/manager/dispatcher/dispatcher.ts',
    anchor: "if (known.some(({ taskId }) => leader.store.get('task', taskId)?.nodeId !== nodeId)) {",
    replacement: "if (known.some(({ taskId }) => leader.store.get('task', taskId)?.nodeId === undefined)) {",
    judge: 'a-node-reports-of-its-own-tasks',
    within: 1,
  },
];
