// What an invariant is: a sentence about a swarm that is true after every event, and the checks that find out when it is not.
// Invariants look and remember; nothing they do reaches back into the swarm. Each says only what holds in every run, whatever fails.

import type { NodeMemory, SwarmWorld } from '../cluster/types.ts';
import type { RaftMessage } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import type { Call, ControlReply } from '../model/calls.ts';
import type { Configuration, Role, VoteRequest } from '../raft/index.ts';
import type { Fault } from '../sim/fault.ts';
import type { History, News } from './history.ts';
import type { Saved } from './saved.ts';

/** An invariant does not hold: a defect of swarmlab, never of the swarm's user. */
export class BrokenInvariant extends Error {
  /** The sentence that is not true. */
  readonly invariant: string;
  /** Who did what, with numbers. */
  readonly facts: string;
  /** Virtual time, microseconds. */
  readonly at: number;

  constructor(invariant: string, facts: string, at: number) {
    super(`invariant broken at ${at} us: ${invariant}: ${facts}`);
    this.name = 'BrokenInvariant';
    this.invariant = invariant;
    this.facts = facts;
    this.at = at;
  }
}

/** Throws a `BrokenInvariant` with these facts unless `condition` holds. */
export type Hold = (condition: boolean, facts: () => string) => void;

/** Where a manager's Raft stands: what checks compare between two events. */
export interface Course {
  /** 0 before the first term. */
  readonly term: number;
  readonly vote: number;
  readonly role: Role;
  readonly leader: number;
  readonly transferTarget: number;
  readonly baseIndex: number;
  readonly applied: number;
  readonly committed: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly configuration: Configuration;
}

/** A running manager after an event that moved it. */
export interface Sight {
  readonly host: string;
  readonly manager: ManagerState;
  readonly now: Course;
  /** As it stood after the event before; undefined when it has just come up. */
  readonly before: Course | undefined;
  /** What was safe on its disk before the event. */
  readonly savedBefore: Saved;
  /** The Raft message that moved it, if one did. */
  readonly message: RaftMessage | undefined;
}

/** An entry that has been committed for the first time anywhere, or the state that a history begins with. */
export interface Commit extends News {
  /** Virtual time, microseconds. */
  readonly at: number;
  /** It came into being while the swarm was watched: where it comes from is known. */
  readonly fresh: boolean;
}

/** A vote request that its voter judges now, and the voter as it stood before (R-R43). */
export interface Candidacy {
  readonly host: string;
  readonly request: VoteRequest;
  readonly term: number;
  readonly leader: number;
  readonly electionElapsed: number;
}

/** What an invariant wants to be told. All but `arriving` and `sent` are called after an event was handled, in the order given here. */
export interface Checks {
  /** Something has been done to the machines or the network. */
  fault?(fault: Fault): void;
  /** A Raft message is about to be handled by the manager on `host`. */
  arriving?(message: RaftMessage, host: string): void;
  /** A manager sends a Raft message, while it handles an event. */
  sent?(message: RaftMessage, manager: ManagerState, host: string): void;
  /** A Raft message came to the manager on `host`; `sent` is what its sender's disk held when it left, if that is known. */
  message?(message: RaftMessage, host: string, sent: Saved | undefined): void;
  /** A manager has judged a vote request. */
  asked?(candidacy: Candidacy, manager: ManagerState): void;
  committed?(commit: Commit): void;
  /** A manager's place in Raft has changed. */
  manager?(sight: Sight): void;
  /** A manager that leads, for its own Raft, has handled an event that is more than a tick or a heartbeat. */
  leads?(manager: ManagerState, host: string): void;
  /** A Raft tick has passed on a running manager. */
  tick?(manager: ManagerState, host: string): void;
  /** A call has come to a running manager. */
  called?(call: Call, manager: ManagerState, host: string): void;
  /** A machine with an agent as it is when the watch begins, in mid-run. */
  found?(memory: NodeMemory): void;
  /** A machine with an agent has handled an event of this kind. */
  node?(memory: NodeMemory, host: string, kind: string): void;
  /** An operator got the swarm's answer to a call. */
  answered?(reply: ControlReply, host: string): void;
}

/** What an invariant may look at beside what it is told. */
export interface Records {
  readonly history: Pick<
    History,
    'last' | 'entry' | 'state' | 'stateHash' | 'members' | 'removed' | 'votersAt' | 'whenVoters'
  >;
  readonly world: Pick<SwarmWorld, 'now' | 'handled' | 'isUp' | 'isPaused' | 'isCut'>;
  /** What a crash now would leave of a manager, by Raft ID; undefined for one never seen. */
  saved(raftId: number): Saved | undefined;
  /** A manager that runs, by Raft ID. */
  running(raftId: number): ManagerState | undefined;
}

export interface Invariant {
  /** The sentence that must be true. */
  readonly name: string;
  /** Begins to check one swarm. */
  watch(hold: Hold, records: Records): Checks;
}
