// Only an announced leader writes (I-28; R-R22): every transaction was proposed by the leader of its term, after that had applied all it inherited.

import type { Invariant } from './invariant.ts';

export const leadersPropose: Invariant = {
  name: 'a transaction is proposed by the announced leader of its term',
  watch(hold) {
    return {
      manager({ host, manager, now, before }) {
        if (now.role !== 'leader' || before === undefined || before.lastIndex >= now.lastIndex) return;
        const { raft, leadership } = manager;
        for (let index = before.lastIndex + 1; index <= now.lastIndex; index++) {
          const entry = raft.log.entries[index - raft.log.baseIndex - 1];
          if (entry?.kind !== 'normal' || entry.data === null || entry.term !== now.term) continue;
          const { by } = entry.data;
          hold(
            by === raft.id && leadership?.term === entry.term,
            () => `member ${by} proposed entry ${index} on ${host}, announced in term ${leadership?.term}`,
          );
        }
      },
    };
  },
};
