// How orchestrators make tasks and push them on. A task's spec, slot and node never change afterwards; a
// restart is a new task (R-O4).

import { defaultClusterSpec } from '../../model/defaults.ts';
import type { Service, Task } from '../../model/objects.ts';
import type { LogDriver } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';

/**
 * Where a task belongs: a slot of a replicated service (1, 2, ...; node empty) or job (0, 1, ...), or a node
 * of a global one (slot 0).
 */
export interface Place {
  readonly slot: number;
  readonly nodeId: string;
}

/**
 * `web.2.<id>`, or `web.<node>.<id>` in slot 0, which the first task of a job has too (R-O11). The container
 * has the same name.
 */
export function taskName(serviceName: string, place: Place, taskId: string): string {
  return `${serviceName}.${place.slot === 0 ? place.nodeId : place.slot}.${taskId}`;
}

/** What a task is made to do: a task of a job to end by itself, any other to run (R-O59). */
export function goalOf({ jobIteration }: Pick<Task, 'jobIteration'>): TaskState {
  return jobIteration === undefined ? TaskState.Running : TaskState.Complete;
}

/** Creates a task from the service as it is now (R-O10). One of a job belongs to its iteration (R-O59). */
export function createTask(
  tx: Transaction,
  id: string,
  service: Service,
  place: Place,
  desiredState: TaskState,
): Task {
  const { spec, specVersion, jobStatus } = service;
  const logDriver = spec.task.logDriver ?? defaultLogDriver(tx);
  return tx.create('task', {
    id,
    annotations: { name: taskName(spec.name, place, id), labels: [] },
    serviceAnnotations: { name: spec.name, labels: spec.labels },
    serviceId: service.id,
    slot: place.slot,
    nodeId: place.nodeId,
    spec: spec.task,
    specVersion,
    desiredState,
    status: { state: TaskState.New, timestamp: tx.now, message: 'created', err: '' },
    ...(spec.endpoint && { endpoint: { spec: spec.endpoint, ports: [], virtualIps: [] } }),
    networks: [],
    assignedGenericResources: [],
    ...(jobStatus && { jobIteration: jobStatus.iteration }),
    ...(logDriver && { logDriver }),
  });
}

/** What the cluster has for tasks whose service names none. */
function defaultLogDriver(reader: Reader): LogDriver | undefined {
  return reader.findByName('cluster', defaultClusterSpec.name)?.spec.taskLogDriver;
}

/**
 * Raises a task's desired state; it never goes down (R-O2).
 * @returns false when the task is gone, or already there or beyond
 */
export function raiseDesired(tx: Transaction, taskId: string, desiredState: TaskState): boolean {
  const task = tx.get('task', taskId);
  if (task === undefined || task.desiredState >= desiredState) return false;
  tx.assign('task', taskId, { desiredState });
  return true;
}
