// The job orchestrator: lets the tasks of each job end by themselves, so many times in all or once on each node
// (orchestration reference, section 4). It looks at a job when that is created or updated and when one of its
// tasks ends, and never because of a node (R-O60). Jobs have no updater (R-O70): each update is a new iteration,
// and only tasks of the current one count (R-O59).

import { isJob } from '../../model/job.ts';
import type { Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import { assert } from '../../sim/assert.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Reactor } from '../leader.ts';
import {
  cancelStart,
  fireStartTimer,
  type StartJob,
  type StartLeader,
  type StartTimer,
  writeStart,
} from './delay.ts';
import { forgetService } from './history.ts';
import type { Operation } from './operation.ts';
import {
  createPlanner,
  type Planner,
  removeTasksOf,
  requestTick,
  type TickJob,
  takeOver,
  tick,
} from './orchestrator.ts';
import { isUnusable, meetsConstraints } from './placement.ts';
import { restart } from './restart.ts';
import type { Place } from './task.ts';

/** Plain data. */
export interface JobsState extends Planner {
  /** Deleted jobs whose tasks are to be removed. */
  readonly deleted: Set<string>;
  /** Tasks to restart, then jobs to look at, each in order of arrival. */
  readonly restarts: Set<string>;
  readonly reconciles: Set<string>;
}

export type JobsTimer = StartTimer;
export type JobsJob = TickJob | StartJob;

export const jobsReactor: Reactor<JobsState, JobsTimer, JobsJob> = {
  start(leader) {
    const { store } = leader;
    const state: JobsState = {
      ...createPlanner('slots'),
      deleted: new Set(),
      restarts: new Set(),
      reconciles: new Set(),
    };
    takeOver(leader, state, isJobService, (task) => {
      const mode = store.get('service', task.serviceId)?.spec.mode;
      if (mode?.kind !== 'global-job' || task.desiredState > TaskState.Complete) return;
      if (isUnusable(store.get('node', task.nodeId))) state.operations.push(desire(task, TaskState.Shutdown));
    });
    for (const service of store.list('service')) {
      if (isJobService(service)) state.reconciles.add(service.id);
    }
    requestTick(leader, state);
    return state;
  },

  change(leader, state, event) {
    const { history, starts } = state.supervisor;
    if (event.kind === 'task') {
      // Only what has ended is restarted, so no start waits for an old task; but its own may go.
      if (event.action === 'remove') cancelStart(leader, starts, event.id);
      if (event.action !== 'update' || !hasEnded(event.after)) return;
      const service = leader.store.get('service', event.after.serviceId);
      if (service !== undefined && isJobService(service)) state.reconciles.add(service.id);
    } else if (event.kind === 'service') {
      if (event.action !== 'remove') {
        if (isJobService(event.after)) state.reconciles.add(event.id);
      } else if (isJobService(event.before)) {
        state.deleted.add(event.id);
        state.reconciles.delete(event.id);
        forgetService(history, event.id);
      }
    }
  },

  commit(leader, state) {
    if (state.deleted.size + state.reconciles.size > 0) requestTick(leader, state);
  },

  timer(leader, { supervisor }, timer) {
    fireStartTimer(leader, supervisor.starts, timer);
  },

  write(leader, state, job, tx) {
    if (job.kind === 'tick') return tick(leader, state, tx, () => next(leader, state, tx));
    writeStart(state.supervisor.starts, job, tx);
    return 'done';
  },

  written() {},
};

function isJobService({ spec }: Service): boolean {
  return isJob(spec.mode);
}

/** By itself or by failure, and nobody has dealt with it yet. */
function hasEnded({ desiredState, status }: Task): boolean {
  return isTerminal(status.state) && desiredState <= TaskState.Complete;
}

/** It is to be restarted, if its policy allows. With condition `any`, too, a task that is complete is not (R-O68). */
function hasFailed({ desiredState, status }: Task): boolean {
  return status.state > TaskState.Complete && desiredState <= TaskState.Complete;
}

/** Takes up one queued thing: deletions, then restarts, then reconciles. */
function next(leader: StartLeader, state: JobsState, tx: Transaction): boolean {
  for (const serviceId of state.deleted) {
    state.deleted.delete(serviceId);
    state.operations.push(...removeTasksOf(tx, serviceId));
    return true;
  }
  for (const taskId of state.restarts) {
    state.restarts.delete(taskId);
    const task = tx.get('task', taskId);
    const service = tx.get('service', task?.serviceId ?? '');
    if (task !== undefined && service !== undefined && hasFailed(task))
      restart(leader, state.supervisor, tx, service, task);
    return true;
  }
  for (const serviceId of state.reconciles) {
    state.reconciles.delete(serviceId);
    const service = tx.get('service', serviceId);
    if (service !== undefined) reconcile(state, tx, service);
    return true;
  }
  return false;
}

function reconcile(state: JobsState, tx: Transaction, service: Service): void {
  const { mode } = service.spec;
  if (mode.kind === 'replicated-job') reconcileReplicated(state, tx, service, mode);
  else if (mode.kind === 'global-job') reconcileGlobal(state, tx, service);
}

/**
 * Fills the lowest free slots (orchestration reference, 4.1). A task that was shut down holds none: one that has
 * failed for good is made again whenever another one ends (R-O63).
 */
function reconcileReplicated(
  state: JobsState,
  tx: Transaction,
  service: Service,
  { maxConcurrent, totalCompletions }: { readonly maxConcurrent: number; readonly totalCompletions: number },
): void {
  const { current, older } = iterations(tx, service);
  const complete = current.filter(({ status }) => status.state === TaskState.Complete);
  const active = current.filter(
    ({ status, desiredState }) => status.state !== TaskState.Complete && desiredState <= TaskState.Complete,
  );
  const wanted = Math.min(
    unsigned(maxConcurrent - active.length),
    unsigned(totalCompletions - complete.length - active.length),
  );
  // SwarmKit calls it an underflow, and does nothing at all (R-O61).
  if (wanted > totalCompletions) return;
  const taken = new Set([...complete, ...active].map(({ slot }) => slot));
  for (let slot = 0, added = 0; slot < totalCompletions && added < wanted; slot++) {
    if (taken.has(slot)) continue;
    state.operations.push(create(service, { slot, nodeId: '' }));
    added += 1;
  }
  for (const task of active.filter(hasFailed)) state.restarts.add(task.id);
  // Those that have ended are kept, as history (R-O28).
  for (const task of older) {
    if (!isTerminal(task.status.state)) state.operations.push(desire(task, TaskState.Remove));
  }
}

/** Puts a task on every ready node that has none (orchestration reference, 4.2). */
function reconcileGlobal(state: JobsState, tx: Transaction, service: Service): void {
  const { current, older } = iterations(tx, service);
  const counting = current.filter(({ desiredState }) => desiredState <= TaskState.Complete);
  const served = new Set(counting.map(({ nodeId }) => nodeId));
  const lost = new Set<string>();
  for (const node of tx.list('node')) {
    if (!meetsConstraints(service.spec.task.placement.constraints, node)) continue;
    if (isUnusable(node)) lost.add(node.id);
    else if (node.spec.availability === 'active' && node.status.state === 'ready' && !served.has(node.id)) {
      state.operations.push(create(service, { slot: 0, nodeId: node.id }));
    }
  }
  for (const task of counting.filter(hasFailed)) state.restarts.add(task.id);
  for (const task of older) state.operations.push(desire(task, TaskState.Remove));
  for (const task of counting) {
    if (lost.has(task.nodeId) && !isTerminal(task.status.state)) {
      state.operations.push(desire(task, TaskState.Shutdown));
    }
  }
}

/** The tasks of the iteration in force, and those of all before. */
function iterations(tx: Transaction, { id, jobStatus }: Service): { current: Task[]; older: Task[] } {
  const current: Task[] = [];
  const older: Task[] = [];
  for (const task of tx.tasksOfService(id)) {
    (task.jobIteration === iterationOf(jobStatus) ? current : older).push(task);
  }
  return { current, older };
}

/** A difference as SwarmKit's unsigned numbers have it: below zero it is larger than any count. */
function unsigned(difference: number): number {
  return difference < 0 ? Infinity : difference;
}

function create(service: Service, place: Place): Operation {
  return { kind: 'create', serviceId: service.id, place, jobIteration: iterationOf(service.jobStatus) };
}

function iterationOf(jobStatus: Service['jobStatus']): number {
  assert(jobStatus !== undefined, 'a job has a status from the start');
  return jobStatus.iteration;
}

function desire(task: Task, desiredState: TaskState): Operation {
  return { kind: 'desire', taskId: task.id, desiredState };
}
