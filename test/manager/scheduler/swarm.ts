// A scheduler on a stage, and the few things its tests say again and again: tasks that wait, how many run where, and why one does not.

import { type SchedulerState, schedulerReactor } from '../../../src/manager/scheduler/scheduler.ts';
import { millisecond } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import {
  type Fresh,
  makeNode,
  makeService,
  makeTask,
  type NodeFields,
  type ServiceFields,
  type TaskFields,
} from '../fixtures.ts';
import { createStage, type Stage } from '../stage.ts';

export const gibibyte = 1024 ** 3;

export interface Swarm extends Stage {
  /** The scheduler's own state. */
  readonly state: () => SchedulerState;
}

/** Starts a scheduler on what `before` writes, and with it whatever else of a leader the test is about. */
export function createSwarm(
  before: (tx: Transaction) => void = () => {},
  others: Parameters<typeof createStage>[0] = {},
): Swarm {
  let state: SchedulerState | undefined;
  const reactor: typeof schedulerReactor = {
    ...schedulerReactor,
    start(leader) {
      state = schedulerReactor.start(leader);
      return state;
    },
  };
  const stage = createStage({ scheduler: reactor, ...others }, before);
  return {
    ...stage,
    state() {
      if (state === undefined) throw new Error('the scheduler has not started');
      return state;
    },
  };
}

/** Ready and active nodes. */
export function addNodes(tx: Transaction, ...nodes: readonly (string | NodeFields)[]): void {
  for (const node of nodes) tx.create('node', makeNode(typeof node === 'string' ? { id: node } : node));
}

export function addService(tx: Transaction, fields: ServiceFields): Fresh<'service'> {
  const service = makeService(fields);
  tx.create('service', service);
  return service;
}

/** Tasks of `service` that the allocator is done with, from slot `first` on; IDs are service, version and slot. */
export function addPending(
  tx: Transaction,
  service: Fresh<'service'>,
  count: number,
  { first = 1, ...fields }: Partial<TaskFields> & { readonly first?: number } = {},
): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const slot = first + index;
    const id = `${service.id}.${service.specVersion}.${String(slot).padStart(4, '0')}`;
    const status = { message: 'pending task scheduling' };
    tx.create('task', makeTask({ id, service, slot, state: TaskState.Pending, status, ...fields }));
    return id;
  });
}

/** Running tasks of `service` on `nodeId`. */
export function addRunning(
  tx: Transaction,
  service: Fresh<'service'>,
  nodeId: string,
  count: number,
  fields: Partial<TaskFields> = {},
): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const id = fields.id ?? `${service.id}.on.${nodeId}.${index}`;
    tx.create('task', makeTask({ slot: 1000 + index, service, nodeId, ...fields, id }));
    return id;
  });
}

/** Marks tasks as failed, as an agent and the orchestrator do. */
export function fail(tx: Transaction, ids: readonly string[]): void {
  for (const id of ids) {
    tx.update('task', id, (draft) => {
      draft.status.state = TaskState.Failed;
      draft.desiredState = TaskState.Shutdown;
    });
  }
}

/** Time for one pass after the last commit. */
export function settle(stage: Stage): void {
  stage.advance(200 * millisecond);
}

/** Placed tasks of a service per node, on those nodes that have any. */
export function placed(stage: Stage, serviceId: string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const task of stage.store.tasksOfService(serviceId)) {
    if (task.status.state !== TaskState.Assigned) continue;
    counts.set(task.nodeId, (counts.get(task.nodeId) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort());
}

/** The different errors of tasks of a service that wait. */
export function errors(stage: Stage, serviceId: string): readonly string[] {
  const waiting = stage.store.tasksOfService(serviceId).filter(isWaiting);
  return [...new Set(waiting.map(({ status }) => status.err))];
}

export function isWaiting(task: Task): boolean {
  return task.status.state === TaskState.Pending;
}

/** A task that is in the store. */
export function task(swarm: Swarm, id: string): Task {
  const found = swarm.store.get('task', id);
  if (found === undefined) throw new Error(`no task ${id}`);
  return found;
}

export function setAvailability(
  tx: Transaction,
  id: string,
  availability: 'active' | 'pause' | 'drain',
): void {
  tx.update('node', id, (draft) => {
    draft.spec.availability = availability;
  });
}

/** A change of a node that means nothing to anybody. */
export function touchNode(tx: Transaction, id: string): void {
  tx.update('node', id, (draft) => {
    draft.spec.labels = [['touched', String(tx.now)]];
  });
}
