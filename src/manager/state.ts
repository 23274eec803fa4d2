// Everything a running manager knows, as plain data. Gone when its host crashes; what must survive is on the disk (storage.ts).

import type { Call, Member } from '../model/calls.ts';
import type { CallMessage } from '../model/messages.ts';
import type { Availability } from '../model/state.ts';
import type { RaftState, Ready } from '../raft/index.ts';
import type { Store } from '../store/store.ts';
import type { EntryData, RaftMessage, SnapshotData } from './peer.ts';
import type { ReactorJob, ReactorStates } from './reactors.ts';

/** A connection to another manager, as this one sees it (R-R38). */
export interface Peer {
  active: boolean;
  /** When the oldest message was sent that nothing has come back since; undefined when nothing is awaited. */
  awaitingSince: number | undefined;
  /** A snapshot is on its way to it. */
  snapshotSent: boolean;
}

/** A job whose transaction is proposed and not yet applied. That or lost leadership ends it, never time (R-R9). */
export interface InFlight {
  readonly job: ReactorJob;
  readonly request: number;
  /** The job stopped because its transaction was full, and must be called again. */
  readonly again: boolean;
}

/** A manager that waits to be made a member, or to be known under another address; one at a time (R-R121). */
export interface Join {
  /** The number of its health check. */
  readonly check: number;
  readonly nodeId: string;
  readonly host: string;
  readonly addr: string;
  readonly callId: number;
  readonly route: readonly string[];
  /** The health check, until it is answered; the configuration change after that. */
  phase: 'waiting' | 'checking' | 'changing';
  /** Of the change that is proposed for it. */
  raftId?: number;
}

/** What an announced leader has beside the store (R-R24). */
export interface Leadership {
  readonly term: number;
  /** Undefined until the first transaction of a new leader is committed. */
  reactors: ReactorStates | undefined;
  readonly queue: ReactorJob[];
  inFlight: InFlight | undefined;
  readonly joins: Join[];
}

/** A call that waits for a leader to be known (R-R29). */
export interface WaitingCall {
  readonly message: CallMessage<Call>;
  readonly deadline: number;
}

/** What a swarm that is made here begins with; what is left out is ordinary. */
export interface ClusterSeed {
  /** Of the first node. */
  readonly availability?: Availability;
  readonly autoLock?: boolean;
  readonly defaultAddressPool?: readonly string[];
  readonly subnetSize?: number;
  readonly dataPathPort?: number;
}

/** What a manager is started with beside its disk. */
export interface ManagerOptions {
  /** Candidates ask first whether they would win (thesis 9.6). SwarmKit's do not (R-R4). */
  readonly preVote: boolean;
  /** Tells this manager from those that ran on its host before: what belonged to them reaches it no more. */
  readonly life: number;
  /** Looked at by the first leader of a new swarm alone. */
  readonly seed?: ClusterSeed;
}

export interface ManagerState {
  readonly life: number;
  readonly seed?: ClusterSeed;
  readonly self: Member;
  readonly raft: RaftState<EntryData, SnapshotData>;
  readonly store: Store;
  readonly members: Map<number, Member>;
  /** Raft IDs that never come back (R-R11). */
  readonly removed: Set<number>;
  readonly peers: Map<number, Peer>;
  /** Vote requests held back until their sender has proved that it can be reached (R-R43), by check number. */
  readonly checks: Map<number, { readonly message: RaftMessage; readonly deadline: number }>;
  nextCheck: number;
  nextRequest: number;
  /** The round that is being saved (R-R17). */
  round: Ready<EntryData, SnapshotData> | undefined;
  /** Won the election, whether announced or not. */
  elected: boolean;
  leadership: Leadership | undefined;
  /** Consecutive ticks without a known leader (R-R30). */
  leaderless: number;
  readonly waiting: WaitingCall[];
  retrying: boolean;
  snapshotIndex: number;
  /** Learned that it was removed from the group: its manager part has stopped (R-R44). */
  expelled: boolean;
}
