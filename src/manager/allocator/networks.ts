// Subnets, gateways and VXLAN IDs of networks, and addresses on them (R-A10 to R-A17).

import { defaultAddressPool, defaultSubnetSize } from '../../model/defaults.ts';
import { formatSubnet, parseSubnet, type Subnet } from '../../model/ip.ts';
import type { Network } from '../../model/objects.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import {
  claimAddress,
  createAddressSpace,
  findSubnet,
  freeAddress,
  overlap,
  takeAddress,
} from './addresses.ts';
import {
  type AllocatorState,
  firstVxlanId,
  type HeldAddress,
  type KnownNetwork,
  lastVxlanId,
} from './state.ts';

const nodeLocalDrivers: readonly string[] = ['bridge', 'host', 'ipvlan', 'macvlan'];

/** Takes over what the store says of a network (R-A7). @returns false when there is something left to allocate */
export function restoreNetwork(state: AllocatorState, network: Network): boolean {
  const driver = driverOf(network);
  if (nodeLocalDrivers.includes(driver)) {
    state.networks.set(network.id, { driver });
    return true;
  }
  const subnet = network.ipam && parseSubnet(network.ipam.subnet);
  if (network.ipam === undefined || subnet === undefined) return false;
  const space = createAddressSpace(subnet);
  claimAddress(space, network.ipam.gateway);
  addNetwork(state, network, { driver, space, vxlanId: network.ipam.vxlanId });
  return true;
}

/** Allocates a network unless that has been done. @returns why it could not, in the words of the manager's log; undefined when it could */
export function allocateNetwork(
  state: AllocatorState,
  network: Network,
  tx: Transaction,
): string | undefined {
  if (state.networks.has(network.id) || (network.spec.ingress && state.ingressId !== '')) return undefined;
  if (restoreNetwork(state, network)) return undefined;
  const { subnet: wanted = '', gateway: wantedGateway = '' } = network.spec.subnets[0] ?? {};
  const subnet = chooseSubnet(state, wanted, tx);
  if (typeof subnet === 'string') return subnet;
  const space = createAddressSpace(subnet);
  const gateway = wantedGateway === '' ? takeAddress(space) : claimAddress(space, wantedGateway);
  if (gateway === undefined) return 'could not find an available IP';
  const vxlanId = nextVxlanId(state);
  if (vxlanId === undefined) return 'no bit available';
  state.vxlanCursor = vxlanId;
  addNetwork(state, network, { driver: driverOf(network), space, vxlanId });
  tx.update('network', network.id, (draft) => {
    draft.ipam = { subnet: formatSubnet(subnet), gateway: gateway.split('/')[0] ?? '', vxlanId };
  });
  return undefined;
}

export function freeNetwork(state: AllocatorState, networkId: string): void {
  const known = state.networks.get(networkId);
  if (known?.vxlanId !== undefined) state.vxlanIds.delete(known.vxlanId);
  state.networks.delete(networkId);
  if (state.ingressId === networkId) state.ingressId = '';
}

/**
 * Takes an address on an allocated network: any, or the one that `wanted` names.
 * @returns undefined when there is none or the network is not allocated; an empty address on a node-local network
 */
export function takeAddressOn(
  state: AllocatorState,
  networkId: string,
  wanted: string,
): HeldAddress | undefined {
  const known = state.networks.get(networkId);
  if (known === undefined) return undefined;
  if (known.space === undefined) return { networkId, addr: '' };
  const addr = wanted === '' ? takeAddress(known.space) : claimAddress(known.space, wanted);
  return addr === undefined ? undefined : { networkId, addr };
}

export function freeAddresses(state: AllocatorState, held: readonly HeldAddress[]): void {
  for (const { networkId, addr } of held) {
    const space = state.networks.get(networkId)?.space;
    if (space !== undefined) freeAddress(space, addr);
  }
}

function addNetwork(
  state: AllocatorState,
  network: Network,
  known: KnownNetwork & { readonly vxlanId: number },
): void {
  state.networks.set(network.id, known);
  state.vxlanIds.add(known.vxlanId);
  if (network.spec.ingress) state.ingressId = network.id;
}

function chooseSubnet(state: AllocatorState, wanted: string, store: Reader): Subnet | string {
  const taken = [...state.networks.values()].flatMap(({ space }) => space?.subnet ?? []);
  if (wanted !== '') {
    const subnet = parseSubnet(wanted);
    if (subnet === undefined) return `invalid subnet ${wanted}`;
    return taken.some((other) => overlap(subnet, other))
      ? 'invalid pool request: Pool overlaps with other one on this address space'
      : subnet;
  }
  const [cluster] = store.list('cluster');
  const configured = cluster?.defaultAddressPool ?? [];
  const pools = configured.length === 0 ? defaultAddressPool : configured;
  const prefix = cluster?.subnetSize || defaultSubnetSize;
  return findSubnet(pools, prefix, taken) ?? 'all predefined address pools have been fully subnetted';
}

/** IDs rise and are used again only when the range has been gone through. */
function nextVxlanId(state: AllocatorState): number | undefined {
  for (let id = state.vxlanCursor + 1; id <= lastVxlanId; id++) if (!state.vxlanIds.has(id)) return id;
  for (let id = firstVxlanId; id <= state.vxlanCursor; id++) if (!state.vxlanIds.has(id)) return id;
  return undefined;
}

function driverOf({ spec }: Network): string {
  return spec.driver === '' ? 'overlay' : spec.driver;
}
