// No entry is larger than what a Raft message may carry (I-33; R-R8).

import { maxTransactionSize } from '../store/store.ts';
import type { Invariant } from './invariant.ts';

export const entriesFit: Invariant = {
  name: 'no entry is larger than 1.5 MiB',
  watch(hold) {
    return {
      committed({ index, entry }) {
        if (entry?.kind !== 'normal' || entry.data?.kind !== 'transaction') return;
        const { bytes } = entry.data;
        hold(bytes <= maxTransactionSize, () => `entry ${index} has ${bytes} bytes`);
      },
    };
  },
};
