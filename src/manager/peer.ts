// What managers say to each other, what a Raft entry and a snapshot of the swarm carry, and what a manager writes to its disk.
// Plain data only.

import type { Member } from '../model/calls.ts';
import type { Entry, HardState, Message, Snapshot } from '../raft/index.ts';
import type { StoreEvent } from '../store/event.ts';
import type { StoreSnapshot } from '../store/store.ts';

/** The payload of an entry: a store transaction, or (as the context of a configuration change) the member it is about. */
export type EntryData =
  | {
      readonly kind: 'transaction';
      /** The proposer's Raft ID and its own number for the request: how it recognises its entry when it is applied (R-R19). */
      readonly by: number;
      readonly request: number;
      readonly actions: readonly StoreEvent[];
      /** Estimated size on the wire. */
      readonly bytes: number;
    }
  | { readonly kind: 'member'; readonly request: number; readonly by: number; readonly member: Member };

/** What a snapshot holds (R-R20). */
export interface SnapshotData {
  readonly store: StoreSnapshot;
  readonly members: readonly Member[];
  readonly removed: readonly number[];
}

export type RaftMessage = Message<EntryData, SnapshotData>;

/** Between managers. */
export type PeerMessage =
  | { readonly kind: 'raft'; readonly message: RaftMessage }
  /** The answer to a message from a removed member (R-R42). */
  | { readonly kind: 'raft.removed'; readonly raftId: number }
  /** A health check back to whoever asks for a vote or to join (R-R43, R-R121). */
  | { readonly kind: 'raft.check'; readonly purpose: 'vote' | 'join'; readonly check: number }
  | { readonly kind: 'raft.healthy'; readonly purpose: 'vote' | 'join'; readonly check: number };

/** A manager's timers and finished disk writes, each with the `life` of the manager it is for. */
export type ManagerTimer = { readonly life: number } & (
  | { readonly kind: 'manager.tick' }
  | { readonly kind: 'manager.saved' }
  | { readonly kind: 'manager.retry' }
  | { readonly kind: 'manager.join-limit'; readonly check: number; readonly phase: 'checking' | 'changing' }
);

/** The records of a manager's disk (R-R12). */
export type ManagerRecord =
  | { readonly kind: 'raft.identity'; readonly member: Member }
  | { readonly kind: 'raft.entries'; readonly entries: readonly Entry<EntryData>[] }
  | { readonly kind: 'raft.hard-state'; readonly hardState: HardState }
  | { readonly kind: 'raft.snapshot'; readonly snapshot: Snapshot<SnapshotData> };
