// Nothing leaves a manager before what it promises is on its disk (I-3, I-15; R-R105, R-R17): not its term, not a vote, not that it has entries.
// Where the disk is in a later term already, the promise was kept and is over.

import type { RaftMessage } from '../manager/peer.ts';
import type { Invariant } from './invariant.ts';
import type { Saved } from './saved.ts';

export const promisesAreSavedFirst: Invariant = {
  name: 'a message leaves only after what it promises is saved',
  watch(hold) {
    return {
      message(message, _host, sent) {
        if (sent === undefined) return;
        const term = termOf(message);
        if (term === undefined) return;
        const broken =
          sent.term < term
            ? `and had saved term ${sent.term}`
            : sent.term === term && brokenPromise(message, sent);
        if (typeof broken !== 'string') return;
        const { from, kind } = message;
        hold(false, () => `member ${from} sent a message of kind ${kind} in term ${message.term} ${broken}`);
      },
    };
  },
};

/** The term its sender was in; undefined where it tells none of its own. */
function termOf(message: RaftMessage): number | undefined {
  switch (message.kind) {
    case 'vote':
    case 'vote-response':
      // A pre-vote, and the answer that grants it, tell of the next term.
      return message.preVote ? undefined : message.term;
    case 'propose':
    case 'read-index':
    case 'transfer-leader':
      return undefined;
    default:
      return message.term;
  }
}

function brokenPromise(message: RaftMessage, { vote, lastIndex }: Saved): string | undefined {
  switch (message.kind) {
    case 'vote':
      return vote === message.from ? undefined : `and had saved a vote for ${vote}`;
    case 'vote-response':
      return !message.granted || vote === message.to
        ? undefined
        : `for ${message.to} and had saved a vote for ${vote}`;
    case 'append-response':
      return message.rejected || message.index <= lastIndex
        ? undefined
        : `for entry ${message.index} and had saved up to ${lastIndex}`;
    default:
      return undefined;
  }
}
