// Who may leave a group of managers: the table of the reference.

import { describe, expect, it } from 'vitest';
import { canRemove } from '../../../src/manager/membership/quorum.ts';
import { SWARM_CONFIG, votersOnly } from '../../../src/raft/index.ts';
import { Cluster, upTo } from '../../raft/cluster.ts';

/** Managers, quorum, failures tolerated, and how many others may be unreachable while a reachable one goes. */
const table: readonly (readonly [number, number, number, number])[] = [
  [2, 2, 0, 0],
  [3, 2, 1, 0],
  [4, 3, 1, 1],
  [5, 3, 2, 1],
  [6, 4, 2, 2],
  [7, 4, 3, 2],
  [8, 5, 3, 3],
  [9, 5, 4, 3],
  [10, 6, 4, 4],
  [11, 6, 5, 4],
];

describe.each(table)('R-R110: of %i managers', (managers, quorum, tolerated, mayBeUnreachable) => {
  it(`${quorum} decide, without ${tolerated}`, () => {
    const cluster = new Cluster(managers, { config: SWARM_CONFIG });
    expect(cluster.raft(1).configuration).toEqual(votersOnly(upTo(managers)));
    const all = upTo(managers);
    cluster.elect(1, all.slice(quorum));
    expect(managers - quorum).toBe(tolerated);
    const other = new Cluster(managers, { config: SWARM_CONFIG });
    expect(() => other.elect(1, all.slice(quorum - 1))).toThrow('did not win');
  });

  it(`a reachable one may be demoted while ${mayBeUnreachable} others cannot be reached, not more`, () => {
    // The leader is one of those that stay.
    const others = (unreachable: number): boolean[] =>
      Array.from({ length: managers - 1 }, (_, position) => position >= unreachable);
    expect(canRemove(others(mayBeUnreachable))).toBe(true);
    expect(canRemove(others(mayBeUnreachable + 1))).toBe(false);
  });
});

it('R-R110, R-R131: the only manager is never demoted', () => {
  expect(canRemove([])).toBe(false);
});
