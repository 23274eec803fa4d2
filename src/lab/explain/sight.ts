// What the scheduler knew when it looked at a task: the nodes with what was free on them, and who held what.

import type { SwarmWorld } from '../../cluster/types.ts';
import type { SchedulerState } from '../../manager/scheduler/state.ts';
import type { Reader } from '../../store/reader.ts';
import { reader } from '../../store/store.ts';
import { cpuUnit, decimal, memoryUnit } from './findings.ts';
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

/** The tasks that reserve CPU, or memory, on a node, with how much. */
export function reservers(
  record: RunRecord,
  { scheduler, store }: Sight,
  nodeId: string,
  what: 'cpu' | 'memory',
): string[] {
  const [name, size] = what === 'cpu' ? cpuUnit : memoryUnit;
  return [...(scheduler.nodes.get(nodeId)?.tasks ?? [])].flatMap(([taskId, { reservations }]) => {
    const held = what === 'cpu' ? reservations.nanoCpus : reservations.memoryBytes;
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
