// What the dispatcher has to write: node states and task statuses, gathered and written together every 100 ms (R-R183).
// Newest wins; nothing is decided here but what a newer status may replace.

import { castDraft } from 'immer';
import { millisecond } from '../../model/duration.ts';
import type { NodeDescription, TaskStatus } from '../../model/objects.ts';
import type { NodeState } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { DispatcherLeader } from './leader.ts';

/** Between two writes, microseconds. */
export const batchInterval = 100 * millisecond;
/** So many queued updates are written at once. */
export const batchLimit = 10_000;

export interface NodeUpdate {
  readonly state: NodeState;
  readonly message: string;
  /** Absent: the node has said nothing of itself, it was found silent. */
  readonly said?: { readonly addr: string; readonly description: NodeDescription };
}

/** A session call that waits until its node is written as ready (R-R161). */
export interface Registration {
  readonly nodeId: string;
  readonly route: readonly string[];
  readonly call: number;
  /** The live session that is opened again; empty when a new one is asked for. */
  readonly resumes: string;
}

interface Updates {
  readonly tasks: Map<string, TaskStatus>;
  readonly nodes: Map<string, NodeUpdate>;
  /** By volume ID, the nodes that have let it go. */
  readonly unpublished: Map<string, Set<string>>;
  readonly registrations: Registration[];
}

/** Plain data. */
export interface Batch {
  queued: Updates;
  /** Handed to the writer; undefined when nothing is. */
  writing: Updates | undefined;
  /** When the last write ended, this manager's clock: the ticks are counted from there. */
  wroteAt: number;
  /** The timer of the next tick, when something waits for it. */
  timer: number | undefined;
}

export function createBatch(now: number): Batch {
  return { queued: emptyUpdates(), writing: undefined, wroteAt: now, timer: undefined };
}

function emptyUpdates(): Updates {
  return { tasks: new Map(), nodes: new Map(), unpublished: new Map(), registrations: [] };
}

/** How much there is to write. */
export function countUpdates({ tasks, nodes, unpublished }: Updates): number {
  return tasks.size + nodes.size + unpublished.size;
}

/** Microseconds from `now` to the next tick: ticks come every 100 ms whether there is something to write or not. */
function untilTick(batch: Batch, now: number): number {
  return batchInterval - (Math.max(0, now - batch.wroteAt) % batchInterval);
}

/** Writes until all is written or the transaction is full; what is written leaves the batch. */
export function writeBatch(updates: Updates, tx: Transaction, managerId: string): 'done' | 'again' {
  for (const [taskId, status] of updates.tasks) {
    if (tx.full) return 'again';
    writeStatus(tx, taskId, status, managerId);
    updates.tasks.delete(taskId);
  }
  for (const [nodeId, update] of updates.nodes) {
    if (tx.full) return 'again';
    writeNode(tx, nodeId, update);
    updates.nodes.delete(nodeId);
  }
  for (const [volumeId, nodeIds] of updates.unpublished) {
    if (tx.full) return 'again';
    writeUnpublished(tx, volumeId, nodeIds);
    updates.unpublished.delete(volumeId);
  }
  return 'done';
}

function writeUnpublished(tx: Transaction, volumeId: string, nodeIds: ReadonlySet<string>): void {
  if (tx.get('volume', volumeId) === undefined) return;
  tx.update('volume', volumeId, (draft) => {
    for (const status of draft.publish) {
      if (nodeIds.has(status.nodeId) && status.state === 'pending-node-unpublish') {
        status.state = 'pending-unpublish';
      }
    }
  });
}

function writeStatus(tx: Transaction, taskId: string, status: TaskStatus, managerId: string): void {
  const task = tx.get('task', taskId);
  // A task's state only goes forward (R-O1). An equal one is written again even if nothing in it is new (R-R183).
  if (task === undefined || task.status.state > status.state) return;
  tx.assign('task', taskId, { status: { ...status, appliedAt: tx.now, appliedBy: managerId } });
}

function writeNode(tx: Transaction, nodeId: string, update: NodeUpdate): void {
  if (tx.get('node', nodeId) === undefined) return;
  tx.update('node', nodeId, (draft) => {
    draft.status.state = update.state;
    draft.status.message = update.message;
    if (update.said !== undefined) {
      draft.status.addr = update.said.addr;
      draft.description = castDraft(update.said.description);
    }
  });
}

/** Sees to it that what is queued gets written: at once when there is much of it, else at the next tick (R-R183). */
export function armBatch(leader: DispatcherLeader, batch: Batch): void {
  const queued = countUpdates(batch.queued);
  if (queued === 0 || batch.writing !== undefined) return;
  if (queued >= batchLimit) {
    if (batch.timer !== undefined) leader.cancel(batch.timer);
    batch.timer = undefined;
    flush(leader, batch);
  } else {
    batch.timer ??= leader.later(untilTick(batch, leader.now()), { kind: 'batch' });
  }
}

/** Hands what is queued to the writer. */
export function flush(leader: DispatcherLeader, batch: Batch): void {
  batch.writing = batch.queued;
  batch.queued = emptyUpdates();
  leader.request({ kind: 'batch' });
}
