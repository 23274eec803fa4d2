// What the orchestrators have in common: a restart supervisor and a list of decided operations, worked off when
// the writer calls; those of services that go on have updaters too. Each orchestrator has its own, as in SwarmKit.

import { defaultRestartDelay } from '../../model/defaults.ts';
import type { Service, Task } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Leader } from '../leader.ts';
import {
  cancelStart,
  delayStart,
  fireStartTimer,
  type StartJob,
  type StartLeader,
  type StartTimer,
  watchStarts,
  writeStart,
} from './delay.ts';
import { countsRestarts, instanceOf, type RestartHistory, rebuildInstance } from './history.ts';
import { laneJobWritten, writeLaneJob } from './lane.ts';
import { type Operation, perform } from './operation.ts';
import { createRestartSupervisor, type RestartSupervisor } from './restart.ts';
import { groupTasks, statusTime } from './slot.ts';
import { goalOf } from './task.ts';
import {
  createUpdates,
  fireUpdateTimer,
  type LaneJob,
  openGate,
  type StatusJob,
  settleUpdates,
  type Updates,
  type UpdateTimer,
  watchUpdates,
  writeStatusJob,
} from './update.ts';

/** Plain data. Dies with the leadership. */
export interface Planner {
  readonly supervisor: RestartSupervisor;
  /** Decided and not yet written, in order. */
  readonly operations: Operation[];
  /** The job that works off what has been queued waits for the writer. */
  ticking: boolean;
}

/** A planner with updaters. */
export interface Orchestrator extends Planner {
  readonly updates: Updates;
}

export type TickJob = { readonly kind: 'tick' };
export type OrchestratorTimer = StartTimer | UpdateTimer;
export type OrchestratorJob = TickJob | StartJob | LaneJob | StatusJob;
export type OrchestratorLeader = Leader<OrchestratorTimer, OrchestratorJob>;

export function createPlanner(instances: RestartHistory['instances']): Planner {
  return { supervisor: createRestartSupervisor(instances), operations: [], ticking: false };
}

export function createOrchestrator(instances: RestartHistory['instances']): Orchestrator {
  return { ...createPlanner(instances), updates: createUpdates() };
}

/**
 * What a new leader makes of the tasks it finds (R-O107): tasks without a service are deleted, parked ones
 * get a new delayed start (the wait for an old task is lost), and the restart history is rebuilt.
 * @param concerns whether a service is this orchestrator's
 * @param mend is called for each of its tasks in ascending ID order
 */
export function takeOver(
  leader: StartLeader,
  { supervisor, operations }: Planner,
  concerns: (service: Service) => boolean,
  mend: (task: Task) => void,
): void {
  const own: Task[] = [];
  for (const task of leader.store.list('task')) {
    if (task.serviceId === '') continue;
    const service = leader.store.get('service', task.serviceId);
    if (service === undefined) operations.push({ kind: 'delete', taskId: task.id });
    if (service === undefined || !concerns(service)) continue;
    if (countsRestarts(service)) own.push(task);
    mend(task);
    if (task.desiredState !== TaskState.Ready || task.status.state > TaskState.Complete) continue;
    const delay = task.spec.restart?.delay ?? defaultRestartDelay;
    const left = Math.min(delay, statusTime(task) + delay - leader.now());
    if (left > 0) delayStart(leader, supervisor.starts, task, left, undefined);
    else operations.push({ kind: 'desire', taskId: task.id, desiredState: goalOf(task) });
  }
  for (const tasks of groupTasks(own, (task) => task.serviceId).values()) {
    for (const instance of groupTasks(tasks, (task) => instanceOf(supervisor.history, task)).values()) {
      rebuildInstance(supervisor.history, instance);
    }
  }
}

/** Shows an event to delayed starts and updaters. */
export function watch(
  leader: OrchestratorLeader,
  { supervisor, updates }: Orchestrator,
  event: StoreEvent,
): void {
  watchStarts(leader, supervisor.starts, event);
  watchUpdates(leader, updates, event);
  if (event.kind === 'task' && event.action === 'remove') {
    cancelStart(leader, supervisor.starts, event.id);
    openGate(leader, updates, event.before.serviceId, event.id);
  }
}

/** Queues the tick, unless it waits already. */
export function requestTick(leader: Leader<never, TickJob>, planner: Planner): void {
  if (planner.ticking) return;
  planner.ticking = true;
  leader.request({ kind: 'tick' });
}

export function fire(
  leader: OrchestratorLeader,
  { supervisor, updates }: Orchestrator,
  timer: OrchestratorTimer,
): void {
  if (timer.kind === 'rest' || timer.kind === 'watch') fireUpdateTimer(leader, updates, timer);
  else fireStartTimer(leader, supervisor.starts, timer);
  settleUpdates(leader, updates);
}

/** Writes any job but the tick. */
export function writeJob(
  leader: OrchestratorLeader,
  { supervisor, updates }: Orchestrator,
  job: Exclude<OrchestratorJob, { readonly kind: 'tick' }>,
  tx: Transaction,
): void {
  if (job.kind === 'start') writeStart(supervisor.starts, job, tx);
  else if (isLaneJob(job)) writeLaneJob(leader, updates, supervisor.starts, job, tx);
  else writeStatusJob(updates, job, tx);
}

/** Goes on after a committed job; its events have been shown before. */
export function afterJob(
  leader: OrchestratorLeader,
  { supervisor, updates }: Orchestrator,
  job: OrchestratorJob,
): void {
  if (job.kind === 'start') {
    // A task that has been parked again meanwhile has not started.
    const started = !supervisor.starts.parked.has(job.taskId);
    if (started) openGate(leader, updates, job.serviceId, job.taskId);
  } else if (isLaneJob(job)) {
    laneJobWritten(leader, updates, job);
  }
  settleUpdates(leader, updates);
}

/**
 * Works off operations and then `next`, which decides on more, until nothing is left or the transaction is
 * full.
 * @param next takes up one queued thing; false when there is none
 */
export function tick(
  leader: Leader<never, never>,
  planner: Planner,
  tx: Transaction,
  next: () => boolean,
): 'done' | 'again' {
  do {
    while (planner.operations.length > 0) {
      if (tx.full) return 'again';
      const operation = planner.operations.shift();
      if (operation !== undefined) perform(tx, operation, () => leader.newId());
    }
    if (tx.full) return 'again';
  } while (next());
  planner.ticking = false;
  return 'done';
}

/** A deleted service takes all its tasks with it, whatever their state (R-O34). */
export function removeTasksOf(reader: Reader, serviceId: string): Operation[] {
  return reader
    .tasksOfService(serviceId)
    .map(({ id }) => ({ kind: 'desire', taskId: id, desiredState: TaskState.Remove }));
}

function isLaneJob(job: OrchestratorJob): job is LaneJob {
  return job.kind === 'update slot' || job.kind === 'stop old';
}
