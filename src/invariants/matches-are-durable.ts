// What a leader counts is there (paper §5.3; I-12): a member whose log it believes to match up to an index has it so on its disk.

import { termAt, UNKNOWN_TERM } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const matchesAreDurable: Invariant = {
  name: 'a member has saved what its leader believes it to have',
  watch(hold, { saved, running }) {
    /** By leader, then by member, what was looked at last. */
    const seen = new Map<number, { readonly term: number; readonly matches: Map<number, number> }>();
    return {
      leads({ raft }, host) {
        let last = seen.get(raft.id);
        if (last?.term !== raft.term) {
          last = { term: raft.term, matches: new Map() };
          seen.set(raft.id, last);
        }
        for (const { id, match } of raft.progress) {
          if (match === (last.matches.get(id) ?? 0)) continue;
          last.matches.set(id, match);
          const disk = saved(id);
          // In a later term it may have followed another leader since.
          if (disk === undefined || disk.term > raft.term) continue;
          hold(
            disk.lastIndex >= match,
            () =>
              `${host} believes member ${id} to have entry ${match}, it has saved up to ${disk.lastIndex}`,
          );
          const member = running(id)?.raft;
          if (member?.term !== raft.term) continue;
          const [own, other] = [termAt(raft.log, match), termAt(member.log, match)];
          hold(
            own === UNKNOWN_TERM || other === UNKNOWN_TERM || own === other,
            () =>
              `${host} believes entry ${match} of member ${id} to be of term ${own}, it is of term ${other}`,
          );
        }
      },
    };
  },
};
