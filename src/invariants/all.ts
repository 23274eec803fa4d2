// All invariants, the broad ones of Raft first: what breaks one of those soon breaks others, and should be told as itself.

import { answersAreCommitted } from './answers-are-committed.ts';
import { commitsAreAgreed } from './commits-are-agreed.ts';
import { commitsNeedAQuorum } from './commits-need-a-quorum.ts';
import { equalStates } from './equal-states.ts';
import { hostPortsAreFree } from './host-ports-are-free.ts';
import { indexesInOrder } from './indexes-in-order.ts';
import type { Invariant } from './invariant.ts';
import { leaderAppendsOnly } from './leader-appends-only.ts';
import { leaderCompleteness } from './leader-completeness.ts';
import { logMatching } from './log-matching.ts';
import { maxReplicasHold } from './max-replicas-hold.ts';
import { nodeStatesFollow } from './node-states-follow.ts';
import { oneLeaderPerTerm } from './one-leader-per-term.ts';
import { oneVotePerTerm } from './one-vote-per-term.ts';
import { promisesSurviveRestarts } from './promises-survive-restarts.ts';
import { reservationsFit } from './reservations-fit.ts';
import { tasksGoForward } from './tasks-go-forward.ts';
import { tasksKeepTheirPlace } from './tasks-keep-their-place.ts';
import { versionsGrow } from './versions-grow.ts';

export const allInvariants: readonly Invariant[] = [
  promisesSurviveRestarts,
  oneVotePerTerm,
  oneLeaderPerTerm,
  leaderCompleteness,
  leaderAppendsOnly,
  logMatching,
  commitsNeedAQuorum,
  commitsAreAgreed,
  indexesInOrder,
  equalStates,
  versionsGrow,
  answersAreCommitted,
  nodeStatesFollow,
  tasksGoForward,
  tasksKeepTheirPlace,
  reservationsFit,
  hostPortsAreFree,
  maxReplicasHold,
];
