// The role manager: brings the actual role of every node to the one its spec asks for (R-R128, R-R130 to R-R135, R-R142).
// A promoted node gets its role at once and joins the Raft group itself. A demoted one is first removed from the group, and is a worker only
// when it is no member any more, so that no worker ever holds a vote.

import type { Member } from '../../model/calls.ts';
import { second } from '../../model/duration.ts';
import type { Node } from '../../model/objects.ts';
import type { NodeRole } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Desk } from '../desk.ts';
import type { Reactor } from '../leader.ts';

/** How often what is pending is looked at again (R-R132). */
const retryInterval = 5 * second;
/** How long a leader tries to hand over before it removes itself (R-R133). */
const transferLimit = 25 * second;

export type RolesTimer = { readonly kind: 'retry' };
export type RolesJob = { readonly kind: 'set-role'; readonly nodeId: string; readonly role: NodeRole };

export interface RolesState {
  /** Node IDs whose role, or whose membership, is not yet what it should be. */
  readonly pending: Set<string>;
  /** Those of them that have changed since they were last looked at. */
  readonly changed: Set<string>;
  /** A retry timer runs. */
  retrying: boolean;
  /** When this leader began to hand over because it is demoted itself. */
  transferSince: number | undefined;
}

type RolesDesk = Desk<RolesTimer, RolesJob>;

export const rolesReactor: Reactor<RolesState, RolesTimer, RolesJob> = {
  /** Every node once, and every member without a node (R-R135). */
  start(desk: RolesDesk): RolesState {
    const state: RolesState = {
      pending: new Set(),
      changed: new Set(),
      retrying: false,
      transferSince: undefined,
    };
    for (const node of desk.store.list('node')) if (isOff(node)) state.pending.add(node.id);
    for (const { nodeId } of desk.members()) {
      if (desk.store.get('node', nodeId) === undefined && nodeId !== desk.nodeId) state.pending.add(nodeId);
    }
    reconcile(desk, state, state.pending);
    return state;
  },

  change(desk: RolesDesk, state: RolesState, event: StoreEvent): void {
    if (event.kind !== 'node') return;
    const isPending =
      event.action === 'remove'
        ? desk.members().some(({ nodeId }) => nodeId === event.id)
        : isOff(event.after);
    if (isPending) {
      state.pending.add(event.id);
      state.changed.add(event.id);
    } else {
      state.pending.delete(event.id);
      state.changed.delete(event.id);
    }
  },

  /** What has changed is looked at at once; what is pending besides waits for its retry (R-R128, R-R132). */
  commit(desk: RolesDesk, state: RolesState): void {
    if (state.changed.size > 0) reconcile(desk, state, state.changed);
  },

  timer(desk: RolesDesk, state: RolesState): void {
    state.retrying = false;
    reconcile(desk, state, state.pending);
  },

  write(desk: RolesDesk, _state: RolesState, job: RolesJob, tx: Transaction): 'done' {
    const node = tx.get('node', job.nodeId);
    // The spec may have changed its mind since.
    if (node === undefined || node.spec.role !== job.role || node.role === job.role) return 'done';
    if (job.role === 'worker' && (memberOf(desk, job.nodeId) !== undefined || desk.isJoining(job.nodeId))) {
      return 'done';
    }
    tx.update('node', job.nodeId, (draft) => {
      draft.role = job.role;
    });
    return 'done';
  },

  written(): void {},
};

function memberOf(desk: RolesDesk, nodeId: string): Member | undefined {
  return desk.members().find((member) => member.nodeId === nodeId);
}

function isOff(node: Node): boolean {
  return node.role !== node.spec.role;
}

function reconcile(desk: RolesDesk, state: RolesState, nodeIds: ReadonlySet<string>): void {
  for (const nodeId of [...nodeIds].sort((a, b) => (a < b ? -1 : 1))) {
    state.changed.delete(nodeId);
    if (settle(desk, state, nodeId)) state.pending.delete(nodeId);
  }
  if (state.pending.size === 0 || state.retrying) return;
  state.retrying = true;
  desk.later(retryInterval, { kind: 'retry' });
}

/** Takes the next step for one node; true when none is left. */
function settle(desk: RolesDesk, state: RolesState, nodeId: string): boolean {
  const node = desk.store.get('node', nodeId);
  const member = memberOf(desk, nodeId);
  if (node === undefined) {
    if (member === undefined) return true;
    if (desk.canRemove(member.raftId)) desk.removeMember(member.raftId);
    return false;
  }
  if (!isOff(node)) return true;
  if (node.spec.role === 'manager' || member === undefined) {
    desk.request({ kind: 'set-role', nodeId, role: node.spec.role });
  } else if (member.raftId === desk.self.raftId) stepDown(desk, state);
  else if (desk.canRemove(member.raftId)) desk.removeMember(member.raftId);
  return false;
}

/** A demoted leader hands over, and its successor removes it; only when that fails does it remove itself (R-R133). */
function stepDown(desk: RolesDesk, state: RolesState): void {
  state.transferSince ??= desk.now();
  if (desk.now() - state.transferSince < transferLimit && desk.handOver()) return;
  if (desk.canRemove(desk.self.raftId)) desk.removeMember(desk.self.raftId);
}
