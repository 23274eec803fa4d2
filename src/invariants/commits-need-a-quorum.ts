// The commit rule (paper §5.3, §5.4.2; I-11): a leader commits an entry of its own term once a majority has it on disk, itself counted only when
// its own disk has it too.

import type { Configuration } from '../raft/index.ts';
import type { Invariant, Records } from './invariant.ts';

export const commitsNeedAQuorum: Invariant = {
  name: 'a leader commits what a majority of the members has saved',
  watch(hold, records) {
    return {
      manager({ host, manager, now, before }) {
        if (now.role !== 'leader' || before?.role !== 'leader' || before.term !== now.term) return;
        if (now.committed === before.committed) return;
        const index = now.committed;
        const term = records.history.entry(index)?.term;
        hold(
          term === undefined || term === now.term,
          () => `${host}, leader of term ${now.term}, committed entry ${index} of term ${term} by counting`,
        );
        // The event may have changed the configuration too: which of the two counted cannot be told afterwards.
        const agreed = [before.configuration, manager.raft.configuration].some(
          (configuration) =>
            hasMajority(configuration.voters, index, now.term, records) &&
            (configuration.outgoing.length === 0 ||
              hasMajority(configuration.outgoing, index, now.term, records)),
        );
        hold(
          agreed,
          () => `${host} committed entry ${index}, ${holders(now.configuration, index, now.term, records)}`,
        );
      },
    };
  },
};

/** In a log whose last entry is of this term or a later one, an entry that this term's leader has committed is found at its index. */
function holds(raftId: number, index: number, term: number, { saved }: Records): boolean {
  const disk = saved(raftId);
  return disk !== undefined && disk.lastIndex >= index && disk.lastTerm >= term;
}

function hasMajority(voters: readonly number[], index: number, term: number, records: Records): boolean {
  const count = voters.filter((raftId) => holds(raftId, index, term, records)).length;
  return 2 * count > voters.length;
}

function holders({ voters }: Configuration, index: number, term: number, records: Records): string {
  const count = voters.filter((raftId) => holds(raftId, index, term, records)).length;
  return `saved by ${count} of ${voters.length} members`;
}
