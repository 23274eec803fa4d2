// Without a majority nothing is decided (I-49; R-R143): while no manager reaches a majority of the members, the history does not grow. What such a majority had
// acknowledged before may still come through, for as long as a leader takes to see that it is alone.

import type { Member } from '../model/calls.ts';
import { minute } from '../model/duration.ts';
import type { Invariant, Records } from './invariant.ts';

/** Twice two election timeouts of a clock that runs at half speed. */
const patience = 2 * minute;

export const noMajorityNoHistory: Invariant = {
  name: 'nothing is committed while no majority of the managers is connected',
  watch(hold, { history, world }) {
    let lostAt: number | undefined;
    const look = (): void => {
      const members = [...history.members.values()];
      const connected =
        members.length === 0 || members.some((member) => reachesMajority(member, members, world));
      lostAt = connected ? undefined : (lostAt ?? world.now);
    };
    return {
      fault: look,
      committed({ index, entry, at }) {
        const since = lostAt;
        hold(
          since === undefined || at - since <= patience,
          () => `entry ${index} is committed, and no majority has been connected since ${since} us`,
        );
        if (entry?.kind === 'configuration' || entry === undefined) look();
      },
    };
  },
};

function reachesMajority({ host }: Member, members: readonly Member[], world: Records['world']): boolean {
  const runs = (name: string): boolean => world.isUp(name) && !world.isPaused(name);
  const reached = members.filter(
    (other) =>
      runs(other.host) &&
      (other.host === host || (!world.isCut(host, other.host) && !world.isCut(other.host, host))),
  );
  return runs(host) && 2 * reached.length > members.length;
}
