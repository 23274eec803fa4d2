// The replicated orchestrator: keeps as many slots of each replicated service occupied as the service asks
// for, restarts what ends, moves what must leave its node, and hands occupied slots to the updater
// (orchestration reference, section 2).

import type { Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Reactor } from '../leader.ts';
import { forgetService } from './history.ts';
import type { Operation } from './operation.ts';
import {
  afterJob,
  createOrchestrator,
  fire,
  type Orchestrator,
  type OrchestratorJob,
  type OrchestratorLeader,
  type OrchestratorTimer,
  removeTasksOf,
  requestTick,
  takeOver,
  tick,
  watch,
  writeJob,
} from './orchestrator.ts';
import { isUnusable } from './placement.ts';
import { restart, updatable } from './restart.ts';
import { groupTasks, type Slot, scaleDownOrder } from './slot.ts';
import { settleUpdates, startUpdate } from './update.ts';

/** Plain data. */
export interface ReplicatedState extends Orchestrator {
  /** Deleted services whose tasks are to be removed. */
  readonly deleted: Set<string>;
  /** Tasks to restart, then services to reconcile, each in order of arrival. */
  readonly restarts: Set<string>;
  readonly reconciles: Set<string>;
}

export type ReplicatedTimer = OrchestratorTimer;
export type ReplicatedJob = OrchestratorJob;

export const replicatedReactor: Reactor<ReplicatedState, ReplicatedTimer, ReplicatedJob> = {
  start(leader) {
    const state: ReplicatedState = {
      ...createOrchestrator('slots'),
      deleted: new Set(),
      restarts: new Set(),
      reconciles: new Set(),
    };
    takeOver(leader, state, isReplicated, (task) => queueRestart(leader.store, state, task));
    for (const service of leader.store.list('service')) {
      if (isReplicated(service)) state.reconciles.add(service.id);
    }
    requestTick(leader, state);
    return state;
  },

  change(leader, state, event) {
    watch(leader, state, event);
    switch (event.kind) {
      case 'service':
        serviceChanged(state, event);
        return;
      case 'task':
        if (event.action !== 'remove') {
          queueRestart(leader.store, state, event.after);
        } else if (event.before.desiredState <= TaskState.Running) {
          const service = leader.store.get('service', event.before.serviceId);
          if (service !== undefined && isReplicated(service)) state.reconciles.add(service.id);
        }
        return;
      case 'node':
        if (event.action !== 'remove' && !isUnusable(event.after)) return;
        for (const task of leader.store.tasksOfNode(event.id)) queueRestart(leader.store, state, task);
    }
  },

  commit(leader, state) {
    // Restarts are queued before the updaters judge the same failures (orchestration reference, 11.8).
    if (state.deleted.size + state.restarts.size + state.reconciles.size > 0) requestTick(leader, state);
    settleUpdates(leader, state.updates);
  },

  timer: fire,

  write(leader, state, job, tx) {
    if (job.kind === 'tick') return tick(leader, state, tx, () => next(leader, state, tx));
    writeJob(leader, state, job, tx);
    return 'done';
  },

  written(leader, state, job) {
    if (job.kind === 'start') {
      // The start is an event that brings back a task that died while it was parked (R-O113); but it changes
      // nothing of one that the updater parked although it could run already.
      const task = leader.store.get('task', job.taskId);
      if (task !== undefined) queueRestart(leader.store, state, task);
      if (state.restarts.size > 0) requestTick(leader, state);
    }
    afterJob(leader, state, job);
  },
};

function isReplicated(service: Service): boolean {
  return service.spec.mode.kind === 'replicated';
}

function serviceChanged(
  state: ReplicatedState,
  event: Extract<StoreEvent, { readonly kind: 'service' }>,
): void {
  if (!isReplicated(event.action === 'remove' ? event.before : event.after)) return;
  if (event.action === 'remove') {
    state.deleted.add(event.id);
    state.reconciles.delete(event.id);
    forgetService(state.supervisor.history, event.id);
  } else {
    state.reconciles.add(event.id);
  }
}

/**
 * Queues a task that should run and has ended, or whose node is gone, down or drained (orchestration
 * reference, 2.1).
 */
function queueRestart(reader: Reader, state: ReplicatedState, task: Task): void {
  if (task.desiredState > TaskState.Running) return;
  const service = reader.get('service', task.serviceId);
  if (service === undefined || !isReplicated(service)) return;
  const homeless = task.nodeId !== '' && isUnusable(reader.get('node', task.nodeId));
  if (homeless || isTerminal(task.status.state)) state.restarts.add(task.id);
}

/** Takes up one queued thing: deletions, then restarts, then reconciles (R-O37). */
function next(leader: OrchestratorLeader, state: ReplicatedState, tx: Transaction): boolean {
  for (const serviceId of state.deleted) {
    state.deleted.delete(serviceId);
    state.operations.push(...removeTasksOf(tx, serviceId));
    return true;
  }
  for (const taskId of state.restarts) {
    state.restarts.delete(taskId);
    restartTask(leader, state, tx, taskId);
    return true;
  }
  for (const serviceId of state.reconciles) {
    state.reconciles.delete(serviceId);
    const service = tx.get('service', serviceId);
    if (service !== undefined) reconcile(leader, state, tx, service);
    return true;
  }
  return false;
}

function restartTask(
  leader: OrchestratorLeader,
  state: ReplicatedState,
  tx: Transaction,
  taskId: string,
): void {
  const task = tx.get('task', taskId);
  if (task === undefined || task.desiredState > TaskState.Running) return;
  const service = tx.get('service', task.serviceId);
  if (service !== undefined) restart(leader, state.supervisor, tx, service, task);
}

/** Brings the number of occupied slots to what the service asks for (orchestration reference, 2.2). */
function reconcile(
  leader: OrchestratorLeader,
  state: ReplicatedState,
  tx: Transaction,
  service: Service,
): void {
  const { mode } = service.spec;
  if (mode.kind !== 'replicated') return;
  const occupied = new Map<number, Slot>();
  const dead = new Map<number, Slot>();
  for (const [number, slot] of groupTasks(tx.tasksOfService(service.id), (task) => task.slot)) {
    const counting = updatable(state.supervisor, service, slot);
    if (counting.length > 0) occupied.set(number, counting);
    else dead.set(number, slot);
  }
  const slots = [...occupied].sort(([a], [b]) => a - b).map(([, slot]) => slot);
  const added: Operation[] = [];
  for (let number = 1; occupied.size + added.length < mode.replicas; number++) {
    if (occupied.has(number)) continue;
    // The history of a dead slot that is filled again survives (R-O38).
    dead.delete(number);
    added.push({ kind: 'create', serviceId: service.id, place: { slot: number, nodeId: '' } });
  }
  const order = slots.length > mode.replicas ? scaleDownOrder(slots) : slots;
  startUpdate(leader, state.updates, tx, service, order.slice(0, mode.replicas));
  state.operations.push(
    ...added,
    ...[...dead.values()].flat().map(({ id }) => ({ kind: 'delete', taskId: id }) as const),
    ...order
      .slice(mode.replicas)
      .flat()
      .map(({ id }) => ({ kind: 'desire', taskId: id, desiredState: TaskState.Remove }) as const),
  );
}
