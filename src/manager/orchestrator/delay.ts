// Delayed starts: a replacement is created parked (desired state ready) and may run once its restart delay is
// over and the task it replaces has stopped (orchestration reference, 6.3). A state machine over plain data,
// moved by store events and timers.

import { second } from '../../model/duration.ts';
import type { Task } from '../../model/objects.ts';
import { isTerminal } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Leader } from '../leader.ts';
import { goalOf, raiseDesired } from './task.ts';

/** How long a parked task waits at most for the one it replaces to stop (R-O82). */
export const oldTaskTimeout = 60 * second;

interface DelayedStart {
  /** Tells this delayed start from an earlier one of the same task. */
  readonly id: number;
  readonly serviceId: string;
  /** Present until the delay is over. */
  delayTimer?: number;
  /** Present until the old task has stopped, its node is lost, or the wait has taken too long. */
  old?: { readonly taskId: string; readonly nodeId: string; readonly timer: number };
}

/** Plain data. */
export interface DelayedStarts {
  /** By the parked task. */
  readonly parked: Map<string, DelayedStart>;
  /** From an old task to the one parked behind it: a task is shut down once, so nobody else waits for it. */
  readonly behind: Map<string, string>;
  nextId: number;
}

export interface StartTimer {
  readonly kind: 'restart delay' | 'old task timeout';
  readonly taskId: string;
  readonly start: number;
}

export interface StartJob {
  readonly kind: 'start';
  readonly taskId: string;
  readonly serviceId: string;
  readonly start: number;
}

export type StartLeader = Leader<StartTimer, StartJob>;

export function createDelayedStarts(): DelayedStarts {
  return { parked: new Map(), behind: new Map(), nextId: 0 };
}

/**
 * Starts `task` after `delay`, and after `old` has stopped if that is given and was running when last seen.
 * Replaces an earlier delayed start of the same task.
 */
export function delayStart(
  leader: StartLeader,
  starts: DelayedStarts,
  task: Task,
  delay: number,
  old: Task | undefined,
): void {
  cancelStart(leader, starts, task.id);
  const id = starts.nextId++;
  const start: DelayedStart = { id, serviceId: task.serviceId };
  starts.parked.set(task.id, start);
  const timer = { taskId: task.id, start: id };
  if (delay > 0) start.delayTimer = leader.later(delay, { kind: 'restart delay', ...timer });
  if (old !== undefined && !isTerminal(old.status.state)) {
    // The two waits run side by side from now on (R-O112).
    const timeout = leader.later(oldTaskTimeout, { kind: 'old task timeout', ...timer });
    start.old = { taskId: old.id, nodeId: old.nodeId, timer: timeout };
    starts.behind.set(old.id, task.id);
  }
  startIfDue(leader, starts, task.id);
}

/** Forgets a delayed start, if there is one: its task is gone, or is to wait for something else. */
export function cancelStart(leader: StartLeader, starts: DelayedStarts, taskId: string): void {
  const start = starts.parked.get(taskId);
  if (start === undefined) return;
  if (start.delayTimer !== undefined) leader.cancel(start.delayTimer);
  release(leader, starts, start);
  starts.parked.delete(taskId);
}

/**
 * Lets go of tasks whose predecessor has stopped or lost its node. That the old task was deleted goes
 * unnoticed (R-O112).
 */
export function watchStarts(leader: StartLeader, starts: DelayedStarts, event: StoreEvent): void {
  if (event.kind === 'task' && event.action === 'update' && isTerminal(event.after.status.state)) {
    const taskId = starts.behind.get(event.id);
    if (taskId !== undefined) oldHasGone(leader, starts, taskId);
  }
  if (event.kind !== 'node' || event.action === 'create') return;
  if (event.action === 'update' && event.after.status.state !== 'down') return;
  for (const [taskId, start] of [...starts.parked]) {
    if (start.old?.nodeId === event.id) oldHasGone(leader, starts, taskId);
  }
}

export function fireStartTimer(leader: StartLeader, starts: DelayedStarts, timer: StartTimer): void {
  const start = starts.parked.get(timer.taskId);
  if (start?.id !== timer.start) return;
  if (timer.kind === 'old task timeout') {
    oldHasGone(leader, starts, timer.taskId);
  } else {
    delete start.delayTimer;
    startIfDue(leader, starts, timer.taskId);
  }
}

/** Lets the task run (R-O68), if it still exists and nobody has told it to do otherwise meanwhile. */
export function writeStart(starts: DelayedStarts, job: StartJob, tx: Transaction): void {
  if (starts.parked.get(job.taskId)?.id !== job.start) return;
  starts.parked.delete(job.taskId);
  const task = tx.get('task', job.taskId);
  if (task !== undefined) raiseDesired(tx, task.id, goalOf(task));
}

function oldHasGone(leader: StartLeader, starts: DelayedStarts, taskId: string): void {
  const start = starts.parked.get(taskId);
  if (start?.old === undefined) return;
  release(leader, starts, start);
  startIfDue(leader, starts, taskId);
}

function release(leader: StartLeader, starts: DelayedStarts, start: DelayedStart): void {
  if (start.old === undefined) return;
  leader.cancel(start.old.timer);
  starts.behind.delete(start.old.taskId);
  delete start.old;
}

function startIfDue(leader: StartLeader, starts: DelayedStarts, taskId: string): void {
  const start = starts.parked.get(taskId);
  if (start === undefined || start.delayTimer !== undefined || start.old !== undefined) return;
  leader.request({ kind: 'start', taskId, serviceId: start.serviceId, start: start.id });
}
