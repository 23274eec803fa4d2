// State machine safety, the store's half (I-27): what a manager has applied determines its store, to the last byte.

import { hashStore } from '../store/store.ts';
import type { Invariant } from './invariant.ts';

export const equalStates: Invariant = {
  name: 'managers with the same applied index have the same store',
  watch(hold, { history }) {
    return {
      manager({ host, manager, now, before }) {
        if (before?.applied === now.applied) return;
        const agreed = history.stateHash(now.applied);
        if (agreed === undefined) return;
        const hash = hashStore(manager.store);
        hold(agreed === hash, () => `at applied index ${now.applied} ${host} has a store of its own`);
      },
    };
  },
};
