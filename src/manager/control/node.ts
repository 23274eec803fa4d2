// Control API: nodes (raft-cluster reference 3.7, 3.9, R-R213).

import { castDraft } from 'immer';
import type { ControlChange } from '../../model/calls.ts';
import { defaultClusterSpec } from '../../model/defaults.ts';
import { CallFailure } from '../../model/failure.ts';
import { TaskState } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';
import { expectVersion } from './version.ts';

type UpdateCall = Extract<ControlChange, { readonly method: 'node.update' }>;

/** The spec of a node: availability, labels, desired role. A demotion is checked before the version (R-R130, E-67). */
export function updateNode(
  desk: ControlDesk,
  tx: Transaction,
  { nodeId, version, spec }: UpdateCall,
): string {
  const node = tx.get('node', nodeId);
  if (node === undefined) throw new CallFailure('NotFound', `node ${nodeId} not found`);
  if (node.spec.role === 'manager' && spec.role === 'worker') checkDemotion(desk, tx, nodeId);
  expectVersion(node, version);
  tx.update('node', nodeId, (draft) => {
    draft.spec = castDraft(spec);
  });
  return nodeId;
}

/** R-R130, in its order. */
function checkDemotion(desk: ControlDesk, tx: Transaction, nodeId: string): void {
  const managers = tx.list('node').filter(({ role }) => role === 'manager');
  if (managers.length === 1 && managers[0]?.id === nodeId) {
    throw new CallFailure('FailedPrecondition', 'attempting to demote the last manager of the swarm');
  }
  const member = desk.members().find((each) => each.nodeId === nodeId);
  if (member === undefined) throw new CallFailure('NotFound', "can't find manager in raft memberlist");
  if (!desk.canRemove(member.raftId)) {
    throw new CallFailure(
      'FailedPrecondition',
      "can't remove member from the raft: this would result in a loss of quorum",
    );
  }
}

/** R-R140: a member must be demoted first, a ready node needs force, and what it ran is orphaned. */
export function removeNode(
  desk: Pick<ControlDesk, 'members'>,
  tx: Transaction,
  nodeId: string,
  force: boolean,
): string {
  const node = tx.get('node', nodeId);
  if (node === undefined) throw new CallFailure('NotFound', `node ${nodeId} not found`);
  if (node.spec.role === 'manager' && desk.members().some((member) => member.nodeId === nodeId)) {
    throw new CallFailure(
      'FailedPrecondition',
      `node ${nodeId} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
    );
  }
  if (!force && node.status.state === 'ready') {
    throw new CallFailure('FailedPrecondition', `node ${nodeId} is not down and can't be removed`);
  }
  blacklist(tx, nodeId);
  for (const task of tx.tasksOfNode(nodeId)) {
    if (task.status.state >= TaskState.Complete) continue;
    tx.update('task', task.id, (draft) => {
      draft.status = {
        state: TaskState.Orphaned,
        timestamp: tx.now,
        message: 'Task belonged to a node that has been deleted',
        err: '',
      };
    });
  }
  tx.remove('node', nodeId);
  return nodeId;
}

/** A removed node never gets in again (R-R140, R-R141). */
function blacklist(tx: Transaction, nodeId: string): void {
  const cluster = tx.findByName('cluster', defaultClusterSpec.name);
  if (cluster === undefined) return;
  tx.update('cluster', cluster.id, (draft) => {
    draft.blacklist.push(nodeId);
  });
}
