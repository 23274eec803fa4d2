// The global orchestrator: one task of each global service on every usable node that meets its constraints
// (orchestration reference, section 3). Services, nodes and failed tasks are worked off in the order in which
// they came.

import type { Node, Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Reactor } from '../leader.ts';
import { isDirty } from './dirty.ts';
import { forgetService } from './history.ts';
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
import { isUnusable, meetsConstraints } from './placement.ts';
import { restart, updatable } from './restart.ts';
import { groupTasks, type Slot } from './slot.ts';
import { raiseDesired } from './task.ts';
import { settleUpdates, startUpdate } from './update.ts';

type Work =
  | { readonly kind: 'restart'; readonly taskId: string }
  | { readonly kind: 'service' | 'service gone' | 'node'; readonly id: string }
  | { readonly kind: 'node gone'; readonly node: Node };

/** Plain data. */
export interface GlobalState extends Orchestrator {
  readonly work: Work[];
}

export type GlobalTimer = OrchestratorTimer;
export type GlobalJob = OrchestratorJob;

export const globalReactor: Reactor<GlobalState, GlobalTimer, GlobalJob> = {
  start(leader) {
    const state: GlobalState = { ...createOrchestrator('nodes'), work: [] };
    takeOver(leader, state, isGlobal, (task) => {
      if (task.desiredState > TaskState.Running) return;
      if (isUnusable(leader.store.get('node', task.nodeId))) shutDown(state, [task]);
      else if (isTerminal(task.status.state)) state.work.push({ kind: 'restart', taskId: task.id });
    });
    for (const service of leader.store.list('service')) {
      if (isGlobal(service)) state.work.push({ kind: 'service', id: service.id });
    }
    requestTick(leader, state);
    return state;
  },

  change(leader, state, event) {
    watch(leader, state, event);
    switch (event.kind) {
      case 'service':
        if (!isGlobal(event.action === 'remove' ? event.before : event.after)) return;
        if (event.action === 'remove') {
          state.work.push({ kind: 'service gone', id: event.id });
          forgetService(state.supervisor.history, event.id);
        } else {
          state.work.push({ kind: 'service', id: event.id });
        }
        return;
      case 'node':
        if (event.action === 'remove') state.work.push({ kind: 'node gone', node: event.before });
        else state.work.push({ kind: 'node', id: event.id });
        return;
      case 'task':
        if (event.action === 'update') queueRestart(leader.store, state, event.after);
    }
  },

  commit(leader, state) {
    // Restarts are queued before the updaters judge the same failures (orchestration reference, 11.8).
    if (state.work.length > 0) requestTick(leader, state);
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
      // As in the replicated orchestrator (R-O113).
      const task = leader.store.get('task', job.taskId);
      if (task !== undefined) queueRestart(leader.store, state, task);
      if (state.work.length > 0) requestTick(leader, state);
    }
    afterJob(leader, state, job);
  },
};

function isGlobal(service: Service): boolean {
  return service.spec.mode.kind === 'global';
}

/**
 * Queues a task that should run and has ended. Tasks that lose their node are shut down with it instead
 * (R-O57).
 */
function queueRestart(reader: Reader, state: GlobalState, task: Task): void {
  if (task.desiredState > TaskState.Running || !isTerminal(task.status.state)) return;
  const service = reader.get('service', task.serviceId);
  if (service !== undefined && isGlobal(service)) state.work.push({ kind: 'restart', taskId: task.id });
}

function next(leader: OrchestratorLeader, state: GlobalState, tx: Transaction): boolean {
  const work = state.work.shift();
  switch (work?.kind) {
    case undefined:
      return false;
    case 'restart':
      restartTask(leader, state, tx, work.taskId);
      return true;
    case 'service': {
      const service = tx.get('service', work.id);
      if (service !== undefined) reconcileService(leader, state, tx, service);
      return true;
    }
    case 'service gone':
      state.operations.push(...removeTasksOf(tx, work.id));
      return true;
    case 'node': {
      const node = tx.get('node', work.id);
      if (node !== undefined) reconcileNode(state, tx, node);
      return true;
    }
    case 'node gone':
      for (const task of globalTasksOf(tx, work.node.id)) {
        state.operations.push({ kind: 'delete', taskId: task.id });
      }
      return true;
  }
}

