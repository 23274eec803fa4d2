// All invariants, the broad ones of Raft first: what breaks one of those soon breaks others, and should be told as itself.

import { agentsStopWhenTold } from './agents-stop-when-told.ts';
import { answersAreCommitted } from './answers-are-committed.ts';
import { campaignsInTime } from './campaigns-in-time.ts';
import { candidatesAreMembers } from './candidates-are-members.ts';
import { commitsAreAgreed } from './commits-are-agreed.ts';
import { commitsNeedAQuorum } from './commits-need-a-quorum.ts';
import { demotionsLeaveAMajority } from './demotions-leave-a-majority.ts';
import { entriesFit } from './entries-fit.ts';
import { equalStates } from './equal-states.ts';
import { heartbeatsCommitWhatIsThere } from './heartbeats-commit-what-is-there.ts';
import { hostPortsAreFree } from './host-ports-are-free.ts';
import { indexesInOrder } from './indexes-in-order.ts';
import type { Invariant } from './invariant.ts';
import { leaderAppendsOnly } from './leader-appends-only.ts';
import { leaderCompleteness } from './leader-completeness.ts';
import { leadersAreAnnouncedOnce } from './leaders-are-announced-once.ts';
import { leadersHearAMajority } from './leaders-hear-a-majority.ts';
import { leadersPropose } from './leaders-propose.ts';
import { leasesHold } from './leases-hold.ts';
import { logMatching } from './log-matching.ts';
import { matchesAreDurable } from './matches-are-durable.ts';
import { maxReplicasHold } from './max-replicas-hold.ts';
import { membersChangeOneByOne } from './members-change-one-by-one.ts';
import { membersFollowTheLog } from './members-follow-the-log.ts';
import { namesAreUnique } from './names-are-unique.ts';
import { noMajorityNoHistory } from './no-majority-no-history.ts';
import { nodeStatesFollow } from './node-states-follow.ts';
import { nodesComeWithAToken } from './nodes-come-with-a-token.ts';
import { oneLeaderPerTerm } from './one-leader-per-term.ts';
import { oneVotePerTerm } from './one-vote-per-term.ts';
import { orphansWereAbandoned } from './orphans-were-abandoned.ts';
import { probesAreAnswered } from './probes-are-answered.ts';
import { progressInBounds } from './progress-in-bounds.ts';
import { promisesAreSavedFirst } from './promises-are-saved-first.ts';
import { promisesSurviveRestarts } from './promises-survive-restarts.ts';
import { removedMembersStayOut } from './removed-members-stay-out.ts';
import { reservationsFit } from './reservations-fit.ts';
import { sessionsAreSingle } from './sessions-are-single.ts';
import { silenceEndsSessions } from './silence-ends-sessions.ts';
import { snapshotsAreTrue } from './snapshots-are-true.ts';
import { statusesComeFromAgents } from './statuses-come-from-agents.ts';
import { tasksAreWellFormed } from './tasks-are-well-formed.ts';
import { tasksGoForward } from './tasks-go-forward.ts';
import { tasksGoToOpenNodes } from './tasks-go-to-open-nodes.ts';
import { tasksGoWhenEnded } from './tasks-go-when-ended.ts';
import { tasksKeepTheirPlace } from './tasks-keep-their-place.ts';
import { transfersEnd } from './transfers-end.ts';
import { transitionsHaveOwners } from './transitions-have-owners.ts';
import { updatesKeepToTheirParallelism } from './updates-keep-to-their-parallelism.ts';
import { updatesSeeTheNewest } from './updates-see-the-newest.ts';
import { versionsGrow } from './versions-grow.ts';
import { workersHoldNoVote } from './workers-hold-no-vote.ts';

export const allInvariants: readonly Invariant[] = [
  promisesSurviveRestarts,
  promisesAreSavedFirst,
  oneVotePerTerm,
  oneLeaderPerTerm,
  leaderCompleteness,
  leaderAppendsOnly,
  logMatching,
  commitsNeedAQuorum,
  commitsAreAgreed,
  indexesInOrder,
  equalStates,
  matchesAreDurable,
  progressInBounds,
  probesAreAnswered,
  heartbeatsCommitWhatIsThere,
  membersChangeOneByOne,
  membersFollowTheLog,
  removedMembersStayOut,
  leadersHearAMajority,
  leasesHold,
  transfersEnd,
  snapshotsAreTrue,
  campaignsInTime,
  candidatesAreMembers,
  leadersPropose,
  leadersAreAnnouncedOnce,
  demotionsLeaveAMajority,
  workersHoldNoVote,
  noMajorityNoHistory,
  versionsGrow,
  updatesSeeTheNewest,
  namesAreUnique,
  entriesFit,
  answersAreCommitted,
  nodeStatesFollow,
  nodesComeWithAToken,
  silenceEndsSessions,
  sessionsAreSingle,
  tasksAreWellFormed,
  tasksGoForward,
  transitionsHaveOwners,
  tasksKeepTheirPlace,
  tasksGoWhenEnded,
  updatesKeepToTheirParallelism,
  statusesComeFromAgents,
  orphansWereAbandoned,
  tasksGoToOpenNodes,
  reservationsFit,
  hostPortsAreFree,
  maxReplicasHold,
  agentsStopWhenTold,
];
