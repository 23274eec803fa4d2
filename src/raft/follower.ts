// What a follower does with the messages of its leader (§5.2, §5.3, §7), and with requests it can only pass
// on.

import { campaignForTransfer } from './election.ts';
import { commitTo, findConflict, lastIndex, merge, restoreSnapshot, termAt, UNKNOWN_TERM } from './log.ts';
import { restoreConfiguration } from './membership.ts';
import { type Append, type Heartbeat, type InstallSnapshot, type Message, NONE } from './message.ts';
import { acceptAppend, send, sendAfterSave } from './outbox.ts';
import { handleProposal, type Outcome } from './proposal.ts';
import { handleReadIndex } from './readindex.ts';
import type { Environment, RaftState } from './state.ts';
import { transferLeadership } from './transfer.ts';

/** Handles a message of the own term, or without a term, on a follower. */
export function stepFollower<D, S>(
  raft: RaftState<D, S>,
  env: Environment<D>,
  message: Message<D, S>,
): Outcome {
  switch (message.kind) {
    case 'append':
    case 'heartbeat':
    case 'snapshot':
      followLeader(raft, message);
      return 'ok';
    case 'propose':
      return handleProposal(raft, env, message.from, message.proposal);
    case 'timeout-now':
      campaignForTransfer(raft, env);
      return 'ok';
    case 'transfer-leader':
      transferLeadership(raft, env, message.from);
      return 'ok';
    case 'read-index':
      handleReadIndex(raft, message);
      return 'ok';
    case 'read-index-response':
      raft.reads.confirmed.push({ index: message.index, context: message.context });
      return 'ok';
    default:
      return 'ok';
  }
}

/** A message that only the leader of this term sends: it is alive (R-R69). */
export function followLeader<D, S>(
  raft: RaftState<D, S>,
  message: Append<D> | Heartbeat | InstallSnapshot<S>,
): void {
  raft.electionElapsed = 0;
  raft.leader = message.from;
  if (message.kind === 'append') handleAppend(raft, message);
  else if (message.kind === 'heartbeat') handleHeartbeat(raft, message);
  else handleSnapshot(raft, message);
}

/** AppendEntries (figure 2, R-R70). */
function handleAppend<D, S>(raft: RaftState<D, S>, append: Append<D>): void {
  const { log } = raft;
  const { from, previousIndex, previousTerm, entries } = append;
  if (previousIndex < log.committed) {
    acceptAppend(raft, from, log.committed);
  } else if (termAt(log, previousIndex) !== previousTerm) {
    reject(raft, append);
  } else {
    merge(log, entries);
    // Not the own last index: nothing is known about a longer tail.
    const matched = previousIndex + entries.length;
    commitTo(log, Math.min(append.commit, matched));
    acceptAppend(raft, from, matched);
  }
}

/** Rejects with a hint where the logs may agree, which saves the leader probes (§5.3, R-R71). */
function reject<D, S>(raft: RaftState<D, S>, append: Append<D>): void {
  const { log } = raft;
  const hintIndex = findConflict(log, Math.min(append.previousIndex, lastIndex(log)), append.previousTerm);
  const hintTerm = termAt(log, hintIndex);
  sendAfterSave(raft, {
    kind: 'append-response',
    from: raft.id,
    to: append.from,
    term: raft.term,
    index: append.previousIndex,
    rejected: true,
    hintIndex,
    hintTerm: hintTerm === UNKNOWN_TERM ? 0 : hintTerm,
  });
}

function handleHeartbeat<D, S>(raft: RaftState<D, S>, heartbeat: Heartbeat): void {
  const { from, commit, context } = heartbeat;
  commitTo(raft.log, commit);
  send(raft, { kind: 'heartbeat-response', from: raft.id, to: from, term: raft.term, context });
}

/** InstallSnapshot (figure 13, R-R102). */
function handleSnapshot<D, S>(raft: RaftState<D, S>, message: InstallSnapshot<S>): void {
  const { log } = raft;
  const { index, term, configuration } = message.snapshot;
  const { voters, outgoing, learners } = configuration;
  const concernsMe = voters.includes(raft.id) || outgoing.includes(raft.id) || learners.includes(raft.id);
  if (index > log.committed && concernsMe) {
    if (termAt(log, index) === term) {
      commitTo(log, index);
    } else {
      restoreSnapshot(log, message.snapshot);
      restoreConfiguration(raft, configuration);
    }
  }
  acceptAppend(raft, message.from, log.committed);
}

/**
 * Makes a follower forget its leader, for an application that knows it is dead: the node may vote again in
 * this term and is bound by no lease. Nothing else changes; ignored with lease-based reads and off followers
 * (R-R230).
 */
export function forgetLeader<D, S>(raft: RaftState<D, S>): void {
  if (raft.role === 'follower' && raft.config.readOnly !== 'lease-based') raft.leader = NONE;
}
