// Dispatcher, orchestrators, scheduler and the others run on an announced leader alone (I-34; R-R22, R-R24): on one manager a term, and only once that has
// applied all it inherited and its own first entry. A deposed one may not know yet; that is another term.

import type { Invariant } from './invariant.ts';

export const leadersAreAnnouncedOnce: Invariant = {
  name: 'reactors run on the leader of a term alone, once it has applied what it inherited',
  watch(hold) {
    /** By term, the Raft ID of the leader that was announced. */
    const announced = new Map<number, number>();
    return {
      manager({ host, manager, now }) {
        const { leadership, raft } = manager;
        if (leadership === undefined) return;
        const { term } = leadership;
        hold(
          now.role === 'leader' ? term === now.term : term <= now.term,
          () => `${host}, ${now.role} of term ${now.term}, runs the reactors of term ${term}`,
        );
        const other = announced.get(term);
        hold(
          other === undefined || other === raft.id,
          () => `members ${other} and ${raft.id} both run the reactors of term ${term}`,
        );
        if (other !== undefined || now.role !== 'leader') return;
        announced.set(term, raft.id);
        const inherited = raft.log.entries.find(
          (entry) =>
            entry.index > now.applied &&
            (entry.term < term || (entry.kind === 'normal' && entry.data === null)),
        );
        hold(
          inherited === undefined,
          () => `${host} is announced in term ${term} and has not applied entry ${inherited?.index}`,
        );
      },
    };
  },
};
