// While leadership is being handed over nothing new gets into the log, or the target would never catch up; so it must end soon (thesis 3.10; I-21, R-R92,
// R-R93).

import { NONE } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const transfersEnd: Invariant = {
  name: 'a leader that hands over appends nothing, and stops trying in time',
  watch(hold) {
    /** By Raft ID, for how many ticks it has been handing over to that target. */
    const trying = new Map<number, { readonly target: number; readonly term: number; ticks: number }>();
    return {
      manager({ host, now, before }) {
        if (before === undefined || before.transferTarget === NONE) return;
        if (now.term !== before.term || now.transferTarget !== before.transferTarget) return;
        hold(
          now.lastIndex === before.lastIndex,
          () => `${host} hands over to ${now.transferTarget} and appended entry ${now.lastIndex}`,
        );
      },
      tick({ raft }, host) {
        const { id, term, transferTarget: target, config } = raft;
        if (target === NONE) {
          trying.delete(id);
          return;
        }
        let transfer = trying.get(id);
        if (transfer?.target !== target || transfer.term !== term) {
          transfer = { target, term, ticks: 0 };
          trying.set(id, transfer);
        }
        transfer.ticks += 1;
        const { ticks } = transfer;
        hold(
          ticks <= config.electionTimeout,
          () => `${host} has been handing over to ${target} for ${ticks} ticks`,
        );
      },
    };
  },
};
