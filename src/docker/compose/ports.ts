// Ports in one text, `[IP:][PUBLISHED:]TARGET[/PROTOCOL]`, as a compose file has them. An address is allowed here, and has no effect.

import type { PortConfig } from '../../engine/api.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseIp } from '../../model/ip.ts';
import { parsePublish } from '../service/publish.ts';

export interface Ports {
  readonly ports: readonly PortConfig[];
  /** As it was written, without brackets; empty when there is none. */
  readonly address: string;
}

/** One for each published port. @throws ParseFailure */
export function parsePorts(text: string): Ports {
  if (text.includes('=')) throw new ParseFailure(`invalid containerPort: ${text}`);
  const parts = text.split(':');
  const written = parts.slice(0, -2).join(':');
  const address = written.replace(/^\[(.*)\]$/, '$1');
  if (address !== '' && parseIp(address) === undefined) {
    throw new ParseFailure(`invalid IP address: ${address}`);
  }
  return { ports: parsePublish(parts.slice(-2).join(':')), address };
}

/** A port with its address, as the client shows it: `127.0.0.1:8001:80/tcp`, `[::1]:8001:80/tcp`. */
export function showPort(address: string, { PublishedPort, TargetPort, Protocol }: PortConfig): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${host}:${PublishedPort ?? ''}:${TargetPort ?? 0}/${Protocol}`;
}
