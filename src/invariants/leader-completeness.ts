// Leader completeness (paper figure 3; I-10): a leader has every entry that was committed in an earlier term. With log matching it is enough to look
// at the last of them.

import { termAt } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const leaderCompleteness: Invariant = {
  name: 'a new leader has all committed entries',
  watch(hold, { history }) {
    return {
      manager({ host, manager, now, before }) {
        if (now.role !== 'leader' || (before?.role === 'leader' && before.term === now.term)) return;
        for (let index = history.last; index > now.baseIndex; index--) {
          const entry = history.entry(index);
          if (entry === undefined) return;
          // Late votes can still elect a leader of a term that is over: what was committed meanwhile it need not have.
          if (entry.seenInTerm >= now.term) continue;
          const found = termAt(manager.raft.log, index);
          hold(
            found === entry.term,
            () => `${host} leads term ${now.term} without entry ${index} of term ${entry.term}`,
          );
          return;
        }
      },
    };
  },
};
