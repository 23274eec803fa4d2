// Leader append-only (paper figure 3; I-8).

import { termAt, UNKNOWN_TERM } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const leaderAppendsOnly: Invariant = {
  name: 'a leader never removes or replaces an entry of its log',
  watch(hold) {
    return {
      manager({ host, manager, now, before }) {
        if (now.role !== 'leader' || before?.role !== 'leader' || before.term !== now.term) return;
        const { lastIndex, lastTerm } = before;
        const found = termAt(manager.raft.log, lastIndex);
        hold(
          now.lastIndex >= lastIndex && (found === lastTerm || found === UNKNOWN_TERM),
          () => `${host}, leader of term ${now.term}, lost entry ${lastIndex} of term ${lastTerm}`,
        );
      },
    };
  },
};
