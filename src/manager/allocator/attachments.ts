// The load-balancer addresses of nodes: one on the ingress network and one on every overlay network that a living task of the node
// uses (R-A50 to R-A52).

import type { Node, Task } from '../../model/objects.ts';
import { isTerminal } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import { freeAddresses, takeAddressOn } from './networks.ts';
import type { AllocatorState, HeldAddress } from './state.ts';

/** Claims the addresses that the store says a node has (R-A7). */
export function restoreNode(state: AllocatorState, node: Node): void {
  const held = node.attachments.flatMap(({ networkId, addresses }) =>
    addresses.flatMap((addr) => takeAddressOn(state, networkId, addr) ?? []),
  );
  state.nodes.set(node.id, held);
}

/** Counts (+1) or no longer counts (-1) the networks of a task as in use on its node. @returns true when that changes which are in use */
export function countNetworks(state: AllocatorState, task: Task, change: 1 | -1): boolean {
  if (!usesNetworks(task)) return false;
  const counts = state.inUse.get(task.nodeId) ?? new Map<string, number>();
  state.inUse.set(task.nodeId, counts);
  let changed = false;
  for (const { networkId } of task.networks) {
    const before = counts.get(networkId) ?? 0;
    const after = before + change;
    if (after === 0) counts.delete(networkId);
    else counts.set(networkId, after);
    changed ||= before === 0 || after === 0;
  }
  if (counts.size === 0) state.inUse.delete(task.nodeId);
  return changed;
}

/** Whether a task makes its node take part in the task's networks; the desired state is of no account. */
export function usesNetworks(task: Task): boolean {
  return task.nodeId !== '' && task.networks.length > 0 && !isTerminal(task.status.state);
}

/** Whether a node has anything to gain or to lose. */
export function needsAllocation(state: AllocatorState, nodeId: string): boolean {
  const held = state.nodes.get(nodeId) ?? [];
  const wanted = wantedNetworks(state, nodeId);
  return (
    held.length !== wanted.length ||
    held.some(({ networkId }) => !wanted.includes(networkId)) ||
    state.failedNodes.has(nodeId)
  );
}

/** Gives a node the addresses it lacks and takes those it no longer needs. */
export function allocateNode(state: AllocatorState, node: Node, tx: Transaction): void {
  const before = state.nodes.get(node.id) ?? [];
  const wanted = wantedNetworks(state, node.id);
  const held: HeldAddress[] = before.filter(({ networkId }) => wanted.includes(networkId));
  const released = before.filter(({ networkId }) => !wanted.includes(networkId));
  state.failedNodes.delete(node.id);
  for (const networkId of wanted) {
    if (held.some((attachment) => attachment.networkId === networkId)) continue;
    const address = takeAddressOn(state, networkId, '');
    if (address === undefined) state.failedNodes.add(node.id);
    else held.push(address);
  }
  if (released.length > 0) {
    freeAddresses(state, released);
    state.deallocated = true;
  }
  state.nodes.set(node.id, held);
  const attachments = held.map(({ networkId, addr }) => ({ networkId, addresses: [addr], aliases: [] }));
  const unchanged =
    attachments.length === node.attachments.length &&
    attachments.every(
      ({ networkId, addresses }, index) =>
        node.attachments[index]?.networkId === networkId &&
        node.attachments[index]?.addresses[0] === addresses[0],
    );
  if (unchanged) return;
  tx.update('node', node.id, (draft) => {
    draft.attachments = attachments;
  });
}

export function freeNode(state: AllocatorState, nodeId: string): void {
  freeAddresses(state, state.nodes.get(nodeId) ?? []);
  state.nodes.delete(nodeId);
  state.failedNodes.delete(nodeId);
}

/** Ingress first, then by network ID. */
function wantedNetworks(state: AllocatorState, nodeId: string): readonly string[] {
  const used = [...(state.inUse.get(nodeId)?.keys() ?? [])]
    .filter((id) => id !== state.ingressId && state.networks.get(id)?.driver === 'overlay')
    .sort((a, b) => (a < b ? -1 : 1));
  return state.ingressId === '' ? used : [state.ingressId, ...used];
}
