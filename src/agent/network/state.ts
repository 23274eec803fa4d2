// What a node knows of the networks of its swarm: who serves what where, and what is under way. Plain data, gone at a crash.

import type { NodeEndpoints, Protocol } from '../../model/traffic.ts';

export interface NetworkState {
  /** What is known of each node that takes part, this one included once it does; by host. */
  readonly nodes: Map<string, NodeEndpoints>;
  /** News to pass on: how many rounds yet, by the host it is of. */
  readonly news: Map<string, number>;
  /** The timer of the next round of news. */
  newsTimer: number | undefined;
  /** Looking after other nodes; only as long as requests go out to them. */
  watch: Watch | undefined;
  /** Finding out who is there, before the first requests go out. */
  greeting: Greeting | undefined;
  /** Where the round robin of a service stands: the address chosen last, by network and service. */
  readonly turns: Map<string, string>;
  /** This node's own address on each network, as the managers told it (R-A50); by network ID. */
  readonly addresses: Map<string, string>;
  /** Requests that containers here have taken and not answered, by client and number. */
  readonly serving: Map<string, Serving>;
}

export interface Watch {
  /** When a request last went out, this host's clock. */
  usedAt: number;
  /** Half seconds it has lasted. */
  ticks: number;
  /** Asked, and silent so far. */
  readonly silent: Set<string>;
  /** Since when this node has suspected another, this host's clock. */
  readonly suspected: Map<string, number>;
}

export interface Greeting {
  /** Everybody who was asked. */
  readonly asked: Set<string>;
  /** Those of them without whose answer no request goes out. */
  readonly awaited: Set<string>;
  /** Anybody has answered. */
  heard: boolean;
  /** The second timer is running: others have been asked about the silent. */
  relayed: boolean;
  timer: number;
  /** Requests that wait, in order. */
  readonly waiting: Waiting[];
}

/** A request that waits until its node knows who is there. */
export type Waiting = { readonly id: number; readonly route: readonly string[]; readonly client: string } & (
  | { readonly to: 'port'; readonly port: number; readonly protocol: Protocol }
  | { readonly to: 'service'; readonly networkId: string; readonly virtualIp: string; readonly port: number }
);

export interface Serving {
  readonly taskId: string;
  readonly id: number;
  readonly route: readonly string[];
  /** It came over the overlay network. */
  readonly overlay: boolean;
  readonly client: string;
  /** Ends the work on it; undefined when it never ends. */
  readonly timer: number | undefined;
}

export function createNetworkState(): NetworkState {
  return {
    nodes: new Map(),
    news: new Map(),
    newsTimer: undefined,
    watch: undefined,
    greeting: undefined,
    turns: new Map(),
    addresses: new Map(),
    serving: new Map(),
  };
}
