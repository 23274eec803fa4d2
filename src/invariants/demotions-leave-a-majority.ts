// Nobody is demoted whom the others need (I-38; R-R131): with n members, floor((n - 1) / 2) + 1 of the others must be reached by the leader when it accepts
// that, itself included.

import type { Invariant } from './invariant.ts';

export const demotionsLeaveAMajority: Invariant = {
  name: 'a demotion is accepted only if a majority of the others is reached',
  watch(hold) {
    return {
      manager({ host, manager, now, before }) {
        if (now.role !== 'leader' || before === undefined || before.lastIndex >= now.lastIndex) return;
        const { raft, members, peers, store } = manager;
        for (let index = before.lastIndex + 1; index <= now.lastIndex; index++) {
          const entry = raft.log.entries[index - raft.log.baseIndex - 1];
          if (entry?.kind !== 'normal' || entry.data?.kind !== 'transaction') continue;
          for (const action of entry.data.actions) {
            if (action.kind !== 'node' || action.action !== 'update') continue;
            const was = store.tables.node.get(action.id)?.spec.role;
            if (was !== 'manager' || action.after.spec.role !== 'worker') continue;
            const others = [...members.values()].filter(({ nodeId }) => nodeId !== action.id);
            const reached = others.filter(
              ({ raftId }) => raftId === raft.id || peers.get(raftId)?.active === true,
            );
            hold(
              reached.length >= Math.floor((members.size - 1) / 2) + 1,
              () =>
                `${host} demotes node ${action.id} and reaches ${reached.length} of ${others.length} others`,
            );
          }
        }
      },
    };
  },
};
