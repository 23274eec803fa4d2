// Log matching (paper figure 3; I-6, I-7): logs that agree on the term at an index agree on everything up to it. It follows, by induction, when
// (index, term) determines the entry and the term of the entry before it; so each entry is looked at once per log, when it comes into it.

import { hashRecord } from '../store/hash.ts';
import type { Invariant } from './invariant.ts';

interface Known {
  /** Of the whole entry. */
  readonly hash: number;
  readonly termBefore: number;
}

export const logMatching: Invariant = {
  name: 'entries with the same index and term are the same, and so is everything before them',
  watch(hold) {
    /** By index, then by term. */
    const known = new Map<number, Map<number, Known>>();
    return {
      manager({ host, manager, now, before }) {
        if (before?.lastIndex === now.lastIndex && before.lastTerm === now.lastTerm) return;
        const { entries, baseIndex, baseTerm } = manager.raft.log;
        // Above what was committed anything may have been replaced since.
        const from = Math.max(before?.committed ?? 0, baseIndex) + 1;
        let termBefore = from === baseIndex + 1 ? baseTerm : (entries[from - baseIndex - 2]?.term ?? 0);
        for (let index = from; index <= now.lastIndex; index++) {
          const entry = entries[index - baseIndex - 1];
          if (entry === undefined) return;
          const { term } = entry;
          hold(entry.index === index, () => `${host} has entry ${entry.index} at ${index}`);
          hold(
            term >= termBefore && term <= now.term,
            () =>
              `${host}, in term ${now.term}, has an entry of term ${term} after one of term ${termBefore}`,
          );
          let terms = known.get(index);
          if (terms === undefined) {
            terms = new Map();
            known.set(index, terms);
          }
          const hash = hashRecord(entry);
          const other = terms.get(term);
          if (other === undefined) terms.set(term, { hash, termBefore });
          else {
            hold(
              other.hash === hash,
              () => `${host} has another entry at ${index} of term ${term} than there was elsewhere`,
            );
            hold(
              other.termBefore === termBefore,
              () =>
                `before entry ${index} of term ${term} ${host} has one of term ${termBefore}, elsewhere ${other.termBefore}`,
            );
          }
          termBefore = term;
        }
      },
    };
  },
};
