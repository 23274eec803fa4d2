// Without a majority nothing is decided (I-49; R-R143): while no manager reaches a majority of the members, the history does not grow. What such a majority had
// acknowledged before may still come through.

import type { ManagerState } from '../manager/state.ts';
import { second } from '../model/duration.ts';
import type { Invariant, Records } from './invariant.ts';

/** What was on its way, or waits to be saved, when the majority was lost. */
const patience = 5 * second;

export const noMajorityNoHistory: Invariant = {
  name: 'nothing is committed while no majority of the managers is connected',
  watch(hold, { history, running, world }) {
    let lostAt: number | undefined;
    const look = (): void => {
      // One that was removed may not know, and count by the members of before.
      const connected = [...history.members.keys(), ...history.removed].some((raftId) => {
        const manager = running(raftId);
        return manager !== undefined && reachesMajority(manager, world);
      });
      lostAt = connected ? undefined : (lostAt ?? world.now);
    };
    return {
      fault(fault) {
        look();
        // Who wakes finds what came while it slept, also from those who are gone since.
        if (fault.kind === 'resume' && lostAt !== undefined) lostAt = world.now;
      },
      committed({ index, entry, at }) {
        if (lostAt === undefined || entry === undefined) return;
        // Who the majority is may have changed.
        const since = lostAt;
        look();
        hold(
          lostAt === undefined || at - since <= patience,
          () => `entry ${index} is committed, and no majority has been connected since ${since} us`,
        );
      },
    };
  },
};

/** By the members it knows itself. */
function reachesMajority({ self, members }: ManagerState, world: Records['world']): boolean {
  const runs = (host: string): boolean => world.isUp(host) && !world.isPaused(host);
  const reached = [...members.values()].filter(
    ({ host }) =>
      runs(host) && (host === self.host || (!world.isCut(self.host, host) && !world.isCut(host, self.host))),
  );
  return runs(self.host) && 2 * reached.length > members.size;
}
