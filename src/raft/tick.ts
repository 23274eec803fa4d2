// Time, as Raft knows it: a count of ticks (§5.2, R-R51 to R-R53).

import { campaign, checkQuorum, isPromotable } from './election.ts';
import { broadcastHeartbeat } from './heartbeat.ts';
import { NONE } from './message.ts';
import { newestReadContext } from './readindex.ts';
import type { Environment, RaftState } from './state.ts';

/** One tick has passed. Off the leader it may be the one that starts an election (R-R51). */
export function tick<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  raft.electionElapsed += 1;
  if (raft.role === 'leader') tickLeader(raft, env);
  else if (isPromotable(raft) && raft.electionElapsed >= raft.randomizedElectionTimeout) {
    raft.electionElapsed = 0;
    campaign(raft, env);
  }
}

/** In this order: the quorum check, the end of a transfer, the heartbeat (R-R53). */
function tickLeader<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  raft.heartbeatElapsed += 1;
  if (raft.electionElapsed >= raft.config.electionTimeout) {
    raft.electionElapsed = 0;
    if (raft.config.checkQuorum) checkQuorum(raft, env);
    // A transfer that took this long has failed (R-R93).
    raft.transferTarget = NONE;
  }
  if (raft.role !== 'leader' || raft.heartbeatElapsed < raft.config.heartbeatInterval) return;
  raft.heartbeatElapsed = 0;
  broadcastHeartbeat(raft, newestReadContext(raft.reads));
}
