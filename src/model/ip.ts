// IP addresses and subnets as text and as numbers, read as strictly as Go's net package reads them (R-C6).

/** An address as 16 bytes. An IPv4 address is its IPv4-mapped IPv6 form, so that the two compare as equal. */
export type Ip = readonly number[];

export interface Cidr {
  readonly ip: Ip;
  /** Leading bits that count, of 128. An IPv4 /24 is 120. */
  readonly prefix: number;
}

/** An IPv4 subnet as numbers: its first address as an unsigned 32-bit integer, and its prefix length. */
export interface Subnet {
  readonly base: number;
  readonly prefix: number;
}

const mappedPrefix: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

/** Undefined when `text` is not an address: leading zeros in a decimal part, zones and ports are not allowed. */
export function parseIp(text: string): Ip | undefined {
  if (text.includes(':')) return parseIpv6(text);
  const bytes = parseIpv4Bytes(text);
  return bytes && [...mappedPrefix, ...bytes];
}

/** `address/bits`, host bits allowed. Undefined when it does not parse. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = text.slice(0, slash);
  const bits = text.slice(slash + 1);
  const ip = parseIp(address);
  if (ip === undefined || !/^[0-9]+$/.test(bits)) return undefined;
  const width = address.includes(':') ? 128 : 32;
  const length = Number(bits);
  return length > width ? undefined : { ip, prefix: 128 - width + length };
}

export function sameIp(a: Ip, b: Ip): boolean {
  return a.every((byte, index) => byte === b[index]);
}

/** True when `ip` lies in `cidr`. A subnet of one family holds no address of the other. */
export function cidrContains({ ip: network, prefix }: Cidr, ip: Ip): boolean {
  if (isIpv4(ip) !== (isIpv4(network) && prefix >= 96)) return false;
  return network.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * index));
    const mask = 256 - 2 ** (8 - bits);
    return (byte & mask) === ((ip[index] ?? 0) & mask);
  });
}

/** Dotted decimal to an unsigned 32-bit integer; undefined when it is not an IPv4 address. */
export function parseIpv4(text: string): number | undefined {
  const bytes = parseIpv4Bytes(text);
  return bytes?.reduce((number, byte) => number * 256 + byte, 0);
}

/** `0` is `0.0.0.0`; `address` is an unsigned 32-bit integer. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** An IPv4 subnet with its host bits cleared; undefined when it does not parse as one. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', bits = '', rest] = text.split('/');
  const ip = parseIpv4(address);
  if (ip === undefined || rest !== undefined || !/^[0-9]+$/.test(bits) || Number(bits) > 32) return undefined;
  const prefix = Number(bits);
  const size = 2 ** (32 - prefix);
  return { base: ip - (ip % size), prefix };
}

/** `10.0.1.0/24` */
export function formatSubnet({ base, prefix }: Subnet): string {
  return `${formatIpv4(base)}/${prefix}`;
}

function isIpv4(ip: Ip): boolean {
  return mappedPrefix.every((byte, index) => byte === ip[index]);
}

function parseIpv4Bytes(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes.push(Number(part));
  }
  return bytes;
}

function parseIpv6(text: string): Ip | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  // `::` stands for at least one group of zeros.
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** The bytes of colon-separated groups; the last may be a dotted IPv4 address if `last` says that this is the end of the text. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (group.includes('.')) {
      const dotted = last && index === groups.length - 1 ? parseIpv4Bytes(group) : undefined;
      if (dotted === undefined) return undefined;
      bytes.push(...dotted);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >>> 8, value & 255);
    }
  }
  return bytes.length > 16 ? undefined : bytes;
}
