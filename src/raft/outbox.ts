// The outboxes of a node (R-R219): what leaves with the next round, and what the node answers to itself.

import { assert } from './assert.ts';
import type { Message } from './message.ts';
import type { RaftState } from './state.ts';

/**
 * Queues anything but a response to an append or a vote request. It vouches for nothing; still it leaves with
 * the next round only.
 */
export function send<D, S>(raft: RaftState<D, S>, message: Message<D, S>): void {
  assert(message.to !== raft.id, 'only responses are addressed to oneself');
  raft.immediate.push(message);
}

/**
 * Queues a response to an append or a vote request. It must not leave, nor count here if it is to oneself,
 * before everything it vouches for is durable (R-R105, R-R106).
 */
export function sendAfterSave<D, S>(raft: RaftState<D, S>, message: Message<D, S>): void {
  if (message.to === raft.id) raft.ownResponses.push(message);
  else raft.afterSave.push(message);
}

/** Queues a refusing or granting answer to a vote request, possibly to oneself. */
export function answerVote<D, S>(
  raft: RaftState<D, S>,
  to: number,
  term: number,
  preVote: boolean,
  granted: boolean,
): void {
  sendAfterSave(raft, { kind: 'vote-response', from: raft.id, to, term, preVote, granted });
}

/** Queues an acceptance of everything up to `index`, possibly to oneself (R-R223, R-R224). */
export function acceptAppend<D, S>(raft: RaftState<D, S>, to: number, index: number): void {
  sendAfterSave(raft, {
    kind: 'append-response',
    from: raft.id,
    to,
    term: raft.term,
    index,
    rejected: false,
    hintIndex: 0,
    hintTerm: 0,
  });
}
