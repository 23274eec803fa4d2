// The whole state of one node as plain data (R-R47). Nothing else influences what the node does next, except
// the messages, calls and `Environment` it is given; so a node can be copied, saved and resumed as JSON.

import type { Configuration } from './configuration.ts';
import type { Log } from './log.ts';
import type { Message } from './message.ts';
import type { Progress } from './progress.ts';
import type { Reads } from './readindex.ts';

/** The four roles of §5.1, and the pre-candidate of thesis 9.6. */
export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** What is fixed for the life of a node. Times are in ticks, sizes in bytes. */
export interface Config {
  /** Base election timeout (ET); the randomised one is ET to 2 ET - 1. More than `heartbeatInterval`. */
  readonly electionTimeout: number;
  /** At least 1. */
  readonly heartbeatInterval: number;
  /** Ask before raising the term (thesis 9.6). */
  readonly preVote: boolean;
  /** A leader that loses contact with a quorum steps down; followers of a live leader refuse votes. */
  readonly checkQuorum: boolean;
  /** How reads are confirmed (thesis 6.4). `lease-based` needs `checkQuorum`. */
  readonly readOnly: 'safe' | 'lease-based';
  /** Most bytes of entries in one append; a single larger entry still goes alone. NO_LIMIT for no limit. */
  readonly maxAppendBytes: number;
  /** Most bytes of committed entries in one round; a single larger entry still goes alone. */
  readonly maxCommittedBytes: number;
  /** Most unanswered appends per member. At least 1. */
  readonly maxInflight: number;
  /** Let any configuration change into the log. Without care of the caller, applying it is fatal (R-R96). */
  readonly disableChangeValidation: boolean;
  /** A leader that is removed or demoted becomes follower at once (R-R100). */
  readonly stepDownOnRemoval: boolean;
}

/** The settings of a Swarm manager (R-R2, R-R4, R-R5). */
export const SWARM_CONFIG: Config = {
  electionTimeout: 10,
  heartbeatInterval: 1,
  preVote: false,
  checkQuorum: true,
  readOnly: 'safe',
  maxAppendBytes: 65_535,
  maxCommittedBytes: 65_535,
  maxInflight: 256,
  disableChangeValidation: false,
  stepDownOnRemoval: false,
};

/** What is not data. Fixed per program, passed to every function that needs it. */
export interface Environment<D> {
  /** A uniform integer from 0 to `bound` - 1, for the randomised election timeout (§5.2). */
  random(bound: number): number;
  /** The size of a payload in bytes, for the size limits. */
  sizeOf(data: D): number;
}

/** What must survive a crash besides entries and snapshot (R-R48). */
export interface HardState {
  readonly term: number;
  readonly vote: number;
  readonly commit: number;
}

/** What the last round told the application, to tell only changes (R-R220). */
export interface HandedOut {
  leader: number;
  role: Role;
  term: number;
  vote: number;
  commit: number;
}

/** The round that was taken and not yet reported done (R-R225). */
export interface Outstanding<D, S> {
  active: boolean;
  /** The node's own responses, which count only once the round is saved (R-R106). */
  ownResponses: Message<D, S>[];
  /** The last committed entry of the round, 0 if none. */
  committed: number;
  /** The index of the received snapshot in the round, 0 if none. */
  snapshot: number;
}

/** A vote as it came in; only the first of each voter counts (R-R65). */
export interface Vote {
  readonly from: number;
  readonly granted: boolean;
}

/** One node. `D` is the payload of an entry, `S` that of a snapshot. Create it with `restart`. */
export interface RaftState<D, S> {
  readonly id: number;
  readonly config: Config;

  // Figure 2, persistent state.
  term: number;
  /** The candidate voted for in this term, or NONE. */
  vote: number;
  readonly log: Log<D, S>;

  // Figure 2, volatile state.
  role: Role;
  /** The leader of this term, or NONE. */
  leader: number;
  configuration: Configuration;
  /** One for each member, sorted by id; meaningful on a leader. */
  progress: readonly Progress[];
  /** Answers to the running election. */
  votes: Vote[];

  /** Ticks since the leader was heard, a vote was given or the last quorum check. */
  electionElapsed: number;
  /** Ticks since the last heartbeat was sent. */
  heartbeatElapsed: number;
  /** Drawn anew at every change of role (R-R3). */
  randomizedElectionTimeout: number;

  /** The target of a running leadership transfer, or NONE (thesis 3.10). */
  transferTarget: number;
  /** Nothing above this index in the log is a configuration change that could be pending (R-R96). */
  pendingChangeIndex: number;
  readonly reads: Reads;

  // The outboxes of R-R219.
  immediate: Message<D, S>[];
  afterSave: Message<D, S>[];
  ownResponses: Message<D, S>[];

  readonly handedOut: HandedOut;
  readonly outstanding: Outstanding<D, S>;
}
