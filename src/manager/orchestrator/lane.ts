// What an updater's worker does to one slot: keeps a task that is up to date already, or replaces the old
// ones, stop-first or start-first (orchestration reference, 5.3 and 5.4). Runs when the writer calls.

import type { Task } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import { type DelayedStarts, delayStart } from './delay.ts';
import { isDirty } from './dirty.ts';
import { runnable, type Slot } from './slot.ts';
import { createTask, raiseDesired } from './task.ts';
import {
  finishLane,
  type Lane,
  type LaneJob,
  type Update,
  type UpdateLeader,
  type Updates,
  updateOf,
} from './update.ts';

/** Takes the next step of a lane that was queued for the writer. */
export function writeLaneJob(
  leader: UpdateLeader,
  updates: Updates,
  starts: DelayedStarts,
  job: LaneJob,
  tx: Transaction,
): void {
  const update = updateOf(updates, job);
  const lane = update?.lanes.get(job.lane);
  const slot = update?.slots[job.lane];
  if (update === undefined || lane === undefined || slot === undefined) return;
  if (job.kind === 'stop old') {
    for (const task of stoppable(tx, slot)) raiseDesired(tx, task.id, TaskState.Shutdown);
    lane.phase = 'done';
    return;
  }
  const clean = slot.filter((task) => !isDirty(tx, update.service, task));
  const kept =
    clean.find((task) => task.desiredState === TaskState.Running) ??
    clean.findLast((task) => task.desiredState < TaskState.Running);
  const parked =
    kept === undefined
      ? replace(leader, update, starts, job.lane, slot, tx)
      : keep(leader, starts, kept, slot, tx);
  if (parked === undefined) {
    lane.phase = 'done';
  } else {
    lane.phase = 'parked';
    lane.taskId = parked.id;
    update.gates.set(parked.id, job.lane);
  }
}

/** The step has been committed. */
export function laneJobWritten(leader: UpdateLeader, updates: Updates, job: LaneJob): void {
  const update = updateOf(updates, job);
  const lane: Lane | undefined = update?.lanes.get(job.lane);
  if (update !== undefined && lane?.phase === 'done') finishLane(leader, updates, update, job.lane, lane);
}

/**
 * Trims the slot to a task that is up to date, and lets it start if it is parked.
 * @returns the parked task to wait for
 */
function keep(
  leader: UpdateLeader,
  starts: DelayedStarts,
  kept: Task,
  slot: Slot,
  tx: Transaction,
): Task | undefined {
  const others = slot.filter((task) => task !== kept);
  const old = stoppable(tx, others);
  if (old.length === 0 && runnable(others).length > 0) return undefined;
  for (const task of old) raiseDesired(tx, task.id, TaskState.Shutdown);
  if (kept.desiredState === TaskState.Running) return undefined;
  delayStart(leader, starts, kept, 0, old.at(-1));
  return kept;
}

/**
 * Makes a task from the new spec. Stop-first shuts the old ones down in the same transaction; when others
 * have done so already, they have replaced them too, and the slot is skipped (R-O116).
 * @returns the parked task to wait for
 */
function replace(
  leader: UpdateLeader,
  update: Update,
  starts: DelayedStarts,
  lane: number,
  slot: Slot,
  tx: Transaction,
): Task | undefined {
  const [first] = slot;
  const { service } = update;
  if (first === undefined || tx.get('service', service.id) === undefined) return undefined;
  const stopFirst = update.config.order === 'stop-first';
  const old = stopFirst ? stoppable(tx, slot) : [];
  if (stopFirst && old.length === 0 && runnable(slot).length > 0) return undefined;
  const nodeId = service.spec.mode.kind === 'global' ? first.nodeId : '';
  const place = { slot: first.slot, nodeId };
  const task = createTask(tx, leader.newId(), service, place, TaskState.Ready);
  update.made.set(task.id, { lane });
  for (const { id } of old) raiseDesired(tx, id, TaskState.Shutdown);
  // Of several old tasks the last one is waited for (R-O83).
  delayStart(leader, starts, task, 0, old.at(-1));
  return task;
}

/** The tasks of a slot, as they were when the updater started, that nobody has shut down or deleted since. */
function stoppable(tx: Transaction, slot: Slot): Task[] {
  return runnable(slot).filter((task) => {
    const now = tx.get('task', task.id);
    return now !== undefined && now.desiredState <= TaskState.Running;
  });
}
