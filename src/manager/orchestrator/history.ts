// Which restarts there have been, and whether one more is allowed (orchestration reference, 6.2). Kept in
// memory only; a new leader rebuilds it from the stored tasks. Only replacements whose spec limits the
// attempts are recorded (R-O108).

import type { Service, Task } from '../../model/objects.ts';
import type { RestartPolicy } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import { statusTime } from './slot.ts';

/**
 * Plain data. Records by service, then by instance: the slot number of a replicated service or job, the node of
 * a global service.
 */
export interface RestartHistory {
  readonly instances: 'slots' | 'nodes';
  readonly services: Map<string, Map<string, InstanceHistory>>;
}

interface InstanceHistory {
  /** Of the replacements that are counted here. */
  readonly specVersion: number;
  total: number;
  /** When each replacement was created, ascending; only those whose policy has a window. */
  created: number[];
}

export function createHistory(instances: RestartHistory['instances']): RestartHistory {
  return { instances, services: new Map() };
}

/**
 * Whether the dying task's own policy allows a replacement. Restarts that have left the window of the policy
 * are forgotten for good, also when this is only asked to find out whether a slot is occupied.
 */
export function mayRestart(history: RestartHistory, task: Task): boolean {
  const policy = task.spec.restart;
  if (policy?.condition === 'none') return false;
  if (policy?.condition === 'on-failure' && task.status.state === TaskState.Complete) return false;
  if (policy === undefined || policy.maxAttempts === 0) return true;
  const record = history.services.get(task.serviceId)?.get(instanceOf(history, task));
  if (record === undefined || task.specVersion !== record.specVersion) return true;
  if (!hasWindow(policy)) return record.total < policy.maxAttempts;
  return restartsWithin(record, statusTime(task), policy.window) < policy.maxAttempts;
}

/**
 * Counts the restart that made `replacement`. One of another spec version starts the count anew (R-O108,
 * R-O109).
 */
export function recordRestart(history: RestartHistory, replacement: Task): void {
  const policy = replacement.spec.restart;
  if (policy === undefined || policy.maxAttempts === 0) return;
  let service = history.services.get(replacement.serviceId);
  if (service === undefined) {
    service = new Map();
    history.services.set(replacement.serviceId, service);
  }
  const specVersion = replacement.specVersion ?? 0;
  const instance = instanceOf(history, replacement);
  let record = service.get(instance);
  if (record === undefined || record.specVersion !== specVersion) {
    record = { specVersion, total: 0, created: [] };
    service.set(instance, record);
  }
  record.total += 1;
  if (hasWindow(policy)) record.created.push(replacement.meta.createdAt);
}

/**
 * Whether restarts of the service's tasks are recorded. SwarmKit records those of global jobs where it never
 * looks for them, so their attempts are never used up (R-O66).
 */
export function countsRestarts({ spec }: Service): boolean {
  return spec.mode.kind !== 'global-job';
}

/** Forgets a deleted service. */
export function forgetService(history: RestartHistory, serviceId: string): void {
  history.services.delete(serviceId);
}

/**
 * Rebuilds the record of one instance from its stored tasks: of the highest spec version all but the oldest
 * are restarts (R-O110).
 */
export function rebuildInstance(history: RestartHistory, tasks: readonly Task[]): void {
  const latest = Math.max(...tasks.map((task) => task.specVersion ?? 0));
  const current = tasks.filter((task) => task.specVersion === latest);
  const [, ...restarts] = current.sort((a, b) => a.meta.createdAt - b.meta.createdAt);
  for (const task of restarts) recordRestart(history, task);
}

/** The instance a task belongs to. */
export function instanceOf(history: RestartHistory, task: Task): string {
  return history.instances === 'slots' ? String(task.slot) : task.nodeId;
}

function hasWindow(policy: RestartPolicy): policy is RestartPolicy & { readonly window: number } {
  return policy.window !== undefined && policy.window > 0;
}

/** The recorded restarts strictly between `end - window` and `end`. */
function restartsWithin(record: InstanceHistory, end: number, window: number): number {
  record.created = record.created.filter((created) => created > end - window);
  return record.created.filter((created) => created < end).length;
}
