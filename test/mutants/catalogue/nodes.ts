// Mutants of the store, the dispatcher and the agents.

import type { Mutant } from '../mutant.ts';

export const nodes: readonly Mutant[] = [
  {
    id: 'M-54',
    title: 'an update need not know the newest version',
    file: 'src/manager/control/version.ts',
    anchor: 'if (record.meta.version !== version)',
    replacement: 'if (record.meta.version < version)',
    judge: 'a-stale-version-is-refused',
    within: 1,
  },
  {
    id: 'M-55',
    title: 'the clock gives a record its version',
    file: 'src/store/running.ts',
    anchor: `freeze({ version, createdAt: before.meta.createdAt, updatedAt: now });
      const record = complete[kind](edited, meta);`,
    replacement: `freeze({ version: now, createdAt: before.meta.createdAt, updatedAt: now });
      const record = complete[kind](edited, meta);`,
    judge: 'swarm-faults',
    within: 5,
  },
  {
    id: 'M-63',
    title: 'a new leader expects nothing of the nodes it inherits',
    file: 'src/manager/dispatcher/dispatcher.ts',
    anchor: "for (const node of leader.store.list('node')) awaitNode(leader, state, node);",
    replacement: '',
    judge: 'a-new-leader-waits-for-nodes',
    within: 1,
  },
  {
    id: 'M-64',
    title: 'a new leader waits no longer for the nodes it inherits',
    file: 'src/manager/dispatcher/nodes.ts',
    anchor: 'export const graceUnknown = 6;',
    replacement: 'export const graceUnknown = graceNormal;',
    judge: 'a-new-leader-waits-for-nodes',
    within: 1,
  },
  {
    id: 'M-65',
    title: 'a new leader marks nodes that are down as unknown',
    file: 'src/manager/dispatcher/sessions.ts',
    anchor: `listDown(leader, state, node.id);
    return;`,
    replacement: 'listDown(leader, state, node.id);',
    judge: 'swarm-faults',
    within: 10,
  },
  {
    id: 'M-66',
    title: 'a session that breaks with its leader takes the node down',
    file: 'src/manager/dispatcher/sessions.ts',
    anchor: "draft.status.state = 'unknown';",
    replacement: "draft.status.state = 'down';",
    judge: 'a-new-leader-takes-no-node-down',
    within: 1,
  },
  {
    id: 'M-67',
    title: 'an old session is still good after a new registration',
    file: 'src/manager/dispatcher/nodes.ts',
    anchor: 'if (session === undefined || session.id !== sessionId) {',
    replacement: 'if (session === undefined) {',
    judge: 'an-old-session-is-over',
    within: 1,
  },
  {
    id: 'M-68',
    title: 'a report may take the state of a task back',
    file: 'src/manager/dispatcher/batch.ts',
    anchor: 'if (task === undefined || task.status.state > status.state) return;',
    replacement: 'if (task === undefined) return;',
    judge: 'a-task-never-goes-back',
    within: 1,
  },
  {
    id: 'M-69',
    title: 'an agent that loses its manager stops its tasks',
    file: 'src/agent/session.ts',
    anchor: 'state.sessionError = error;',
    replacement: `state.sessionError = error;
  const none = { appliesTo: 0, resultsIn: 0, secrets: [], removedSecrets: [], configs: [], removedConfigs: [] };
  applyAssignments(context, state, { ...none, type: 'complete', tasks: [], removedTasks: [] });`,
    judge: 'without-managers-containers-run-on',
    within: 1,
  },
  {
    id: 'M-70',
    title: 'an incremental message is taken for the whole truth',
    file: 'src/agent/assignments.ts',
    anchor: "const complete = message.type === 'complete';",
    replacement: 'const complete = true;',
    judge: 'a-change-leaves-other-tasks-alone',
    within: 1,
  },
  {
    id: 'M-71',
    title: 'an agent is first told of no task at all',
    file: 'src/manager/dispatcher/assignments.ts',
    anchor: 'for (const task of store.tasksOfNode(nodeId)) addTask(set, task);',
    replacement: '',
    judge: 'a-returning-swarm-keeps-its-tasks',
    within: 1,
  },
  {
    id: 'M-72',
    title: 'the orphan timer of a node goes on when it returns',
    file: 'src/manager/dispatcher/sessions.ts',
    anchor: `unlistDown(leader, state, nodeId);
  state.unmarked.delete(nodeId);`,
    replacement: 'state.unmarked.delete(nodeId);',
    judge: 'a-node-that-returns-keeps-its-tasks',
    within: 1,
  },
  {
    id: 'M-73',
    title: 'a live session that is opened again counts as a registration',
    file: 'src/manager/dispatcher/sessions.ts',
    anchor: "if (resumes === '') {",
    replacement: "if (resumes === '' || known !== undefined) {",
    judge: 'a-session-may-open-again',
    within: 1,
  },
];
