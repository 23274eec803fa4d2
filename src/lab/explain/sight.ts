// What the scheduler knew when it looked at a task: the nodes with what was free on them, what it found of each, and who held what.

import type { SwarmWorld } from '../../cluster/types.ts';
import type { FilterName } from '../../manager/scheduler/filter.ts';
import type { NodeInfo } from '../../manager/scheduler/nodes.ts';
import type { SchedulerState } from '../../manager/scheduler/state.ts';
import type { NodeVerdict } from '../../manager/scheduler/verdict.ts';
import { matches, parseConstraints } from '../../model/constraint.ts';
import type { Task } from '../../model/objects.ts';
import type { Reader } from '../../store/reader.ts';
import { reader } from '../../store/store.ts';
import type { NodeRow } from './explanation.ts';
import { managerOn, type RunRecord } from './record.ts';

/** What the scheduler knew when it looked at a task. */
export interface Sight {
  readonly scheduler: SchedulerState;
  readonly store: Reader;
  readonly now: number;
}

/** What the scheduler of a leading manager knows. */
export function sightOf(world: SwarmWorld, host: string): Sight | undefined {
  const manager = managerOn(world, host);
  const scheduler = manager?.leadership?.reactors?.scheduler;
  if (manager === undefined || scheduler === undefined) return undefined;
  return { scheduler, store: reader(manager.store), now: world.now };
}

export function rowsOf(
  record: RunRecord,
  { scheduler }: Sight,
  task: Task,
  verdicts: readonly NodeVerdict[],
  chosen: string,
): readonly NodeRow[] {
  return verdicts.map(({ nodeId, failing, rank }) => ({
    node: record.nodeName(nodeId),
    rejected: failing.map((filter) => reason(filter, task, scheduler.nodes.get(nodeId))),
    failures: rank.failures,
    serviceTasks: rank.serviceTasks,
    allTasks: rank.totalTasks,
    chosen: nodeId === chosen,
  }));
}

function reason(filter: FilterName, task: Task, info: NodeInfo | undefined): string {
  if (info === undefined) return filter;
  switch (filter) {
    case 'ready': {
      const { status, spec } = info.node;
      return status.state === 'ready' ? spec.availability : status.state;
    }
    case 'constraints': {
      const broken = task.spec.placement.constraints.find(
        (constraint) => !matches(parseConstraints([constraint]), info.node),
      );
      return `constraint ${broken ?? ''}`;
    }
    case 'resources': {
      const { nanoCpus, memoryBytes } = task.spec.reservations;
      return nanoCpus > info.nanoCpus
        ? `${portionText(info.nanoCpus, nanoCpus, cpuUnit)} unreserved`
        : memoryBytes > info.memoryBytes
          ? `${portionText(info.memoryBytes, memoryBytes, memoryUnit)} unreserved`
          : filter;
    }
    case 'host ports':
      return 'host port in use';
    case 'max replicas':
      return `has ${info.activeByService.get(task.serviceId) ?? 0}, limit ${task.spec.placement.maxReplicas}`;
    default:
      return filter;
  }
}

/** A unit of resources, and how much of it is one. */
type Unit = readonly [name: string, size: number];

export const cpuUnit: Unit = ['CPU', 1e9];

export const memoryUnit: Unit = ['MiB', 2 ** 20];

/** `0.3 of 0.5 CPU`. */
export function portionText(free: number, wanted: number, [name, size]: Unit): string {
  return `${decimal(free / size)} of ${decimal(wanted / size)} ${name}`;
}

/** With two decimals at most. */
function decimal(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The tasks that reserve CPU, or memory, on a node, with how much. */
export function reservers(
  record: RunRecord,
  { scheduler, store }: Sight,
  nodeId: string,
  cpu: boolean,
): string[] {
  const [name, size] = cpu ? cpuUnit : memoryUnit;
  return [...(scheduler.nodes.get(nodeId)?.tasks ?? [])].flatMap(([taskId, { reservations }]) => {
    const held = cpu ? reservations.nanoCpus : reservations.memoryBytes;
    const task = store.get('task', taskId);
    return held === 0 || task === undefined
      ? []
      : [`${record.taskName(task)}, ${decimal(held / size)} ${name}`];
  });
}

/** `edge.1 on worker1`, for the tasks that hold a host port there. */
export function portHolders(
  record: RunRecord,
  { scheduler, store }: Sight,
  nodeId: string,
  port: string,
): string[] {
  const info = scheduler.nodes.get(nodeId);
  return [...(info?.tasks ?? [])].flatMap(([taskId, { hostPorts }]) => {
    const task = store.get('task', taskId);
    if (task === undefined || !hostPorts.includes(port)) return [];
    return [`${record.taskName(task)} on ${record.nodeName(nodeId)}`];
  });
}
