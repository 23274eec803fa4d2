// What the replicated and the global orchestrator have in common: a restart supervisor, updaters, and a list
// of decided operations, all worked off when the writer calls. Each orchestrator has its own, as in SwarmKit.

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
  type StartTimer,
  watchStarts,
  writeStart,
} from './delay.ts';
import { instanceOf, type RestartHistory, rebuildInstance } from './history.ts';
import { laneJobWritten, writeLaneJob } from './lane.ts';
import { type Operation, perform } from './operation.ts';
import { createRestartSupervisor, type RestartSupervisor } from './restart.ts';
import { groupTasks, statusTime } from './slot.ts';
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
export interface Orchestrator {
  readonly supervisor: RestartSupervisor;
  readonly updates: Updates;
  /** Decided and not yet written, in order. */
  readonly operations: Operation[];
  /** The job that works off what has been queued waits for the writer. */
  ticking: boolean;
}

export type OrchestratorTimer = StartTimer | UpdateTimer;
export type OrchestratorJob = { readonly kind: 'tick' } | StartJob | LaneJob | StatusJob;
export type OrchestratorLeader = Leader<OrchestratorTimer, OrchestratorJob>;

export function createOrchestrator(instances: RestartHistory['instances']): Orchestrator {
  return {
    supervisor: createRestartSupervisor(instances),
    updates: createUpdates(),
    operations: [],
    ticking: false,
  };
}

/**
 * What a new leader makes of the tasks it finds (R-O107): tasks without a service are deleted, parked ones
 * get a new delayed start (the wait for an old task is lost), and the restart history is rebuilt.
 * @param concerns whether a service is this orchestrator's
 * @param mend is called for each of its tasks in ascending ID order
 */
export function takeOver(
  leader: OrchestratorLeader,
  orchestrator: Orchestrator,
  concerns: (service: Service) => boolean,
  mend: (task: Task) => void,
): void {
  const { supervisor, operations } = orchestrator;
  const own: Task[] = [];
  for (const task of leader.store.list('task')) {
    if (task.serviceId === '') continue;
    const service = leader.store.get('service', task.serviceId);
    if (service === undefined) operations.push({ kind: 'delete', taskId: task.id });
    if (service === undefined || !concerns(service)) continue;
    own.push(task);
    mend(task);
    if (task.desiredState !== TaskState.Ready || task.status.state > TaskState.Complete) continue;
    const delay = task.spec.restart?.delay ?? defaultRestartDelay;
    const left = Math.min(delay, statusTime(task) + delay - leader.now());
    if (left > 0) delayStart(leader, supervisor.starts, task, left, undefined);
    else operations.push({ kind: 'desire', taskId: task.id, desiredState: TaskState.Running });
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
export function requestTick(leader: OrchestratorLeader, orchestrator: Orchestrator): void {
  if (orchestrator.ticking) return;
  orchestrator.ticking = true;
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
  leader: OrchestratorLeader,
  orchestrator: Orchestrator,
  tx: Transaction,
  next: () => boolean,
): 'done' | 'again' {
  do {
    while (orchestrator.operations.length > 0) {
      if (tx.full) return 'again';
      const operation = orchestrator.operations.shift();
      if (operation !== undefined) perform(tx, operation, () => leader.newId());
    }
    if (tx.full) return 'again';
  } while (next());
  orchestrator.ticking = false;
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
