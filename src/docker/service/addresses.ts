// IP addresses and names as the flags `--dns`, `--dns-search` and `--host` take them.

import { ParseFailure } from '../../model/failure.ts';
import { formatIpv4, type Ip, parseIp } from '../../model/ip.ts';
import { quote } from '../../model/quote.ts';

const longestDomain = 255;
/** The address that stands for the node itself. */
const hostGateway = 'host-gateway';

/** @throws ParseFailure for what is no address @returns the address as Go writes it */
export function parseNameServer(text: string): string {
  const ip = parseIp(text.trim());
  if (ip === undefined) throw new ParseFailure(`IP address is not correctly formatted: ${text}`);
  return formatIp(ip);
}

/** @throws ParseFailure for what is no domain @returns the domain without its last dot */
export function parseSearchDomain(text: string): string {
  const domain = text.trim();
  if (domain === '.') return domain;
  const label = ':?(?:[a-zA-Z0-9]|:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
  const [, name] = new RegExp(`^(:?${label}(?::?\\.${label})*)\\.?$`).exec(domain) ?? [];
  if (name === undefined || !/[a-zA-Z]/.test(domain) || name.length >= longestDomain) {
    throw new ParseFailure(`${domain} is not a valid domain`);
  }
  return name;
}

/**
 * Reads `name:ip` or `name=ip`; `host-gateway` stands for an address, and brackets around one are dropped.
 * @returns a line of a hosts file: `ip name`
 * @throws ParseFailure for what is neither
 */
export function parseExtraHost(text: string): string {
  const { name, address } = splitHost(text);
  if (name === '' || address === undefined) {
    throw new ParseFailure(`bad format for add-host: ${quote(text)}`);
  }
  const bare = /^\[.+\]$/.test(address) ? address.slice(1, -1) : address;
  if (bare !== hostGateway && parseIp(bare) === undefined) {
    throw new ParseFailure(`invalid IP address in add-host: ${quote(address)}`);
  }
  // The pair is split again at its first colon, which may be one of a name with `=`.
  return `${bare} ${name}`;
}

function splitHost(text: string): { readonly name: string; readonly address: string | undefined } {
  const at = text.includes('=') ? text.indexOf('=') : text.indexOf(':');
  if (at < 0) return { name: text, address: undefined };
  const name = text.slice(0, at);
  // A name with a colon is no name, whatever follows.
  return { name: name.includes(':') ? '' : name, address: text.slice(at + 1) };
}

/** Dotted decimal for IPv4, also when mapped; else groups in hexadecimal, the first longest run of two or more zeros cut to `::`. */
function formatIp(ip: Ip): string {
  const mapped = ip.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 255));
  if (mapped) return formatIpv4(ip.slice(12).reduce((number, byte) => number * 256 + byte, 0));
  const groups = Array.from({ length: 8 }, (_, i) => (ip[2 * i] ?? 0) * 256 + (ip[2 * i + 1] ?? 0));
  let longest = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    const end = groups.findIndex((group, index) => index >= start && group !== 0);
    const length = (end < 0 ? groups.length : end) - start;
    if (length > longest.length) longest = { start, length };
  }
  const words = groups.map((group) => group.toString(16));
  if (longest.length < 2) return words.join(':');
  const after = longest.start + longest.length;
  return `${words.slice(0, longest.start).join(':')}::${words.slice(after).join(':')}`;
}
