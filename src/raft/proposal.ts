// Proposals: what a client wants in the log (§5.3, §8), and what may not go in (§6).

import { assert } from './assert.ts';
import { isJoint } from './configuration.ts';
import type { ConfigurationChange, Proposal } from './entry.ts';
import { lastIndex } from './log.ts';
import { NONE } from './message.ts';
import { send } from './outbox.ts';
import { findProgress } from './progress.ts';
import { appendProposal } from './replication.ts';
import type { Environment, RaftState } from './state.ts';

/**
 * `ok`: taken, which promises nothing more; it may still be lost. `proposal dropped`: not taken, and it never
 * will be. `peer not found`: a response from an id that is no member was refused (R-R60).
 */
export type Outcome = 'ok' | 'proposal dropped' | 'peer not found';

/**
 * Proposes an entry. A follower forwards it to its leader. Dropped without a leader, by a candidate, during a
 * leadership transfer, and by a leader that is no member (R-R92, R-R229).
 */
export function propose<D, S>(raft: RaftState<D, S>, env: Environment<D>, data: D): Outcome {
  return proposeEntry(raft, env, { kind: 'normal', data });
}

/**
 * Proposes a configuration change, like {@link propose}. A change that could not be applied safely becomes an
 * empty normal entry, and its proposer is not told (R-R96).
 */
export function proposeConfigurationChange<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  change: ConfigurationChange<D>,
): Outcome {
  const { form, operations, transition } = change;
  const wellFormed = form === 'list' || (operations.length === 1 && transition === 'auto');
  assert(wellFormed, 'a single change has one operation and no transition');
  return proposeEntry(raft, env, { kind: 'configuration', change });
}

/** Handles a proposal of this node. */
export function proposeEntry<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  proposal: Proposal<D>,
): Outcome {
  return handleProposal(raft, env, raft.id, proposal);
}

/** Handles a proposal of this node or of one that forwarded it. */
export function handleProposal<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  from: number,
  proposal: Proposal<D>,
): Outcome {
  if (raft.role !== 'leader') {
    if (raft.role !== 'follower' || raft.leader === NONE) return 'proposal dropped';
    send(raft, { kind: 'propose', from, to: raft.leader, term: 0, proposal });
    return 'ok';
  }
  if (raft.transferTarget !== NONE) return 'proposal dropped';
  if (findProgress(raft.progress, raft.id) === undefined) return 'proposal dropped';
  if (proposal.kind === 'normal') {
    appendProposal(raft, env, proposal);
  } else if (!raft.config.disableChangeValidation && !isSafe(raft, proposal.change)) {
    appendProposal(raft, env, { kind: 'normal', data: null });
  } else {
    raft.pendingChangeIndex = lastIndex(raft.log) + 1;
    appendProposal(raft, env, proposal);
  }
  return 'ok';
}

/** One change at a time, and only leaving in a joint configuration (thesis 4.1, R-R96). */
function isSafe<D, S>(raft: RaftState<D, S>, change: ConfigurationChange<D> | null): boolean {
  if (raft.pendingChangeIndex > raft.log.applied) return false;
  const leaves = change === null || change.operations.length === 0;
  return isJoint(raft.configuration) === leaves;
}
