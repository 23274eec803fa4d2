// State machine safety, the log's half (paper figure 3; I-9): no index is ever committed with two entries.

import { hashRecord } from '../store/hash.ts';
import type { Invariant } from './invariant.ts';

export const commitsAreAgreed: Invariant = {
  name: 'an index is committed with the same entry everywhere',
  watch(hold, { history }) {
    return {
      manager({ host, manager, now, before }) {
        if (before?.committed === now.committed) return;
        const { entries, baseIndex } = manager.raft.log;
        const from = Math.max(before?.committed ?? 0, baseIndex) + 1;
        for (let index = from; index <= now.committed; index++) {
          const entry = entries[index - baseIndex - 1];
          const agreed = history.entry(index);
          if (entry === undefined || agreed === undefined) continue;
          hold(
            agreed.hash === hashRecord(entry),
            () =>
              `${host} committed entry ${index} of term ${entry.term}; it was committed with term ${agreed.term} before`,
          );
        }
      },
    };
  },
};