/** Restarts a task on its node; on one that is paused or no longer fits it only shuts it down (R-O53). */
function restartTask(leader: OrchestratorLeader, state: GlobalState, tx: Transaction, taskId: string): void {
  const task = tx.get('task', taskId);
  if (task === undefined || task.desiredState > TaskState.Running) return;
  const service = tx.get('service', task.serviceId);
  const node = nodeOf(state, tx, task);
  if (service === undefined || node === undefined || isUnusable(node)) return;
  if (node.spec.availability === 'pause' || !fits(service, node)) {
    raiseDesired(tx, taskId, TaskState.Shutdown);
  } else {
    restart(leader, state.supervisor, tx, service, task);
  }
}

/**
 * A node just removed counts until its removal is worked off: what ended with it is replaced, and then
 * deleted (R-O52).
 */
function nodeOf(state: GlobalState, tx: Transaction, { nodeId }: Task): Node | undefined {
  const node = tx.get('node', nodeId);
  if (node !== undefined) return node;
  for (const work of state.work) {
    if (work.kind === 'node gone' && work.node.id === nodeId) return work.node;
  }
  return undefined;
}

function reconcileService(
  leader: OrchestratorLeader,
  state: GlobalState,
  tx: Transaction,
  service: Service,
): void {
  if (!isGlobal(service)) return;
  const slots = new Map<string, Slot>();
  for (const [nodeId, tasks] of groupTasks(tx.tasksOfService(service.id), (task) => task.nodeId)) {
    const slot = updatable(state.supervisor, service, tasks);
    if (slot.length > 0) slots.set(nodeId, slot);
  }
  const updated: Slot[] = [];
  for (const node of tx.list('node')) {
    if (isUnusable(node)) continue;
    const slot = slots.get(node.id);
    slots.delete(node.id);
    if (!fits(service, node)) {
      if (slot !== undefined) shutDown(state, slot);
    } else if (node.spec.availability !== 'pause') {
      if (slot === undefined) add(state, service, node);
      else updated.push(slot);
    }
  }
  for (const slot of slots.values()) shutDown(state, slot);
  // Without any slot a manual rollback stays started (R-O56).
  if (updated.length > 0) startUpdate(leader, state.updates, tx, service, updated);
}

/** Brings one node up to date at once, past the updater (R-O50). */
function reconcileNode(state: GlobalState, tx: Transaction, node: Node): void {
  if (isUnusable(node)) {
    shutDown(state, globalTasksOf(tx, node.id));
    return;
  }
  if (node.spec.availability === 'pause') return;
  const tasks = groupTasks(tx.tasksOfNode(node.id), (task) => task.serviceId);
  for (const service of tx.list('service')) {
    // A node that no longer fits is left to the constraint enforcer.
    if (!isGlobal(service) || !fits(service, node)) continue;
    const slot = updatable(state.supervisor, service, tasks.get(service.id) ?? []);
    const dirty = slot.filter((task) => isDirty(tx, service, task));
    const [clean, ...surplus] = slot.filter((task) => !dirty.includes(task));
    if (clean === undefined) add(state, service, node);
    shutDown(state, [...dirty, ...surplus]);
  }
}

function globalTasksOf(reader: Reader, nodeId: string): Task[] {
  return reader.tasksOfNode(nodeId).filter((task) => {
    const service = reader.get('service', task.serviceId);
    return service !== undefined && isGlobal(service);
  });
}

function fits(service: Service, node: Node): boolean {
  return meetsConstraints(service.spec.task.placement.constraints, node);
}

function add(state: GlobalState, service: Service, node: Node): void {
  state.operations.push({ kind: 'create', serviceId: service.id, place: { slot: 0, nodeId: node.id } });
}

function shutDown(state: GlobalState, tasks: readonly Task[]): void {
  for (const { id } of tasks) {
    state.operations.push({ kind: 'desire', taskId: id, desiredState: TaskState.Shutdown });
  }
}
