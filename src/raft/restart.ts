// How a node comes to life: from what its disk holds, be that nothing (R-R107).

import { assert } from './assert.ts';
import { NO_MEMBERS } from './configuration.ts';
import type { Entry } from './entry.ts';
import { compactLog, lastIndex, newLog } from './log.ts';
import { restoreConfiguration } from './membership.ts';
import { NONE } from './message.ts';
import { newReads } from './readindex.ts';
import { becomeFollower } from './role.ts';
import type { Snapshot } from './snapshot.ts';
import type { Config, Environment, HardState, RaftState } from './state.ts';

/** What a node starts from. A new node that waits to be contacted has no snapshot, hard state or entries. */
export interface DurableState<D, S> {
  /** At least 1, and never given to another node again (R-R11). */
  readonly id: number;
  readonly config: Config;
  readonly hardState: HardState | null;
  /** The base of the log, and the only source of the configuration. */
  readonly snapshot: Snapshot<S> | null;
  /** The entries that follow the snapshot, without gaps. */
  readonly entries: readonly Entry<D>[];
}

/**
 * Starts a node from durable state: a follower without a leader. Everything committed after the snapshot is
 * handed out for applying again. Throws if the state does not hang together: the node must not start then.
 */
export function restart<D, S>(durable: DurableState<D, S>, env: Environment<D>): RaftState<D, S> {
  const { id, config, snapshot, entries } = durable;
  assert(id >= 1 && Number.isSafeInteger(id), `${id} is not a node id`);
  checkConfig(config);
  const log = newLog<D, S>(snapshot, entries);
  const hardState = durable.hardState ?? { term: 0, vote: NONE, commit: log.committed };
  const { term, vote, commit } = hardState;
  const inRange = commit >= log.committed && commit <= lastIndex(log);
  assert(inRange, `stored commit ${commit} is outside of ${log.committed} to ${lastIndex(log)}`);
  log.committed = commit;
  const raft: RaftState<D, S> = {
    id,
    config,
    term,
    vote,
    log,
    role: 'follower',
    leader: NONE,
    configuration: NO_MEMBERS,
    progress: [],
    votes: [],
    electionElapsed: 0,
    heartbeatElapsed: 0,
    randomizedElectionTimeout: 0,
    transferTarget: NONE,
    pendingChangeIndex: 0,
    reads: newReads(),
    immediate: [],
    afterSave: [],
    ownResponses: [],
    handedOut: { leader: NONE, role: 'follower', term, vote, commit },
    outstanding: { active: false, ownResponses: [], committed: 0, snapshot: 0 },
  };
  restoreConfiguration(raft, snapshot === null ? NO_MEMBERS : snapshot.configuration);
  becomeFollower(raft, env, term, NONE);
  return raft;
}

/** R-R2. */
function checkConfig(config: Config): void {
  assert(config.heartbeatInterval >= 1, 'the heartbeat interval must be at least 1 tick');
  assert(config.electionTimeout > config.heartbeatInterval, 'ET must be greater than the heartbeat interval');
  assert(config.maxInflight >= 1, 'the in-flight window must hold at least 1 append');
  assert(config.readOnly === 'safe' || config.checkQuorum, 'lease-based reads need the quorum check');
}

/**
 * Tells the node of the application's newest snapshot, for members that need entries that were compacted. It
 * must contain applied entries only. A member that was added after it cannot install it (R-R102); SwarmKit
 * therefore writes its current configuration into each snapshot message that it sends (R-R21).
 */
export function keepSnapshot<D, S>(raft: RaftState<D, S>, snapshot: Snapshot<S>): void {
  assert(snapshot.index <= raft.log.committed, `snapshot ${snapshot.index} contains uncommitted entries`);
  raft.log.newestSnapshot = snapshot;
}

/** Drops the log up to and including `index`, which must be applied and contained in the newest snapshot. */
export function compact<D, S>(raft: RaftState<D, S>, index: number): void {
  compactLog(raft.log, index);
}
