// Slots: all tasks that share one slot number of a replicated service, or one node of a global one (R-O20).
// Pure functions.

import type { Task } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';

/** Tasks in ascending ID order; never empty. */
export type Slot = readonly Task[];

/** Groups tasks by key, keys in order of first appearance. */
export function groupTasks<Key>(tasks: readonly Task[], keyOf: (task: Task) => Key): Map<Key, Task[]> {
  const groups = new Map<Key, Task[]>();
  for (const task of tasks) {
    const key = keyOf(task);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [task]);
    else group.push(task);
  }
  return groups;
}

/** When the manager last stored an agent's report of the task, else when its status was written. */
export function statusTime(task: Task): number {
  return task.status.appliedAt ?? task.status.timestamp;
}

/**
 * Orders tasks from the oldest to the newest, by status (R-O21, R-O24). In virtual time two may have the same
 * moment; then the one created later is newer.
 */
export function byAge(a: Task, b: Task): number {
  return statusTime(a) - statusTime(b) || a.meta.createdAt - b.meta.createdAt;
}

/** The newest task of a slot; of several equally new the first. */
export function newest(slot: Slot): Task | undefined {
  let found = slot[0];
  for (const task of slot) {
    if (found !== undefined && byAge(found, task) < 0) found = task;
  }
  return found;
}

/** The tasks of a slot that are meant to run or to get there. */
export function runnable(slot: Slot): Task[] {
  return slot.filter((task) => task.desiredState <= TaskState.Running);
}

/**
 * The order in which slots survive a scale-down: keep the head, remove the tail (R-O40). Running slots go
 * before others, then the first copy on each node before the second; slots without a node, or with several
 * tasks, come last.
 * @param slots in ascending order of slot number
 */
export function scaleDownOrder(slots: readonly Slot[]): Slot[] {
  const runs = (slot: Slot) => slot.some((task) => task.status.state === TaskState.Running);
  const byState = [...slots.filter(runs), ...slots.filter((slot) => !runs(slot))];
  const copies = new Map<string, number>();
  const ranked = byState.map((slot) => {
    const [task] = slot;
    if (task === undefined || slot.length > 1 || task.nodeId === '') return { slot, copy: Infinity };
    const copy = (copies.get(task.nodeId) ?? 0) + 1;
    copies.set(task.nodeId, copy);
    return { slot, copy };
  });
  // `sort` is stable. Two infinities are equal, although their difference is not a number.
  return ranked.sort((a, b) => (a.copy === b.copy ? 0 : a.copy - b.copy)).map(({ slot }) => slot);
}
