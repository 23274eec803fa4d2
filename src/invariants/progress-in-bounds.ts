// What a leader knows of a member hangs together (I-13; R-R74 to R-R78): the next entry lies beyond those that match and at most one beyond the log,
// and appends are in flight only while they stream, and not too many of them.

import { lastIndex } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const progressInBounds: Invariant = {
  name: '0 <= match < next <= last + 1 for every member, and its window holds',
  watch(hold) {
    return {
      leads({ raft }, host) {
        const last = lastIndex(raft.log);
        for (const { id, state, match, next, inflight } of raft.progress) {
          hold(
            match >= 0 && match < next && next <= last + 1,
            () => `${host}, whose log ends at ${last}, has match ${match} and next ${next} for member ${id}`,
          );
          hold(
            inflight.length <= (state === 'replicate' ? raft.config.maxInflight : 0),
            () => `${host} has ${inflight.length} appends in flight to member ${id} in state ${state}`,
          );
        }
      },
    };
  },
};
