// Control API: nodes (raft-cluster reference 3.7, 3.9, R-R213).

import { castDraft } from 'immer';
import { CallFailure } from '../../model/failure.ts';
import type { NodeSpec } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';
import { expectVersion } from './version.ts';

/** Availability and labels. Changing the role is not built yet: the desired role is refused unless it stays. */
export function updateNode(tx: Transaction, nodeId: string, version: number, spec: NodeSpec): string {
  const node = tx.get('node', nodeId);
  if (node === undefined) throw new CallFailure('NotFound', `node ${nodeId} not found`);
  if (spec.role !== node.spec.role) {
    throw new CallFailure('Unimplemented', 'changing the role of a node is not built yet');
  }
  expectVersion(node, version);
  tx.update('node', nodeId, (draft) => {
    draft.spec = castDraft(spec);
  });
  return nodeId;
}

/** R-R140: a member must be demoted first, a ready node needs force, and what it ran is orphaned. */
export function removeNode(desk: ControlDesk, tx: Transaction, nodeId: string, force: boolean): string {
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
