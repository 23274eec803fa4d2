// What the scheduler knows of each node: the tasks it counts there, what they leave free, and who failed there lately (R-S2, R-S15 to R-S20).
// Plain data. A change of these numbers happens here and nowhere else.

import { minute } from '../../model/duration.ts';
import type { Node, Task } from '../../model/objects.ts';
import type { GenericResource, Resources } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import { claim, deduct, giveBack } from './generic.ts';

/** How far back failures count, in microseconds. */
export const failureWindow = 5 * minute;
/** So many failures of one version of a service put a node behind all others (R-S14). */
export const failuresThatDownRank = 5;

/** What the scheduler remembers of a task it counts on a node: enough to take it off again. */
export interface TrackedTask {
  /** Whether it counts for balance and max replicas: its desired state is at most complete (R-S17). */
  active: boolean;
  readonly serviceId: string;
  readonly reservations: Resources;
  readonly hostPorts: readonly string[];
  readonly held: readonly GenericResource[];
}

export interface NodeInfo {
  node: Node;
  readonly tasks: Map<string, TrackedTask>;
  active: number;
  /** Active tasks per service, all spec versions together; no zeros. */
  readonly activeByService: Map<string, number>;
  /** What is left after reservations. Negative when the node has shrunk or tasks were loaded that do not fit (R-G3). */
  nanoCpus: number;
  memoryBytes: number;
  generic: readonly GenericResource[];
  /** `tcp/8080` */
  readonly hostPorts: Set<string>;
  /** Times of recent failures, oldest first, by `failureKey`. */
  readonly failures: Map<string, number[]>;
}

/** By node ID, in ascending order: the order in which nodes are considered. */
export type Nodes = Map<string, NodeInfo>;

const nothing: Resources = { nanoCpus: 0, memoryBytes: 0, generic: [] };
const noPorts: readonly string[] = [];

/** Failures are remembered per service and spec version (R-S15). */
export function failureKey(task: Task): string {
  return `${task.serviceId}/${task.specVersion ?? 0}`;
}

/** The host-mode ports with a fixed number that the task wants, as `protocol/port`. */
export function hostPortsOf(task: Task): readonly string[] {
  const ports = task.endpoint?.ports;
  if (ports === undefined || ports.length === 0) return noPorts;
  return ports
    .filter((port) => port.publishMode === 'host' && port.publishedPort !== 0)
    .map((port) => `${port.protocol}/${port.publishedPort}`);
}

/** What is known of a node without tasks. */
export function newInfo(node: Node): NodeInfo {
  const { nanoCpus, memoryBytes, generic } = node.description?.resources ?? nothing;
  return {
    node,
    tasks: new Map(),
    active: 0,
    activeByService: new Map(),
    nanoCpus,
    memoryBytes,
    generic,
    hostPorts: new Set(),
    failures: new Map(),
  };
}

/** Adds a node that is not known yet, without tasks, or replaces what is known of its own state (R-S18). */
export function putNode(nodes: Nodes, node: Node): void {
  const known = nodes.get(node.id);
  if (known === undefined) {
    insert(nodes, newInfo(node));
    return;
  }
  const offered = node.description?.resources ?? nothing;
  known.node = node;
  known.nanoCpus = offered.nanoCpus;
  known.memoryBytes = offered.memoryBytes;
  known.generic = offered.generic;
  // A node that reports nothing has nothing, whatever its tasks hold.
  if (node.description === undefined) return;
  for (const { reservations, held } of known.tasks.values()) {
    known.nanoCpus -= reservations.nanoCpus;
    known.memoryBytes -= reservations.memoryBytes;
    known.generic = deduct(known.generic, held);
  }
}

/**
 * Counts a task on a node. Of a task that is counted already only the crossing of the boundary between active and not is taken up (R-S17).
 * @returns the generic resources it now holds
 */
export function trackTask(info: NodeInfo, task: Task): readonly GenericResource[] {
  const active = task.desiredState <= TaskState.Complete;
  const known = info.tasks.get(task.id);
  if (known !== undefined) {
    if (known.active !== active) {
      known.active = active;
      countActive(info, known.serviceId, active ? 1 : -1);
    }
    return known.held;
  }
  const { reservations } = task.spec;
  // Claimed anew also when the task brings resources along from an earlier leader's claim, as SwarmKit does.
  const { generic } = reservations;
  const held = generic.length === 0 ? generic : take(info, generic);
  const hostPorts = hostPortsOf(task);
  info.tasks.set(task.id, { active, serviceId: task.serviceId, reservations, hostPorts, held });
  info.nanoCpus -= reservations.nanoCpus;
  info.memoryBytes -= reservations.memoryBytes;
  for (const port of hostPorts) info.hostPorts.add(port);
  if (active) countActive(info, task.serviceId, 1);
  return held;
}

/** Claims generic resources of a node. @returns what it got */
function take(info: NodeInfo, request: readonly GenericResource[]): readonly GenericResource[] {
  const { left, taken } = claim(info.generic, request);
  info.generic = left;
  return taken;
}

/** Takes a task off a node and frees what it held. @returns false when it was not counted there */
export function untrackTask(info: NodeInfo, taskId: string): boolean {
  const known = info.tasks.get(taskId);
  if (known === undefined) return false;
  info.tasks.delete(taskId);
  if (known.active) countActive(info, known.serviceId, -1);
  for (const port of known.hostPorts) info.hostPorts.delete(port);
  info.nanoCpus += known.reservations.nanoCpus;
  info.memoryBytes += known.reservations.memoryBytes;
  if (known.held.length > 0) {
    info.generic = giveBack(info.generic, known.held, info.node.description?.resources.generic ?? []);
  }
  return true;
}

/** Remembers that `task` failed here at `now`, and forgets what is too old to count (R-S15, R-S20). */
export function recordFailure(info: NodeInfo, task: Task, now: number): void {
  for (const [key, times] of info.failures) {
    const recent = times.filter((time) => now - time < failureWindow);
    if (recent.length === 0) info.failures.delete(key);
    else info.failures.set(key, recent);
  }
  const key = failureKey(task);
  info.failures.set(key, [...(info.failures.get(key) ?? []), now]);
}

/** Failures under `key` in the last five minutes; one that is exactly five minutes old still counts (R-S15). */
export function recentFailures(info: NodeInfo, key: string, now: number): number {
  if (info.failures.size === 0) return 0;
  const times = info.failures.get(key);
  if (times === undefined) return 0;
  let count = 0;
  for (const time of times) if (now - time <= failureWindow) count++;
  return count;
}

/** Active tasks of a service on the node. */
export function activeOf(info: NodeInfo, serviceId: string): number {
  return info.activeByService.get(serviceId) ?? 0;
}

function countActive(info: NodeInfo, serviceId: string, change: 1 | -1): void {
  info.active += change;
  const count = activeOf(info, serviceId) + change;
  if (count === 0) info.activeByService.delete(serviceId);
  else info.activeByService.set(serviceId, count);
}

/** Nodes join rarely, so the whole map is put in order again rather than kept in a structure that is always in order. */
function insert(nodes: Nodes, info: NodeInfo): void {
  const { id } = info.node;
  const behind: NodeInfo[] = [];
  for (const other of nodes.values()) if (other.node.id > id) behind.push(other);
  for (const other of behind) nodes.delete(other.node.id);
  nodes.set(id, info);
  for (const other of behind) nodes.set(other.node.id, other);
}
