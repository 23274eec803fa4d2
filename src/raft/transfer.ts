// Leadership transfer (thesis 3.10): the leader stops taking proposals, brings the target up to date, and
// tells it to campaign at once.

import { lastIndex } from './log.ts';
import { NONE } from './message.ts';
import { send } from './outbox.ts';
import { findProgress, isLearner } from './progress.ts';
import { sendAppend, sendTimeoutNow } from './replication.ts';
import type { Environment, RaftState } from './state.ts';

/**
 * Asks for leadership to move to `target`. A follower forwards the request to its leader; without a leader it
 * is dropped. Nothing tells the end; the transfer is given up after an election timeout (R-R91 to R-R94).
 */
export function transferLeadership<D, S>(raft: RaftState<D, S>, env: Environment<D>, target: number): void {
  if (raft.role === 'leader') startTransfer(raft, env, target);
  else if (raft.role === 'follower' && raft.leader !== NONE) {
    // The target stands in for the sender (R-R94).
    send(raft, { kind: 'transfer-leader', from: target, to: raft.leader, term: raft.term });
  }
}

/** R-R91. Naming oneself cancels what is pending. */
function startTransfer<D, S>(raft: RaftState<D, S>, env: Environment<D>, target: number): void {
  const member = findProgress(raft.progress, target);
  if (member === undefined || isLearner(member) || target === raft.transferTarget) return;
  raft.transferTarget = NONE;
  if (target === raft.id) return;
  raft.electionElapsed = 0;
  raft.transferTarget = target;
  if (member.match === lastIndex(raft.log)) sendTimeoutNow(raft);
  else sendAppend(raft, env, member, true);
}
