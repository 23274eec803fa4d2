// A Raft ID that was removed never comes back: no entry makes it a member again, and nothing it says counts (I-35; R-R11, R-R42).

import type { Invariant } from './invariant.ts';

export const removedMembersStayOut: Invariant = {
  name: 'who was removed is never a member again, and is not listened to',
  watch(hold, { history }) {
    /** What each manager had removed before the event, by Raft ID. */
    const removed = new Map<number, ReadonlySet<number>>();
    return {
      committed({ index, entry }) {
        if (entry?.kind !== 'configuration') return;
        for (const { type, id } of entry.change?.operations ?? []) {
          if (type === 'remove') continue;
          hold(!history.removed.has(id), () => `entry ${index} brings back member ${id}, which was removed`);
        }
      },
      manager({ host, manager, before, message }) {
        const { id } = manager.raft;
        const known = before === undefined ? undefined : removed.get(id);
        hold(
          message === undefined || known?.has(message.from) !== true,
          () =>
            `${host} took in a message of kind ${message?.kind} of member ${message?.from}, which it has removed`,
        );
        if (known?.size !== manager.removed.size) removed.set(id, new Set(manager.removed));
      },
    };
  },
};
