// What a leader knows about one member: how far its log matches, and how entries flow to it (R-R74 to R-R82).
// One state machine per member, with three states. No messages are made here.

/**
 * - `probe`: the match point is being searched; one non-empty append, then silence until an answer.
 * - `replicate`: appends stream ahead of the answers, up to the in-flight window.
 * - `snapshot`: a snapshot is on its way; no appends until it is known to have arrived.
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/** What a leader knows of one member (R-R74). Invariant: 0 <= match < next. */
export interface Progress {
  readonly id: number;
  /** The member votes: in the (incoming) voters. */
  voter: boolean;
  /** The member votes in the outgoing half of a joint configuration. */
  outgoingVoter: boolean;
  state: ProgressState;
  /** The highest index known to be in the member's durable log. */
  match: number;
  /** The next index to send. */
  next: number;
  /** Nothing is sent in probe or replicate until an answer comes. */
  paused: boolean;
  /** The index of the snapshot that is on its way, 0 if none. */
  pendingSnapshot: number;
  /** The member answered since the last quorum check (R-R88). */
  recentlyActive: boolean;
  /** The last index of each unanswered non-empty append, oldest first. */
  readonly inflight: number[];
  /** The commit index of the last append or heartbeat made for it (R-R221). */
  sentCommit: number;
}

/** The progress of a member that has just been added (R-R83). */
export function newProgress(id: number, lastIndex: number): Progress {
  return {
    id,
    voter: false,
    outgoingVoter: false,
    state: 'probe',
    match: 0,
    next: Math.max(lastIndex, 1),
    paused: false,
    pendingSnapshot: 0,
    // Otherwise a quorum check right after a member joined would count it as lost.
    recentlyActive: true,
    inflight: [],
    sentCommit: 0,
  };
}

/** Forgets everything but who the member is (R-R49). */
export function resetProgress(member: Progress, match: number, lastIndex: number): void {
  enter(member, 'probe');
  member.match = match;
  member.next = lastIndex + 1;
  member.recentlyActive = false;
  member.sentCommit = 0;
}

/** The progress of `id` in a list sorted by id. A cluster has few members, so a scan beats a search. */
export function findProgress(members: readonly Progress[], id: number): Progress | undefined {
  for (const member of members) if (member.id === id) return member;
  return undefined;
}

/** A learner receives the log but counts for no decision. */
export function isLearner(member: Progress): boolean {
  return !member.voter && !member.outgoingVoter;
}

/** R-R75. */
export function isPaused(member: Progress): boolean {
  return member.paused || member.state === 'snapshot';
}

/** R-R78, R-R221. */
export function becomeProbe(member: Progress): void {
  const arrived = member.state === 'snapshot' ? member.pendingSnapshot : 0;
  enter(member, 'probe');
  member.next = Math.max(member.match, arrived) + 1;
  member.sentCommit = Math.min(member.sentCommit, member.next - 1);
}

/** R-R78. */
export function becomeReplicate(member: Progress): void {
  enter(member, 'replicate');
  member.next = member.match + 1;
}

/** R-R78, R-R221: the member waits for a snapshot up to `index`. */
export function becomeSnapshot(member: Progress, index: number): void {
  enter(member, 'snapshot');
  member.pendingSnapshot = index;
  member.next = index + 1;
  member.sentCommit = index;
}

function enter(member: Progress, state: ProgressState): void {
  member.state = state;
  member.paused = false;
  member.pendingSnapshot = 0;
  member.inflight.length = 0;
}

/** An append of `count` entries was made for the member (R-R76). */
export function noteAppend(member: Progress, count: number, windowSize: number): void {
  if (member.state === 'replicate') {
    if (count > 0) {
      member.next += count;
      member.inflight.push(member.next - 1);
    }
    // With a full window even an empty append is a probe: the next one waits for an answer.
    member.paused = member.inflight.length >= windowSize;
  } else if (count > 0) {
    member.paused = true;
  }
}

/** The member acknowledged everything up to `index`. Returns false if that is no news (R-R77). */
export function acknowledge(member: Progress, index: number): boolean {
  if (index <= member.match) return false;
  member.match = index;
  if (member.next <= index) member.next = index + 1;
  member.paused = false;
  return true;
}

/** Frees the window slots of appends that end at or before `index`. */
export function freeWindow(member: Progress, index: number): void {
  const { inflight } = member;
  let first = inflight[0];
  while (first !== undefined && first <= index) {
    inflight.shift();
    first = inflight[0];
  }
}

/**
 * The member rejected an append after `rejectedIndex`; the logs may agree at `hint`. Moves `next` back and
 * returns true, or returns false if the rejection is a late duplicate (R-R77).
 */
export function retreat(member: Progress, rejectedIndex: number, hint: number): boolean {
  if (member.state === 'replicate') {
    if (rejectedIndex <= member.match) return false;
    becomeProbe(member);
    return true;
  }
  if (member.next - 1 !== rejectedIndex) return false;
  member.next = Math.max(Math.min(rejectedIndex, hint + 1), member.match + 1);
  member.sentCommit = Math.min(member.sentCommit, member.next - 1);
  member.paused = false;
  return true;
}
