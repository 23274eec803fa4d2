// A configuration change takes effect on a node when its entry is applied there (thesis 4.1; R-R97 to R-R100,
// R-R226, R-R227).

import { allMembers, type Configuration, changeConfiguration, isJoint, isVoter } from './configuration.ts';
import type { ConfigurationChange } from './entry.ts';
import { lastIndex } from './log.ts';
import { NONE } from './message.ts';
import { findProgress, isLearner, newProgress, type Progress } from './progress.ts';
import { proposeEntry } from './proposal.ts';
import { advanceCommit, broadcastAppend, broadcastNews } from './replication.ts';
import { becomeFollower } from './role.ts';
import type { Environment, RaftState } from './state.ts';

/**
 * Applies the change of a committed configuration entry, null for the change of a leader that leaves a joint
 * configuration. The application calls it once for each such entry, in log order, before it reports the round
 * done. Returns the new configuration, which belongs into later snapshots. A change that does not fit is
 * fatal.
 */
export function applyConfigurationChange<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  change: ConfigurationChange<D> | null,
): Configuration {
  const { configuration, forgotten } = changeConfiguration(raft.configuration, change);
  const kept = raft.progress.filter((member) => !forgotten.includes(member.id));
  install(raft, configuration, kept);
  afterSwitch(raft, env);
  return configuration;
}

/** Installs the configuration of a snapshot; nothing is known about its members yet. */
export function restoreConfiguration<D, S>(raft: RaftState<D, S>, configuration: Configuration): void {
  install(raft, configuration, []);
}

function install<D, S>(
  raft: RaftState<D, S>,
  configuration: Configuration,
  known: readonly Progress[],
): void {
  const last = lastIndex(raft.log);
  const progress = allMembers(configuration).map((id) => findProgress(known, id) ?? newProgress(id, last));
  for (const member of progress) {
    member.voter = configuration.voters.includes(member.id);
    member.outgoingVoter = configuration.outgoing.includes(member.id);
  }
  raft.configuration = configuration;
  raft.progress = progress;
}

/** What a leader does at the moment of the switch (R-R100). */
function afterSwitch<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  if (raft.role !== 'leader') return;
  const self = findProgress(raft.progress, raft.id);
  if (self === undefined || isLearner(self)) {
    if (raft.config.stepDownOnRemoval) becomeFollower(raft, env, raft.term, NONE);
    return;
  }
  // The new quorum may need fewer copies than the old one.
  if (advanceCommit(raft)) broadcastAppend(raft, env);
  else broadcastNews(raft, env);
  if (!isVoter(raft.configuration, raft.transferTarget)) raft.transferTarget = NONE;
}

/** Leaves an auto-leave joint configuration once the entry that entered it is applied (R-R226). */
export function leaveJointIfDue<D, S>(raft: RaftState<D, S>, env: Environment<D>): void {
  if (raft.role !== 'leader' || !isJoint(raft.configuration) || !raft.configuration.autoLeave) return;
  if (raft.log.applied < raft.pendingChangeIndex) return;
  // If it is dropped because of a running transfer, the next report tries again.
  proposeEntry(raft, env, { kind: 'configuration', change: null });
}
