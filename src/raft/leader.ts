// What a leader does with messages: the answers of its members, and the requests that followers forward.

import type { Message } from './message.ts';
import { findProgress } from './progress.ts';
import { handleProposal, type Outcome } from './proposal.ts';
import { handleReadIndex } from './readindex.ts';
import { handleAppendResponse, handleHeartbeatResponse } from './replication.ts';
import type { Environment, RaftState } from './state.ts';
import { transferLeadership } from './transfer.ts';

/** Handles a message of the own term, or without a term, on a leader. */
export function stepLeader<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  message: Message<D, S>,
): Outcome {
  switch (message.kind) {
    case 'append-response': {
      // A leader that has left has no progress for itself (R-R225).
      const member = findProgress(raft.progress, message.from);
      if (member !== undefined) handleAppendResponse(raft, env, member, message);
      return 'ok';
    }
    case 'heartbeat-response': {
      const member = findProgress(raft.progress, message.from);
      if (member !== undefined) handleHeartbeatResponse(raft, env, member, message);
      return 'ok';
    }
    case 'propose':
      return handleProposal(raft, env, message.from, message.proposal);
    case 'transfer-leader':
      transferLeadership(raft, env, message.from);
      return 'ok';
    case 'read-index':
      handleReadIndex(raft, message);
      return 'ok';
    default:
      return 'ok';
  }
}
