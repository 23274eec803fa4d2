// Whether a member of the Raft group can go without the rest losing its majority.

/**
 * R-R131. `others` are the members that would stay, and whether each is reached; the leader reaches itself.
 * For an even number of members this can hold for a dead one although the living have no majority: then its removal cannot commit.
 */
export function canRemove(others: readonly boolean[]): boolean {
  const reached = others.filter((isReached) => isReached).length;
  return reached >= Math.floor(others.length / 2) + 1;
}
