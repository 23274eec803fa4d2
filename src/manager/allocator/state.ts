// What the allocator remembers while its manager leads: who holds which address and port, and what is still to be done. Plain data, rebuilt
// from the store when leadership is gained (R-A7); the cursors of the searches are not in the store and start over.

import type { AddressSpace } from './addresses.ts';
import { createPortSpaces, type HeldPort, type PortSpaces } from './ports.ts';

/** A network that has been allocated. */
export interface KnownNetwork {
  /** `overlay` networks alone get an attachment on nodes. */
  readonly driver: string;
  /** Absent on a node-local network, which has no addresses. */
  readonly space?: AddressSpace;
  readonly vxlanId?: number;
}

/** An address on a network. `addr` is empty on a node-local one (R-A10). */
export interface HeldAddress {
  readonly networkId: string;
  readonly addr: string;
}

export interface HeldByService {
  readonly ports: readonly HeldPort[];
  readonly virtualIps: readonly HeldAddress[];
}

/** One object to look at. What is to be done is found out from the store when its turn comes. */
export interface Work {
  readonly kind: 'network' | 'node' | 'service' | 'task';
  readonly id: string;
}

export interface AllocatorState {
  readonly networks: Map<string, KnownNetwork>;
  /** Empty while there is no allocated ingress network. */
  ingressId: string;
  readonly vxlanIds: Set<number>;
  /** The last VXLAN ID given (R-A14). */
  vxlanCursor: number;
  readonly ports: PortSpaces;
  readonly services: Map<string, HeldByService>;
  readonly tasks: Map<string, readonly HeldAddress[]>;
  readonly nodes: Map<string, readonly HeldAddress[]>;
  /** Per node the networks of its tasks that have not ended, with the number of those tasks (R-A50). */
  readonly inUse: Map<string, Map<string, number>>;
  /** Nodes for which an attachment could not be had; tried again when something happens to them or their tasks (R-A51). */
  readonly failedNodes: Set<string>;
  /** Tasks that wait for the next commit marker (R-A2). */
  readonly pendingTasks: Set<string>;
  /** What could not be allocated, with the reason that SwarmKit logs (R-A3). */
  readonly parkedNetworks: Map<string, string>;
  readonly parkedServices: Map<string, string>;
  readonly parkedTasks: Map<string, string>;
  /** Something was given back since what is parked was last tried again. */
  deallocated: boolean;
  lastRetry: number;
  /** In order; the first `done` of it are dealt with. */
  work: Work[];
  done: number;
  /** The writer has been asked and has not finished. */
  requested: boolean;
}

export const firstVxlanId = 4_096;
export const lastVxlanId = 16_777_215;

export function createState(now: number): AllocatorState {
  return {
    networks: new Map(),
    ingressId: '',
    vxlanIds: new Set(),
    vxlanCursor: firstVxlanId - 1,
    ports: createPortSpaces(),
    services: new Map(),
    tasks: new Map(),
    nodes: new Map(),
    inUse: new Map(),
    failedNodes: new Set(),
    pendingTasks: new Set(),
    parkedNetworks: new Map(),
    parkedServices: new Map(),
    parkedTasks: new Map(),
    deallocated: false,
    lastRetry: now,
    work: [],
    done: 0,
    requested: false,
  };
}
