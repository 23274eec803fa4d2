// The step from new to pending: a task gets its networks, an address on each, and a copy of its service's endpoint (R-A1 to R-A8).

import type { NetworkAttachment, Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import { freeAddresses, takeAddressOn } from './networks.ts';
import { isServiceAllocated, needsIngress } from './services.ts';
import type { AllocatorState, HeldAddress } from './state.ts';

/** The message of a task that waits for the scheduler. */
export const pendingMessage = 'pending task scheduling';

/** Claims the addresses that the store says a living task has (R-A7). */
export function restoreTask(state: AllocatorState, task: Task): void {
  if (isTerminal(task.status.state)) return;
  const held = task.networks.flatMap(({ networkId, addresses }) =>
    addresses.flatMap((addr) => takeAddressOn(state, networkId, addr) ?? []),
  );
  if (held.length > 0) state.tasks.set(task.id, held);
}

/** Makes a new task pending. @returns why it could not, in the words of the manager's log; undefined when it is done or gone */
export function allocateTask(state: AllocatorState, task: Task, tx: Transaction): string | undefined {
  if (task.status.state >= TaskState.Pending) return undefined;
  const service = task.serviceId === '' ? undefined : tx.get('service', task.serviceId);
  if (task.serviceId !== '') {
    // Logged there, and not tried again before the next event of the task (R-A5).
    if (service === undefined) return undefined;
    if (!isServiceAllocated(state, service)) {
      return `service ${service.id} to which task ${task.id} belongs has pending allocations`;
    }
  }
  const networks = attach(state, task, service, tx);
  if (typeof networks === 'string') return networks;
  const endpoint = service?.endpoint;
  const status = { state: TaskState.Pending, timestamp: tx.now, message: pendingMessage, err: '' };
  tx.assign('task', task.id, { networks, status, ...(endpoint && { endpoint }) });
  return undefined;
}

/** Frees the addresses of a task that has ended or is gone (R-A6). @returns false when it held none */
export function freeTask(state: AllocatorState, taskId: string): boolean {
  const held = state.tasks.get(taskId);
  if (held === undefined) return false;
  freeAddresses(state, held);
  state.tasks.delete(taskId);
  return true;
}

/** Takes an address on each network of the task, or on none of them. */
function attach(
  state: AllocatorState,
  task: Task,
  service: Service | undefined,
  tx: Transaction,
): readonly NetworkAttachment[] | string {
  // Taken over from an earlier leader, which did not get as far as the status.
  if (state.tasks.has(task.id)) return task.networks;
  const attachments = task.networks.length > 0 ? task.networks : networksOf(state, task, service, tx);
  const held: HeldAddress[] = [];
  const networks: NetworkAttachment[] = [];
  let problem: string | undefined;
  for (const { networkId, addresses: requested, aliases } of attachments) {
    if (tx.get('network', networkId) === undefined) problem = `failed to retrieve network ${networkId}`;
    else if (!state.networks.has(networkId)) {
      problem = `network ${networkId} attached to task ${task.id} not allocated yet`;
    }
    if (problem !== undefined) break;
    const address = takeAddressOn(state, networkId, requested[0] ?? '');
    if (address === undefined) {
      problem = 'could not find an available IP';
      break;
    }
    if (address.addr !== '') held.push(address);
    networks.push({ networkId, addresses: address.addr === '' ? [] : [address.addr], aliases });
  }
  if (problem !== undefined) {
    freeAddresses(state, held);
    return problem;
  }
  if (held.length > 0) state.tasks.set(task.id, held);
  return networks;
}

/** The ingress network if the service publishes on it, then the networks of the spec; those not in the store are left out (R-A8). */
function networksOf(
  state: AllocatorState,
  task: Task,
  service: Service | undefined,
  tx: Transaction,
): readonly NetworkAttachment[] {
  const networks: NetworkAttachment[] = [];
  if (service !== undefined && needsIngress(service) && state.ingressId !== '') {
    networks.push({ networkId: state.ingressId, addresses: [], aliases: [] });
  }
  for (const { target, aliases } of task.spec.networks) {
    if (tx.get('network', target) !== undefined) networks.push({ networkId: target, addresses: [], aliases });
  }
  return networks;
}
