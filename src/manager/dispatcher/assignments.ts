// What one node is told of its tasks: first all of them, then the changes (R-R175 to R-R177). It keeps what the node knows already
// and what has changed since. It neither sends nor keeps time.

import { equalAssignments } from '../../model/equal.ts';
import type { AssignedFile, AssignedVolume, Assignments } from '../../model/messages.ts';
import type { PublishState, Task, Volume } from '../../model/objects.ts';

import { TaskState } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';

type Change = 'update' | 'remove';

/** The secrets or the configs of a node. */
interface Files {
  /** By file ID, the tasks that use it. */
  readonly users: Map<string, Set<string>>;
  readonly changed: Map<string, Change>;
}

/** Plain data. */
export interface AssignmentSet {
  /** The number of the last message; the next one applies to it. */
  sent: number;
  /** The tasks the node knows or is about to. */
  readonly known: Set<string>;
  readonly changed: Map<string, Change>;
  readonly secrets: Files;
  readonly configs: Files;
  /** The cluster volumes that the node has been told of, or is about to: to have, or to let go. */
  readonly volumes: Map<string, PublishState>;
  readonly changedVolumes: Map<string, Change>;
}

/** The set of a node before its first message, everything it must run marked as changed. */
export function createAssignmentSet(store: Reader, nodeId: string): AssignmentSet {
  const set: AssignmentSet = {
    sent: 0,
    known: new Set(),
    changed: new Map(),
    secrets: { users: new Map(), changed: new Map() },
    configs: { users: new Map(), changed: new Map() },
    volumes: new Map(),
    changedVolumes: new Map(),
  };
  for (const { id, publish } of store.list('volume')) followPlace(set, id, publish, nodeId);
  for (const task of store.tasksOfNode(nodeId)) addTask(set, task);
  return set;
}

/** Follows one change of a task of this node. True when the node must be told something: one modification (R-R176). */
export function followTask(set: AssignmentSet, event: StoreEvent & { readonly kind: 'task' }): boolean {
  if (event.action === 'remove') return removeTask(set, event.before);
  if (!set.known.has(event.id) || event.action === 'create') return addTask(set, event.after);
  const { before, after } = event;
  // Up to assigned, the managers write the state and the node must hear of it; beyond, it is the node's own report (R-R177).
  if (after.status.state <= TaskState.Assigned || !equalAssignments(before, after)) {
    set.changed.set(after.id, 'update');
    return true;
  }
  return after.status.state > TaskState.Running && releaseFiles(set, after);
}

/**
 * Follows where a volume is: a node has it once it is published there, and lets it go when it is told to, or when the volume is gone. True
 * when the node must be told something.
 */
export function followPlace(
  set: AssignmentSet,
  volumeId: string,
  publish: Volume['publish'] | undefined,
  nodeId: string,
): boolean {
  const told = set.volumes.get(volumeId);
  const state = publish?.find((place) => place.nodeId === nodeId)?.state;
  if (state === told || state === 'pending-publish') return false;
  if (state === 'published') set.changedVolumes.set(volumeId, 'update');
  else if (told === 'published' || state === 'pending-node-unpublish') {
    set.changedVolumes.set(volumeId, 'remove');
  }
  if (state === undefined || state === 'pending-unpublish') set.volumes.delete(volumeId);
  else set.volumes.set(volumeId, state);
  return set.changedVolumes.has(volumeId);
}

function addTask(set: AssignmentSet, task: Task): boolean {
  if (task.status.state < TaskState.Assigned) return false;
  set.known.add(task.id);
  set.changed.set(task.id, 'update');
  if (task.status.state <= TaskState.Running) {
    const { secrets, configs } = task.spec.container;
    for (const { id } of secrets) use(set.secrets, id, task.id);
    for (const { id } of configs) use(set.configs, id, task.id);
  }
  return true;
}

function removeTask(set: AssignmentSet, task: Task): boolean {
  if (!set.known.delete(task.id)) return false;
  set.changed.set(task.id, 'remove');
  releaseFiles(set, task);
  return true;
}

function use(files: Files, id: string, taskId: string): void {
  const users = files.users.get(id);
  if (users !== undefined) {
    users.add(taskId);
    return;
  }
  files.users.set(id, new Set([taskId]));
  files.changed.set(id, 'update');
}

/** True when a file has lost its last user. */
function releaseFiles(set: AssignmentSet, task: Task): boolean {
  let released = false;
  for (const { id } of task.spec.container.secrets) released = release(set.secrets, id, task.id) || released;
  for (const { id } of task.spec.container.configs) released = release(set.configs, id, task.id) || released;
  return released;
}

function release(files: Files, id: string, taskId: string): boolean {
  const users = files.users.get(id);
  if (users === undefined || !users.delete(taskId) || users.size > 0) return false;
  files.users.delete(id);
  files.changed.set(id, 'remove');
  return true;
}

/** The next message of the chain, in ascending ID order; nothing is marked as changed after it. */
export function nextAssignments(set: AssignmentSet, store: Reader): Assignments {
  const appliesTo = set.sent;
  set.sent += 1;
  const tasks = take(set.changed, (id) => store.get('task', id));
  const secrets = take(set.secrets.changed, (id) => assignedFile(store, 'secret', id));
  const configs = take(set.configs.changed, (id) => assignedFile(store, 'config', id));
  const volumes = take(set.changedVolumes, (id) => assignedVolume(store, id));
  return {
    type: appliesTo === 0 ? 'complete' : 'incremental',
    appliesTo,
    resultsIn: set.sent,
    tasks: tasks.updated,
    removedTasks: tasks.removed,
    secrets: secrets.updated,
    removedSecrets: secrets.removed,
    configs: configs.updated,
    removedConfigs: configs.removed,
    ...(volumes.updated.length > 0 && { volumes: volumes.updated }),
    ...(volumes.removed.length > 0 && { removedVolumes: volumes.removed }),
  };
}

function assignedVolume(store: Reader, id: string): AssignedVolume | undefined {
  const volume = store.get('volume', id);
  return volume && { id, spec: volume.spec };
}

function assignedFile(store: Reader, kind: 'secret' | 'config', id: string): AssignedFile | undefined {
  const file = store.get(kind, id);
  return file && { id, spec: file.spec };
}

function take<T>(
  changed: Map<string, Change>,
  find: (id: string) => T | undefined,
): { updated: T[]; removed: string[] } {
  const updated: T[] = [];
  const removed: string[] = [];
  for (const [id, change] of [...changed].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (change === 'remove') {
      removed.push(id);
      continue;
    }
    // What is gone from the store already is about to be followed as removed.
    const record = find(id);
    if (record !== undefined) updated.push(record);
  }
  changed.clear();
  return { updated, removed };
}
