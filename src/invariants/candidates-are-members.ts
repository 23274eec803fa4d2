// Who stands for election must know by whom it would be elected (I-25; R-R52, R-R54): it is in its own configuration, and has no committed change of it
// still to apply.

import type { Invariant } from './invariant.ts';

export const candidatesAreMembers: Invariant = {
  name: 'who stands for election is a member, and has applied all changes of the members',
  watch(hold) {
    return {
      manager({ host, manager, now, before }) {
        const stood = before?.role === 'candidate' || before?.role === 'pre-candidate';
        if (now.role !== 'candidate' && now.role !== 'pre-candidate') return;
        if (stood && before.term === now.term && before.role === now.role) return;
        const { id, log } = manager.raft;
        const { voters, outgoing } = now.configuration;
        hold(
          voters.includes(id) || outgoing.includes(id),
          () => `${host} stands for term ${now.term} and is no member`,
        );
        for (let index = now.applied + 1; index <= now.committed; index++) {
          hold(
            log.entries[index - log.baseIndex - 1]?.kind !== 'configuration',
            () => `${host} stands for term ${now.term} and has not applied the change of members at ${index}`,
          );
        }
      },
    };
  },
};
