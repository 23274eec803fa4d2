// What a candidate or pre-candidate does with messages (§5.2): count votes, or give way to a leader of its
// term.

import { countVote } from './election.ts';
import { followLeader } from './follower.ts';
import type { Message } from './message.ts';
import type { Outcome } from './proposal.ts';
import { becomeFollower } from './role.ts';
import type { Environment, RaftState } from './state.ts';

/** Handles a message of the own term, or without a term, on a candidate or pre-candidate. */
export function stepCandidate<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  message: Message<D, S>,
): Outcome {
  switch (message.kind) {
    case 'vote-response':
      countVote(raft, env, message);
      return 'ok';
    case 'append':
    case 'heartbeat':
    case 'snapshot':
      // Somebody else won this term (R-R67). A snapshot too is for a follower only (R-R103).
      becomeFollower(raft, env, raft.term, message.from);
      followLeader(raft, message);
      return 'ok';
    case 'propose':
      return 'proposal dropped';
    default:
      return 'ok';
  }
}
