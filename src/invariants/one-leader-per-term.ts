// Election safety (paper figure 3; I-1, I-23): of one member alone a term's entries and heartbeats come, and nobody takes another for its leader.

import { NONE } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const oneLeaderPerTerm: Invariant = {
  name: 'a term has at most one leader',
  watch(hold) {
    /** By term, the Raft ID of its leader. Kept across restarts. */
    const leaders = new Map<number, number>();
    const leads = (term: number, raftId: number): void => {
      const other = leaders.get(term);
      if (other === undefined) leaders.set(term, raftId);
      else hold(other === raftId, () => `Raft members ${other} and ${raftId} both lead term ${term}`);
    };
    return {
      message({ kind, term, from }) {
        if (kind === 'append' || kind === 'heartbeat' || kind === 'snapshot') leads(term, from);
      },
      manager({ manager, now }) {
        if (now.role === 'leader') leads(now.term, manager.raft.id);
        if (now.leader !== NONE) leads(now.term, now.leader);
      },
    };
  },
};
