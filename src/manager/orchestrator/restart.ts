// The restart supervisor (orchestration reference, section 6): shuts a task down and puts a parked
// replacement in its place, if the policy allows. Each orchestrator has one.

import { defaultRestartDelay } from '../../model/defaults.ts';
import type { Node, Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import { createDelayedStarts, type DelayedStarts, delayStart, type StartLeader } from './delay.ts';
import { countsRestarts, createHistory, mayRestart, type RestartHistory, recordRestart } from './history.ts';
import { newest, runnable, type Slot } from './slot.ts';
import { createTask, type Place, raiseDesired } from './task.ts';

/** Plain data. */
export interface RestartSupervisor {
  readonly history: RestartHistory;
  readonly starts: DelayedStarts;
}

export function createRestartSupervisor(instances: RestartHistory['instances']): RestartSupervisor {
  return { history: createHistory(instances), starts: createDelayedStarts() };
}

/**
 * Replaces a task that has ended, or must leave its node. A task still in its own delayed start is left
 * alone: when that is over the start itself is the event that brings the task back here (R-O113), one attempt
 * per delay.
 */
export function restart(
  leader: StartLeader,
  supervisor: RestartSupervisor,
  tx: Transaction,
  service: Service,
  task: Task,
): void {
  const { history, starts } = supervisor;
  if (starts.parked.has(task.id)) return;
  raiseDesired(tx, task.id, TaskState.Shutdown);
  if (!mayRestart(history, task)) return;
  // From the service as it is now, which may be newer than the dying task (R-O116).
  const replacement = createTask(tx, leader.newId(), service, placeOf(service, task), TaskState.Ready);
  if (countsRestarts(service)) recordRestart(history, replacement);
  const node = tx.get('node', task.nodeId);
  const stops = node?.status.state !== 'down' && !isTerminal(task.status.state);
  delayStart(leader, starts, replacement, restartDelay(task, node), stops ? task : undefined);
}

/** The replacement stays in the slot, or on the node. */
function placeOf({ spec }: Service, { slot, nodeId }: Task): Place {
  const onNode = spec.mode.kind === 'global' || spec.mode.kind === 'global-job';
  return onNode ? { slot: 0, nodeId } : { slot, nodeId: '' };
}

/** The dying task's own delay; a drained node has none (R-O45). */
function restartDelay(task: Task, node: Node | undefined): number {
  if (node?.spec.availability === 'drain') return 0;
  return task.spec.restart?.delay ?? defaultRestartDelay;
}

/**
 * The tasks of a slot that count (R-O21): those meant to run; without any, the newest one if its policy lets
 * it rest, so that a finished task still holds its slot. During a rollback it does not (R-O99). An empty
 * result means: the slot is dead.
 */
export function updatable(supervisor: RestartSupervisor, service: Service, slot: Slot): Slot {
  const live = runnable(slot);
  if (live.length > 0) return live;
  if (service.updateStatus?.state === 'rollback_started') return [];
  const last = newest(slot);
  return last === undefined || mayRestart(supervisor.history, last) ? [] : [last];
}
