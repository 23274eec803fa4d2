// Majorities, of one set of voters or of both halves of a joint configuration (§6). Everything that is
// decided in Raft is decided here: elections, commits, leases, reads.

import type { Progress } from './progress.ts';

/** How a vote stands. */
export type VoteResult = 'won' | 'lost' | 'pending';

/**
 * Counts votes (R-R65). `answer` gives a voter's vote, undefined while it has not answered. Both halves of a
 * joint configuration must win; one lost half loses.
 */
export function countVotes(
  members: readonly Progress[],
  answer: (id: number) => boolean | undefined,
): VoteResult {
  const incoming = countHalf(members, answer, false);
  const outgoing = countHalf(members, answer, true);
  if (incoming === 'lost' || outgoing === 'lost') return 'lost';
  return incoming === 'won' && outgoing === 'won' ? 'won' : 'pending';
}

function countHalf(
  members: readonly Progress[],
  answer: (id: number) => boolean | undefined,
  outgoing: boolean,
): VoteResult {
  let voters = 0;
  let granted = 0;
  let refused = 0;
  for (const member of members) {
    if (!votesIn(member, outgoing)) continue;
    voters += 1;
    const vote = answer(member.id);
    if (vote === true) granted += 1;
    else if (vote === false) refused += 1;
  }
  // The outgoing half of a simple configuration is empty and wins.
  if (voters === 0 || granted >= majority(voters)) return 'won';
  return voters - refused < majority(voters) ? 'lost' : 'pending';
}

/** The largest index stored on a majority of the voters, of both halves if joint (R-R84). */
export function committedIndex(members: readonly Progress[]): number {
  return Math.min(committedInHalf(members, false), committedInHalf(members, true));
}

// With at most a dozen members, comparing all pairs is quicker than sorting, and allocates nothing.
function committedInHalf(members: readonly Progress[], outgoing: boolean): number {
  let voters = 0;
  for (const member of members) if (votesIn(member, outgoing)) voters += 1;
  if (voters === 0) return Number.MAX_SAFE_INTEGER;
  let best = 0;
  for (const candidate of members) {
    if (candidate.match <= best || !votesIn(candidate, outgoing)) continue;
    let stored = 0;
    for (const member of members) {
      if (member.match >= candidate.match && votesIn(member, outgoing)) stored += 1;
    }
    if (stored >= majority(voters)) best = candidate.match;
  }
  return best;
}

function votesIn(member: Progress, outgoing: boolean): boolean {
  return outgoing ? member.outgoingVoter : member.voter;
}

function majority(voters: number): number {
  return (voters >> 1) + 1;
}
