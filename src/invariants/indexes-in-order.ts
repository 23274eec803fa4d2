// How far a log is compacted, applied, committed and written goes up only, in this order (I-4, I-5). A restart may take back what was known of
// the commit index, for it is written without a sync (R-R13), but never below the snapshot.

import type { Invariant } from './invariant.ts';

export const indexesInOrder: Invariant = {
  name: 'base <= applied <= committed <= last, and none goes back',
  watch(hold) {
    return {
      manager({ host, manager, now, before }) {
        const { baseIndex, applied, committed, lastIndex } = now;
        const { receivedSnapshot } = manager.raft.log;
        hold(
          receivedSnapshot !== null || baseIndex <= applied,
          () => `${host} compacted up to ${baseIndex} and applied ${applied}`,
        );
        hold(applied <= committed, () => `${host} applied ${applied} with commit index ${committed}`);
        hold(committed <= lastIndex, () => `${host} committed ${committed}, its log ends at ${lastIndex}`);
        if (before === undefined) return;
        hold(now.term >= before.term, () => `the term of ${host} went from ${before.term} to ${now.term}`);
        hold(
          now.term > before.term || before.vote === 0 || now.vote === before.vote,
          () => `the vote of ${host} in term ${now.term} went from ${before.vote} to ${now.vote}`,
        );
        hold(baseIndex >= before.baseIndex, () => `the base of ${host} went back to ${baseIndex}`);
        hold(applied >= before.applied, () => `the applied index of ${host} went back to ${applied}`);
        hold(committed >= before.committed, () => `the commit index of ${host} went back to ${committed}`);
      },
    };
  },
};
