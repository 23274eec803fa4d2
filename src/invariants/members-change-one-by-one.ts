// Single-server changes (thesis 4.1; I-16, I-17): the next change waits until the one before is committed, and adds or removes one voter, so that
// any majority before it and any after it have a member in common.

import type { Invariant } from './invariant.ts';

export const membersChangeOneByOne: Invariant = {
  name: 'members are added and removed one at a time',
  watch(hold, { history }) {
    let voters: readonly number[] | undefined;
    return {
      committed({ index, entry }) {
        const next = history.votersAt(index) ?? [];
        if (voters !== undefined && entry?.kind === 'configuration') {
          const old = voters;
          const changed = [
            ...old.filter((raftId) => !next.includes(raftId)),
            ...next.filter((raftId) => !old.includes(raftId)),
          ];
          hold(changed.length <= 1, () => `entry ${index} changes the members [${changed}] at once`);
          hold(next.length > 0, () => `entry ${index} removes the last member`);
        }
        voters = next;
      },
      manager({ host, manager, now, before }) {
        if (before?.lastIndex === now.lastIndex && before.lastTerm === now.lastTerm) return;
        const { entries, baseIndex } = manager.raft.log;
        let changes = 0;
        for (let index = Math.max(history.last, baseIndex) + 1; index <= now.lastIndex; index++) {
          if (entries[index - baseIndex - 1]?.kind === 'configuration') changes += 1;
        }
        hold(
          changes <= 1,
          () => `the log of ${host} has ${changes} changes of members that are not committed`,
        );
      },
    };
  },
};
