// A snapshot is the state at its index (paper §7; I-22): the term is that of the entry there, and the store is what the history makes. Looked at when one is
// sent; that it is installed so, `equal-states.ts` sees.

import { createStore, hashStore, restore } from '../store/store.ts';
import type { Invariant } from './invariant.ts';

export const snapshotsAreTrue: Invariant = {
  name: 'a snapshot holds the state at its index',
  watch(hold, { history }) {
    /** Most are sent to several members. */
    const seen = new WeakSet<object>();
    return {
      message(message) {
        if (message.kind !== 'snapshot') return;
        const { index, term, data } = message.snapshot;
        if (seen.has(data)) return;
        seen.add(data);
        const told = `a snapshot of member ${message.from} at index ${index}`;
        const entry = history.entry(index);
        hold(
          entry === undefined || entry.term === term,
          () => `${told} has term ${term}, not ${entry?.term}`,
        );
        hold(data.store.version === index, () => `${told} holds the state at ${data.store.version}`);
        const agreed = history.stateHash(index);
        const store = createStore();
        restore(store, data.store);
        hold(agreed === undefined || agreed === hashStore(store), () => `${told} holds another state`);
        const voters = history.votersAt(index);
        const members = data.members.map(({ raftId }) => raftId).sort((a, b) => a - b);
        hold(
          voters === undefined || `${members}` === `${voters}`,
          () => `${told} lists the members [${members}], they were [${voters}]`,
        );
      },
    };
  },
};
