// A demoted manager is taken out of the Raft group before it becomes a worker (I-37; R-R132).

import type { Invariant } from './invariant.ts';

export const workersHoldNoVote: Invariant = {
  name: 'a node that becomes a worker is no member of the Raft group',
  watch(hold, { history }) {
    return {
      committed({ index, events }) {
        for (const event of events) {
          if (event.kind !== 'node' || event.action !== 'update') continue;
          if (event.before.role !== 'manager' || event.after.role !== 'worker') continue;
          const member = [...history.members.values()].find(({ nodeId }) => nodeId === event.id);
          hold(
            member === undefined,
            () => `entry ${index} makes node ${event.id} a worker, and it is member ${member?.raftId}`,
          );
        }
      },
    };
  },
};
