// A follower may hold entries beyond those that match, which a heartbeat must not commit (I-14; R-R72): it tells no more than its recipient is known
// to have, and than is committed.

import { findProgress } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const heartbeatsCommitWhatIsThere: Invariant = {
  name: 'a heartbeat commits only what its recipient is known to have',
  watch(hold, { history, saved, running }) {
    return {
      message(message) {
        if (message.kind !== 'heartbeat' || message.commit === 0) return;
        const { commit, from, to, term } = message;
        const told = () => `a heartbeat of member ${from} for member ${to} has commit ${commit}`;
        hold(commit <= history.last, () => `${told()}, committed is ${history.last}`);
        const disk = saved(to);
        hold(
          disk === undefined || commit <= disk.lastIndex,
          () => `${told()}, which has saved up to ${disk?.lastIndex}`,
        );
        const leader = running(from)?.raft;
        if (leader?.role !== 'leader' || leader.term !== term) return;
        const match = findProgress(leader.progress, to)?.match;
        hold(
          match === undefined || commit <= match,
          () => `${told()}, which is known to match up to ${match}`,
        );
      },
    };
  },
};
