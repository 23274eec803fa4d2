// The leader's sign of life (§5.2). Its answers are handled where replication is.

import { send } from './outbox.ts';
import type { RaftState } from './state.ts';

/** Sends everybody a heartbeat (§5.2), with the context of a pending read or an empty one (R-R72, R-R222). */
export function broadcastHeartbeat<D, S>(raft: RaftState<D, S>, context: string): void {
  for (const member of raft.progress) {
    if (member.id === raft.id) continue;
    // A follower may hold garbage beyond its match: it must not commit that (R-R72).
    const commit = Math.min(member.match, raft.log.committed);
    send(raft, { kind: 'heartbeat', from: raft.id, to: member.id, term: raft.term, commit, context });
    member.sentCommit = commit;
  }
}
