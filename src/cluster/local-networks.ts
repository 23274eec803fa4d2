// Networks that somebody has made on a machine alone. Nothing travels on them: containers of their own, which would, cannot be made.

import type { Labels } from '../model/spec.ts';
import type { Context } from '../sim/context.ts';
import type { NodeCommand, NodeMemory, SwarmTypes } from './types.ts';
import { syncSoon } from './volumes.ts';

export interface LocalNetwork {
  readonly name: string;
  /** By the machine's clock, microseconds. */
  readonly createdAt: number;
  readonly driver: string;
  readonly options: Labels;
  readonly labels: Labels;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly subnet: string;
  readonly gateway: string;
}

/** One network on the disk. */
export interface LocalNetworkRecord {
  readonly kind: 'network';
  readonly network: LocalNetwork;
}

const prefix = 'network/';

/** The networks that the disk holds, by name. */
export function readLocalNetworks(context: Context<SwarmTypes>): Map<string, LocalNetwork> {
  const networks = new Map<string, LocalNetwork>();
  for (const file of context.files()) {
    if (!file.startsWith(prefix)) continue;
    for (const record of context.read(file).records) {
      if (record.kind === 'network') networks.set(record.network.name, record.network);
    }
  }
  return networks;
}

/** `docker network create` without a driver of the swarm's; whoever asks has seen that the name is free. */
export function makeLocalNetwork(
  context: Context<SwarmTypes>,
  memory: NodeMemory,
  { network }: Extract<NodeCommand, { readonly kind: 'node.make-network' }>,
): void {
  const made: LocalNetwork = { ...network, createdAt: context.now() };
  memory.localNetworks.set(made.name, made);
  context.replace(prefix + made.name, [{ kind: 'network', network: made }]);
  syncSoon(context, memory);
}

export function dropLocalNetwork(context: Context<SwarmTypes>, memory: NodeMemory, name: string): void {
  memory.localNetworks.delete(name);
  context.replace(prefix + name, []);
  syncSoon(context, memory);
}
