// What the scheduler remembers while its manager leads (R-S2), and how committed changes alter it (R-S3, table 1.2).
// Plain data; it dies with the leadership. Deciding is pass.ts, timing is scheduler.ts.

import type { Node, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';
import { type Nodes, newInfo, putNode, recordFailure, trackTask, untrackTask } from './nodes.ts';
import type { Pass } from './pass.ts';
import { loadVolumes, releaseVolumes, takeVolume, type Volumes } from './volumes.ts';

/** The last the scheduler knows of a tracked task: where it counts it, and the state in which it last saw it. */
export interface KnownTask {
  nodeId: string;
  state: TaskState;
}

export interface SchedulerState {
  /** Tasks that wait for a node, by ID. */
  readonly queue: Map<string, Task>;
  /** Pending tasks that came with a node, by ID. */
  readonly preassigned: Map<string, Task>;
  /** IDs of tasks ever seen pending with a node and not yet deleted: their failures do not count (R-S20). */
  readonly preassignedMarks: Set<string>;
  readonly known: Map<string, KnownTask>;
  readonly nodes: Nodes;
  readonly volumes: Volumes;
  /** Something happened that may let a queued task be placed. */
  tickWanted: boolean;
  /** Running since the first commit marker of a burst (R-S5). */
  debounce: Debounce | undefined;
  /** The pass that is being decided and committed. Until it has ended everything else waits in `inbox`, as it would on SwarmKit's event loop. */
  pass: Pass | undefined;
  inbox: Intake[];
}

export interface Debounce {
  timerId: number;
  readonly since: number;
}

/** What waits for the end of a pass. */
export type Intake = { readonly kind: 'event'; readonly event: StoreEvent } | { readonly kind: 'commit' };

/** Loads one consistent state of the store (R-S3). */
export function loadState(store: Reader): SchedulerState {
  const state: SchedulerState = {
    queue: new Map(),
    preassigned: new Map(),
    preassignedMarks: new Set(),
    known: new Map(),
    nodes: new Map(),
    volumes: loadVolumes(store),
    tickWanted: false,
    debounce: undefined,
    pass: undefined,
    inbox: [],
  };
  for (const node of store.list('node')) state.nodes.set(node.id, newInfo(node));
  for (const task of store.list('task')) {
    const { state: observed } = task.status;
    if (!isTracked(observed)) continue;
    if (observed === TaskState.Pending && task.desiredState > TaskState.Complete) continue;
    takeIn(state, task);
  }
  return state;
}

/** Takes up one committed change (table 1.2). */
export function takeEvent(state: SchedulerState, event: StoreEvent, now: number): void {
  switch (event.kind) {
    case 'task':
      if (event.action === 'create') takeCreatedTask(state, event.after);
      else if (event.action === 'update') takeUpdatedTask(state, event.after, now);
      else takeRemovedTask(state, event.before);
      return;
    case 'node':
      if (event.action === 'remove') state.nodes.delete(event.id);
      else takeNode(state, event.after);
      return;
    case 'volume':
      if (takeVolume(state.volumes, event)) state.tickWanted = true;
      return;
    default:
      return;
  }
}

/** Stops counting a task anywhere. It stays in the queue if it is there (R-S33). @returns true when it was counted on a known node */
export function forget(state: SchedulerState, taskId: string, nodeId: string): boolean {
  state.known.delete(taskId);
  state.preassigned.delete(taskId);
  releaseVolumes(state.volumes, taskId);
  const info = state.nodes.get(nodeId);
  return info !== undefined && untrackTask(info, taskId);
}

/** Takes down where a task is counted and in which state. */
export function remember(state: SchedulerState, taskId: string, nodeId: string, taskState: TaskState): void {
  const known = state.known.get(taskId);
  if (known === undefined) {
    state.known.set(taskId, { nodeId, state: taskState });
  } else {
    known.nodeId = nodeId;
    known.state = taskState;
  }
}

function takeCreatedTask(state: SchedulerState, task: Task): void {
  if (isTracked(task.status.state)) takeIn(state, task);
}

function takeUpdatedTask(state: SchedulerState, task: Task, now: number): void {
  const { state: observed } = task.status;
  if (observed < TaskState.Pending) return;
  const known = state.known.get(task.id);
  if (isTerminal(observed)) {
    if (known === undefined) return;
    const info = state.nodes.get(task.nodeId);
    const failed = observed === TaskState.Failed || observed === TaskState.Rejected;
    if (failed && observed !== known.state && info !== undefined && !state.preassignedMarks.has(task.id)) {
      recordFailure(info, task, now);
    }
    forget(state, task.id, known.nodeId);
    state.queue.delete(task.id);
    state.tickWanted = true;
    return;
  }
  // A task that is pending, placed or not, has been told of anew: the old copy goes. One that is further along has only moved on.
  const fresh = task.nodeId === '' || observed === TaskState.Pending;
  if (fresh && known !== undefined) forget(state, task.id, known.nodeId);
  takeIn(state, task);
}

function takeRemovedTask(state: SchedulerState, task: Task): void {
  const counted = forget(state, task.id, task.nodeId);
  state.preassignedMarks.delete(task.id);
  if (counted) state.tickWanted = true;
}

function takeNode(state: SchedulerState, node: Node): void {
  putNode(state.nodes, node);
  state.tickWanted = true;
}

/** Files a task that is pending or further, and not at its end, where it belongs. */
function takeIn(state: SchedulerState, task: Task): void {
  remember(state, task.id, task.nodeId, task.status.state);
  if (task.nodeId === '') {
    state.queue.set(task.id, task);
    state.tickWanted = true;
  } else if (task.status.state === TaskState.Pending) {
    state.preassignedMarks.add(task.id);
    state.preassigned.set(task.id, task);
  } else {
    state.queue.delete(task.id);
    const info = state.nodes.get(task.nodeId);
    if (info !== undefined) trackTask(info, task);
  }
}

function isTracked(state: TaskState): boolean {
  return state >= TaskState.Pending && !isTerminal(state);
}
