// What the dispatcher needs of the leading manager beyond what every reactor has, and its own timers and jobs.

import type { Reply } from '../../model/calls.ts';
import type { ManagerPeer } from '../../model/messages.ts';
import type { Leader } from '../leader.ts';

export type DispatcherTimer =
  /** A node has been silent for its grace. */
  | { readonly kind: 'expire'; readonly nodeId: string }
  /** A node has been down for 24 h. */
  | { readonly kind: 'orphan'; readonly nodeId: string }
  /** A tick of the batch. */
  | { readonly kind: 'batch' }
  /** A subscription to logs has not come to its end in time. */
  | { readonly kind: 'logs'; readonly subscription: number }
  /** 100 ms without a further change of a node's assignments. */
  | { readonly kind: 'assign'; readonly nodeId: string };

export type DispatcherJob =
  | { readonly kind: 'mark-unknown' }
  | { readonly kind: 'batch' }
  | { readonly kind: 'orphan'; readonly nodeId: string };

export interface DispatcherLeader extends Leader<DispatcherTimer, DispatcherJob> {
  /** Sends `reply` back over the hosts of a call's `route`, the caller's first. */
  reply(route: readonly string[], reply: Reply): void;
  /** The managers that agents may turn to, from the Raft member list. */
  managers(): readonly ManagerPeer[];
}
