// What the updater writes into a service's update status (orchestration reference, 5.6). Every write is
// skipped when the service is gone, and all but the first when the status has been reset meanwhile: somebody
// else's update (R-O93).

import type { Service } from '../../model/objects.ts';
import type { Transaction } from '../../store/transaction.ts';
import { applyAutomaticRollback } from './evolution.ts';

export function writeUpdating(tx: Transaction, serviceId: string): void {
  const service = tx.get('service', serviceId);
  if (service === undefined || service.updateStatus !== undefined) return;
  tx.update('service', serviceId, (draft) => {
    draft.updateStatus = { state: 'updating', message: 'update in progress', startedAt: tx.now };
  });
}

export function writePaused(tx: Transaction, serviceId: string, message: string): void {
  if (serviceWithStatus(tx, serviceId) === undefined) return;
  tx.update('service', serviceId, ({ updateStatus }) => {
    if (updateStatus === undefined) return;
    updateStatus.state = updateStatus.state === 'rollback_started' ? 'rollback_paused' : 'paused';
    updateStatus.message = message;
  });
}

export function writeCompleted(tx: Transaction, serviceId: string): void {
  if (serviceWithStatus(tx, serviceId) === undefined) return;
  tx.update('service', serviceId, ({ updateStatus }) => {
    if (updateStatus === undefined) return;
    const rolledBack = updateStatus.state === 'rollback_started';
    updateStatus.state = rolledBack ? 'rollback_completed' : 'completed';
    updateStatus.message = rolledBack ? 'rollback completed' : 'update completed';
    updateStatus.completedAt = tx.now;
  });
}

/**
 * Without a previous spec nothing is written, and the status stays what it is (orchestration reference, 5.7).
 */
export function writeRollback(tx: Transaction, serviceId: string, message: string): void {
  if (serviceWithStatus(tx, serviceId)?.previousSpec === undefined) return;
  tx.update('service', serviceId, (draft) => applyAutomaticRollback(draft, message));
}

function serviceWithStatus(tx: Transaction, serviceId: string): Service | undefined {
  const service = tx.get('service', serviceId);
  return service?.updateStatus === undefined ? undefined : service;
}
