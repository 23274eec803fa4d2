// What an agent does with what it is told to run (R-R178).

import type { AssignedFile, Assignments } from '../model/messages.ts';
import type { AgentContext } from './context.ts';
import type { AgentState } from './state.ts';
import { removeTask, startTask, updateTask } from './task.ts';
import { applyVolumes } from './volumes.ts';

/** Secrets, configs and volumes first, then tasks. A complete set is the whole truth: what it does not list goes. */
export function applyAssignments(context: AgentContext, state: AgentState, message: Assignments): void {
  const complete = message.type === 'complete';
  applyFiles(state.secrets, complete, message.secrets, message.removedSecrets);
  applyFiles(state.configs, complete, message.configs, message.removedConfigs);
  applyVolumes(context, state, message);
  for (const task of message.tasks) {
    const local = state.tasks.get(task.id);
    if (local === undefined) startTask(context, state, task);
    else updateTask(context, state, local, task);
  }
  const listed = new Set(message.tasks.map(({ id }) => id));
  const gone = complete ? [...state.tasks.keys()].filter((id) => !listed.has(id)) : message.removedTasks;
  for (const id of gone) {
    const local = state.tasks.get(id);
    if (local !== undefined) removeTask(context, state, local);
  }
}

function applyFiles(
  files: Map<string, AssignedFile>,
  complete: boolean,
  assigned: readonly AssignedFile[],
  removed: readonly string[],
): void {
  if (complete) files.clear();
  for (const file of assigned) files.set(file.id, file);
  for (const id of removed) files.delete(id);
}
