// What a manager had saved before it went down is there when it comes up (paper figure 2, persistent state; I-3, I-15): its term, the vote it
// gave in it, and its log.

import { lastIndex, termAt, UNKNOWN_TERM } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const promisesSurviveRestarts: Invariant = {
  name: 'what a manager saved survives its restart',
  watch(hold) {
    return {
      manager({ host, manager, now, before, savedBefore }) {
        if (before !== undefined) return;
        const { term, vote, lastIndex: index, lastTerm } = savedBefore;
        hold(now.term >= term, () => `${host} saved term ${term} and came up in term ${now.term}`);
        hold(
          now.term > term || vote === 0 || now.vote === vote,
          () => `${host} saved its vote for ${vote} in term ${term} and came up with ${now.vote}`,
        );
        const { log } = manager.raft;
        hold(
          lastIndex(log) >= index,
          () => `${host} saved its log up to ${index} and came up with ${lastIndex(log)}`,
        );
        const found = termAt(log, index);
        hold(
          found === UNKNOWN_TERM || lastTerm === UNKNOWN_TERM || found === lastTerm,
          () => `${host} saved entry ${index} of term ${lastTerm} and came up with one of term ${found}`,
        );
      },
    };
  },
};
