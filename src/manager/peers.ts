// Connections between managers: sending, and what the lack of an answer tells (R-R37, R-R38). Each message that expects an answer starts
// a watch of 2 s on its peer; anything heard from the peer ends it.

import type { Member } from '../model/calls.ts';
import { second } from '../model/duration.ts';
import { reportSnapshot, reportUnreachable } from '../raft/index.ts';
import type { ManagerContext } from './context.ts';
import type { RaftMessage } from './peer.ts';
import type { ManagerState } from './state.ts';

/** How long a peer may be silent on something that wants an answer (R-R38). */
const silenceLimit = 2 * second;

/** A new peer counts as active until it fails to answer. */
export function connect(manager: ManagerState, member: Member): void {
  manager.members.set(member.raftId, member);
  if (member.raftId !== manager.self.raftId && !manager.peers.has(member.raftId)) {
    manager.peers.set(member.raftId, { active: true, awaitingSince: undefined, snapshotSent: false });
  }
}

export function disconnect(manager: ManagerState, raftId: number): void {
  manager.members.delete(raftId);
  manager.peers.delete(raftId);
}

function wantsAnswer(message: RaftMessage): boolean {
  return message.kind === 'append' || message.kind === 'heartbeat' || message.kind === 'snapshot';
}

/** Sends a Raft message to the member it is for; to an unknown one it is lost. */
export function sendToPeer(context: ManagerContext, manager: ManagerState, message: RaftMessage): void {
  const member = manager.members.get(message.to);
  if (member === undefined) return;
  const peer = manager.peers.get(message.to);
  if (peer !== undefined && wantsAnswer(message)) {
    peer.awaitingSince ??= context.now();
    if (message.kind === 'snapshot') peer.snapshotSent = true;
  }
  context.send(member.host, { kind: 'raft', message });
}

/**
 * Something came from a peer: what was sent to it before counts as delivered, a snapshot too (R-R38). Raft has to be told, for the answer to a
 * snapshot that is older than the log by now does not end Raft's wait; and where the snapshot was lost, the next probe finds out.
 */
export function heardFrom({ raft, peers }: ManagerState, raftId: number): void {
  const peer = peers.get(raftId);
  if (peer === undefined) return;
  peer.active = true;
  peer.awaitingSince = undefined;
  if (peer.snapshotSent) reportSnapshot(raft, raftId, true);
  peer.snapshotSent = false;
}

/** Every tick: a peer silent for too long is inactive, and Raft is told (R-R38). */
export function watchSilence(context: ManagerContext, manager: ManagerState): void {
  const now = context.now();
  for (const [raftId, peer] of manager.peers) {
    if (peer.awaitingSince === undefined || now - peer.awaitingSince < silenceLimit) continue;
    peer.active = false;
    peer.awaitingSince = undefined;
    peer.snapshotSent = false;
    reportUnreachable(manager.raft, raftId);
    reportSnapshot(manager.raft, raftId, false);
  }
}
