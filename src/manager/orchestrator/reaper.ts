// The task reaper: deletes task objects that are to be removed, and the oldest of a slot when it keeps more
// than the history limit allows (orchestration reference, 1.8). Works in batches.

import { defaultTaskHistoryLimit } from '../../model/defaults.ts';
import { millisecond } from '../../model/duration.ts';
import type { Cluster, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Leader, Reactor } from '../leader.ts';
import { byAge } from './slot.ts';

/** From the first event since the last pass to the next pass (R-O23). */
const batchingInterval = 250 * millisecond;
/** With more slots and tasks than this waiting, the pass comes at once. */
const maxWaiting = 1000;

/** Where a task was created: by slot for replicated services, by node for global ones. */
interface Spot {
  readonly serviceId: string;
  readonly slot: number;
  readonly nodeId: string;
}

/** Plain data. */
export interface ReaperState {
  historyLimit: number;
  /**
   * Where history may be over the limit, by a key made of the spot. Only the creation of a task marks one.
   */
  readonly marked: Map<string, Spot>;
  /** Tasks that only wait for the next pass. */
  readonly doomed: Set<string>;
  /** What the pass under way has decided to delete and not yet deleted. */
  deleting: string[];
  timer?: number;
  /** A pass is queued for the writer. */
  passing: boolean;
}

export type ReaperTimer = { readonly kind: 'batch' };
export type ReaperJob = { readonly kind: 'pass' };
type ReaperLeader = Leader<ReaperTimer, ReaperJob>;

export const reaperReactor: Reactor<ReaperState, ReaperTimer, ReaperJob> = {
  start(leader) {
    const { store } = leader;
    const state: ReaperState = {
      historyLimit: store.list('cluster')[0]?.spec.taskHistoryLimit ?? defaultTaskHistoryLimit,
      marked: new Map(),
      doomed: new Set(),
      deleting: [],
      passing: false,
    };
    // History limits are not applied to what is there already (R-O30).
    for (const task of store.list('task')) {
      if (isDoomed(task)) state.doomed.add(task.id);
    }
    if (state.doomed.size > 0) requestPass(leader, state);
    return state;
  },

  change(leader, state, event) {
    if (event.action === 'remove') return;
    if (event.kind === 'cluster') limitChanged(state, event.after);
    else if (event.kind === 'task' && event.action === 'create') mark(state, event.after);
    else if (event.kind !== 'task') return;
    else if (isDoomed(event.after)) state.doomed.add(event.id);

    if (state.passing) return;
    if (state.marked.size + state.doomed.size > maxWaiting) requestPass(leader, state);
    else state.timer ??= leader.later(batchingInterval, { kind: 'batch' });
  },

  commit() {},

  timer(leader, state) {
    delete state.timer;
    if (state.marked.size + state.doomed.size > 0) requestPass(leader, state);
  },

  write(_leader, state, _job, tx) {
    if (state.deleting.length === 0) state.deleting = plan(state, tx);
    while (state.deleting.length > 0) {
      if (tx.full) return 'again';
      const taskId = state.deleting.shift();
      if (taskId !== undefined && tx.get('task', taskId) !== undefined) tx.remove('task', taskId);
    }
    state.passing = false;
    return 'done';
  },

  written() {},
};

function requestPass(leader: ReaperLeader, state: ReaperState): void {
  if (state.timer !== undefined) leader.cancel(state.timer);
  delete state.timer;
  state.passing = true;
  leader.request({ kind: 'pass' });
}

function limitChanged(state: ReaperState, cluster: Cluster): void {
  // Existing history stays until a task is created in its slot (R-O31).
  state.historyLimit = cluster.spec.taskHistoryLimit;
}

function mark(state: ReaperState, { serviceId, slot, nodeId }: Task): void {
  state.marked.set(`${serviceId}/${slot}/${nodeId}`, { serviceId, slot, nodeId });
}

/**
 * Deleted without regard to history: tasks to be removed that run nowhere, and orphans outside any service
 * (R-O29, R-O30).
 */
function isDoomed(task: Task): boolean {
  const { state } = task.status;
  if (task.serviceId === '' && state === TaskState.Orphaned) return true;
  const nowhere = state < TaskState.Assigned || state >= TaskState.Complete;
  return task.desiredState === TaskState.Remove && nowhere;
}

/**
 * Decides what to delete, and clears the marks of the slots looked at, but for those to be looked at again.
 */
function plan(state: ReaperState, tx: Transaction): string[] {
  const deletions = new Set(state.doomed);
  state.doomed.clear();
  for (const [key, spot] of state.marked) {
    const { expired, unfinished } = trim(tx, spot, state.historyLimit);
    for (const taskId of expired) deletions.add(taskId);
    if (!unfinished) state.marked.delete(key);
  }
  return [...deletions];
}

/**
 * Walks the tasks of a slot from the oldest until no more than the limit would be left (R-O24). `unfinished`:
 * more than one task on the way could not be deleted yet (R-O25).
 */
function trim(
  reader: Reader,
  spot: Spot,
  historyLimit: number,
): { readonly expired: readonly string[]; readonly unfinished: boolean } {
  const service = reader.get('service', spot.serviceId);
  const attempts = service?.spec.task.restart?.maxAttempts ?? 0;
  // The restart history is rebuilt from stored tasks, so that many must stay (R-O27, R-O110).
  const limit = attempts > 0 ? attempts + 1 : historyLimit;
  if (service === undefined || limit < 0) return { expired: [], unfinished: false };
  const tasks = [...historyAt(reader, spot, service.spec.mode.kind)].sort(byAge);
  const expired: string[] = [];
  let live = 0;
  for (const task of tasks) {
    if (tasks.length - expired.length <= limit) break;
    if (isDeletable(task)) expired.push(task.id);
    else live += 1;
  }
  return { expired, unfinished: live > 1 };
}

/** The history of jobs is never reaped (R-O28). */
function historyAt(reader: Reader, { serviceId, slot, nodeId }: Spot, mode: string): readonly Task[] {
  if (mode === 'replicated') return reader.tasksOfSlot(serviceId, slot);
  if (mode !== 'global') return [];
  return reader.tasksOfNode(nodeId).filter((task) => task.serviceId === serviceId);
}

/** Over, or never to run. A task that is still stopping is neither. */
function isDeletable({ status, desiredState }: Task): boolean {
  const neverRuns = status.state < TaskState.Assigned && desiredState > TaskState.Running;
  return isTerminal(status.state) || neverRuns;
}
