// What a dispatcher knows while its manager leads. Plain data, nothing of it is kept beyond (R-R155).

import type { DispatcherCall, ManagerPeer } from '../../model/messages.ts';
import type { Batch } from './batch.ts';
import type { Subscription } from './logs.ts';
import type { KnownNode } from './nodes.ts';

/** Plain data. */
export interface DispatcherState {
  /** The heartbeat period in force, microseconds. */
  period: number;
  readonly nodes: Map<string, KnownNode>;
  /** Nodes that are down under this leader, with the timer that orphans their tasks. */
  readonly down: Map<string, number>;
  /** Nodes that are still to be written as unknown. */
  readonly unmarked: Set<string>;
  readonly batch: Batch;
  /** As last told to the agents. */
  managers: readonly ManagerPeer[];
  /** A node record has changed in this commit: the managers may have too. */
  nodesChanged: boolean;
  /** Subscriptions to logs under way, by number. */
  readonly subscriptions: Map<number, Subscription>;
  lastSubscription: number;
}

/** One kind of call. */
export type Call<Method extends DispatcherCall['method']> = Extract<
  DispatcherCall,
  { readonly method: Method }
>;
