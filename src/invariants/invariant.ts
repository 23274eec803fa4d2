// What an invariant is: a sentence about a swarm that is true after every event, and the checks that find out when it is not.
// Invariants look and remember; nothing they do reaches back into the swarm. Each says only what holds in every run, whatever fails.

import type { RaftMessage } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import type { ControlReply } from '../model/calls.ts';
import type { Configuration, Role } from '../raft/index.ts';
import type { StoreEvent } from '../store/event.ts';
import type { History } from './history.ts';

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
}

/** A transaction that has been committed for the first time anywhere. */
export interface Commit {
  readonly index: number;
  /** What it changed. The history's store shows the state after it. */
  readonly events: readonly StoreEvent[];
}

/** What an invariant wants to be told. All are called after an event was handled, in the order given here. */
export interface Checks {
  /** A Raft message was taken in by the manager on `host`. */
  message?(message: RaftMessage, host: string): void;
  /** A manager's place in Raft has changed. */
  manager?(sight: Sight): void;
  committed?(commit: Commit): void;
  /** An operator got the swarm's answer to a call. */
  answered?(reply: ControlReply, host: string): void;
}

/** What an invariant may look at beside what it is told. */
export interface Records {
  readonly history: Pick<History, 'last' | 'entry' | 'state' | 'stateHash'>;
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
