// Single changes that an orchestrator has decided on and not yet written. A plan may be larger than one
// transaction takes, so it is kept as data and written as transactions have room (R-R202); each operation
// looks again at what it changes.

import type { TaskState } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import { createTask, goalOf, type Place, raiseDesired } from './task.ts';

export type Operation =
  | {
      readonly kind: 'create';
      readonly serviceId: string;
      readonly place: Place;
      /** Of the job that asked for the task. */
      readonly jobIteration?: number;
    }
  | { readonly kind: 'desire'; readonly taskId: string; readonly desiredState: TaskState }
  | { readonly kind: 'delete'; readonly taskId: string };

/**
 * Writes the operation, or nothing when its object has gone meanwhile, or the job has begun anew. `newId` gives
 * the ID of a created task.
 */
export function perform(tx: Transaction, operation: Operation, newId: () => string): void {
  switch (operation.kind) {
    case 'create': {
      const service = tx.get('service', operation.serviceId);
      if (service === undefined || service.jobStatus?.iteration !== operation.jobIteration) return;
      createTask(tx, newId(), service, operation.place, goalOf(operation));
      return;
    }
    case 'desire':
      raiseDesired(tx, operation.taskId, operation.desiredState);
      return;
    case 'delete':
      if (tx.get('task', operation.taskId) !== undefined) tx.remove('task', operation.taskId);
  }
}
