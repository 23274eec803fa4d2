// The addresses of one subnet and the subnets of the default pools (R-A11 to R-A17). Addresses are unsigned 32-bit integers.

import { formatIpv4, parseIpv4, parseSubnet, type Subnet } from '../../model/ip.ts';

/** The addresses of one subnet. Plain data. */
export interface AddressSpace {
  readonly subnet: Subnet;
  readonly taken: Set<number>;
  /** The last address given automatically; the search for the next starts behind it (R-A15). Not persisted. */
  cursor: number;
}

export const longestSubnetPrefix = 29;

export function createAddressSpace(subnet: Subnet): AddressSpace {
  return { subnet, taken: new Set(), cursor: firstUsable(subnet) - 1 };
}

/** Gives the next free address, in the notation of attachments and virtual IPs (R-A16); undefined when all are taken. */
export function takeAddress(space: AddressSpace): string | undefined {
  const first = firstUsable(space.subnet);
  const last = lastUsable(space.subnet);
  const found =
    firstFree(space, space.cursor + 1, last) ?? firstFree(space, first, Math.min(space.cursor, last));
  if (found === undefined) return undefined;
  space.taken.add(found);
  space.cursor = found;
  return notation(space, found);
}

/** Takes one address in particular, with or without a prefix length; the cursor stays. @returns undefined when it cannot be had */
export function claimAddress(space: AddressSpace, text: string): string | undefined {
  const address = addressOf(text);
  if (address === undefined || address < space.subnet.base || address > lastOf(space.subnet))
    return undefined;
  if (space.taken.has(address)) return undefined;
  space.taken.add(address);
  return notation(space, address);
}

export function freeAddress(space: AddressSpace, text: string): void {
  const address = addressOf(text);
  if (address !== undefined) space.taken.delete(address);
}

/** The lowest block of `prefix` bits in the pools that overlaps nothing that is taken; undefined when they are used up (R-A12). */
export function findSubnet(
  pools: readonly string[],
  prefix: number,
  taken: readonly Subnet[],
): Subnet | undefined {
  const inOrder = [...taken].sort((a, b) => a.base - b.base);
  const size = 2 ** (32 - prefix);
  for (const pool of disjointPools(pools)) {
    let base = pool.base;
    for (const other of inOrder) {
      if (overlap({ base, prefix }, other)) base = Math.ceil((lastOf(other) + 1) / size) * size;
    }
    if (base + size - 1 <= lastOf(pool)) return { base, prefix };
  }
  return undefined;
}

export function overlap(a: Subnet, b: Subnet): boolean {
  return a.base <= lastOf(b) && b.base <= lastOf(a);
}

/** What is wrong with the address pools of a new swarm, in words for the user; undefined when nothing is (R-A13). */
export function checkAddressPools(pools: readonly string[], subnetSize: number): string | undefined {
  if (subnetSize > longestSubnetPrefix) return `subnet size is out of range: ${subnetSize}`;
  for (const pool of pools) {
    const subnet = parseSubnet(pool);
    if (subnet !== undefined && subnetSize < subnet.prefix) {
      return `invalid CIDR: "${pool}". Subnet size is too small for pool: ${subnetSize}`;
    }
  }
  return undefined;
}

/** Pools by address; one that overlaps an earlier one is ignored. */
function disjointPools(pools: readonly string[]): readonly Subnet[] {
  const subnets = pools.flatMap((pool) => parseSubnet(pool) ?? []);
  const disjoint: Subnet[] = [];
  for (const pool of subnets.sort((a, b) => a.base - b.base)) {
    if (!disjoint.some((earlier) => overlap(earlier, pool))) disjoint.push(pool);
  }
  return disjoint;
}

function firstFree(space: AddressSpace, from: number, to: number): number | undefined {
  for (let address = from; address <= to; address++) if (!space.taken.has(address)) return address;
  return undefined;
}

function notation({ subnet }: AddressSpace, address: number): string {
  return `${formatIpv4(address)}/${subnet.prefix}`;
}

function addressOf(text: string): number | undefined {
  return parseIpv4(text.split('/')[0] ?? '');
}

/** The first and the last address of a subnet are reserved, but for the smallest two sizes (R-A14). */
function firstUsable({ base, prefix }: Subnet): number {
  return prefix > 30 ? base : base + 1;
}

function lastUsable(subnet: Subnet): number {
  return subnet.prefix > 30 ? lastOf(subnet) : lastOf(subnet) - 1;
}

function lastOf({ base, prefix }: Subnet): number {
  return base + 2 ** (32 - prefix) - 1;
}
