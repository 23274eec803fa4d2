// A member votes for one candidate a term, whatever crashes (paper §5.2; I-2). Only votes that were sent count: one that was given in memory and
// lost with it before it was saved never was.

import type { Invariant } from './invariant.ts';

export const oneVotePerTerm: Invariant = {
  name: 'a member votes for at most one candidate in a term',
  watch(hold) {
    /** By voter, then by term, the candidate. */
    const votes = new Map<number, Map<number, number>>();
    const voted = (voter: number, term: number, candidate: number): void => {
      let terms = votes.get(voter);
      if (terms === undefined) {
        terms = new Map();
        votes.set(voter, terms);
      }
      const other = terms.get(term);
      if (other === undefined) terms.set(term, candidate);
      else {
        hold(
          other === candidate,
          () => `member ${voter} voted for ${other} and ${candidate} in term ${term}`,
        );
      }
    };
    return {
      message(message) {
        const { kind, from, to, term } = message;
        if (kind === 'vote' && !message.preVote) voted(from, term, from);
        if (kind === 'vote-response' && !message.preVote && message.granted) voted(from, term, to);
      },
    };
  },
};
