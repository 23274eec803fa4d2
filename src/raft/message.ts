// What nodes say to each other. Field meanings follow the paper's RPCs (figure 2, figure 13) and R-R224.
// Messages are plain data and never changed after they are made. Requests and reports that a node makes to
// itself (tick, campaign, report ...) are functions, not messages.

import type { Entry, Proposal } from './entry.ts';
import type { Snapshot } from './snapshot.ts';

/** No node: an unknown leader, an unused vote, no transfer target. */
export const NONE = 0;

interface Envelope {
  readonly from: number;
  readonly to: number;
  /** The sender's term, except in forwarded proposals and reads (0) and in pre-votes (R-R56, R-R63). */
  readonly term: number;
}

/** RequestVote (§5.2), and its pre-vote twin (thesis 9.6). */
export interface VoteRequest extends Envelope {
  readonly kind: 'vote';
  readonly preVote: boolean;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The campaign was ordered by the old leader, so its lease does not protect it (R-R58). */
  readonly transfer: boolean;
}

/** The answer to a {@link VoteRequest}. */
export interface VoteResponse extends Envelope {
  readonly kind: 'vote-response';
  readonly preVote: boolean;
  readonly granted: boolean;
}

/** AppendEntries (§5.3). */
export interface Append<D> extends Envelope {
  readonly kind: 'append';
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry<D>[];
  readonly commit: number;
}

/** The answer to an {@link Append} or a {@link InstallSnapshot}. */
export interface AppendResponse extends Envelope {
  readonly kind: 'append-response';
  /** Accepted: the last index known to match. Rejected: the previous index that did not. */
  readonly index: number;
  readonly rejected: boolean;
  /** Rejected: where the logs may agree (R-R71). */
  readonly hintIndex: number;
  /** Rejected: the follower's term at `hintIndex`, 0 if unknown. */
  readonly hintTerm: number;
}

/** The leader's sign of life. `context` names the newest pending read, or is empty. */
export interface Heartbeat extends Envelope {
  readonly kind: 'heartbeat';
  readonly commit: number;
  readonly context: string;
}

/** The answer to a {@link Heartbeat}, with its context. */
export interface HeartbeatResponse extends Envelope {
  readonly kind: 'heartbeat-response';
  readonly context: string;
}

/** InstallSnapshot (§7), in one piece. */
export interface InstallSnapshot<S> extends Envelope {
  readonly kind: 'snapshot';
  readonly snapshot: Snapshot<S>;
}

/** Tells the target of a leadership transfer to campaign at once (thesis 3.10). */
export interface TimeoutNow extends Envelope {
  readonly kind: 'timeout-now';
}

/** A proposal that a follower forwards to its leader (R-R229). */
export interface Propose<D> extends Envelope {
  readonly kind: 'propose';
  readonly proposal: Proposal<D>;
}

/** A transfer request that a follower forwards; `from` is the target (R-R94). */
export interface TransferLeader extends Envelope {
  readonly kind: 'transfer-leader';
}

/** A read request that a follower forwards to its leader (thesis 6.4). */
export interface ReadIndex extends Envelope {
  readonly kind: 'read-index';
  readonly context: string;
}

/** The leader's answer: the read may be served once `index` is applied. */
export interface ReadIndexResponse extends Envelope {
  readonly kind: 'read-index-response';
  readonly index: number;
  readonly context: string;
}

/** Everything that can cross the network. */
export type Message<D, S> =
  | VoteRequest
  | VoteResponse
  | Append<D>
  | AppendResponse
  | Heartbeat
  | HeartbeatResponse
  | InstallSnapshot<S>
  | TimeoutNow
  | Propose<D>
  | TransferLeader
  | ReadIndex
  | ReadIndexResponse;

/** Responses are accepted only from members (R-R60). */
export function isResponse<D, S>(message: Message<D, S>): boolean {
  switch (message.kind) {
    case 'append-response':
    case 'heartbeat-response':
    case 'vote-response':
    case 'read-index-response':
      return true;
    default:
      return false;
  }
}
