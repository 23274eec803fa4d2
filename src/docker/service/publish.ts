// `--publish`: `8080:80`, `8080-8082:80-82/udp`, or `target=80,published=8080,protocol=udp,mode=host`.

import type { PortConfig } from '../../engine/api.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseIp } from '../../model/ip.ts';
import { readRecord } from '../record.ts';
import { readDigits } from './numbers.ts';

const protocols: readonly string[] = ['tcp', 'udp', 'sctp'];
const portLimit = 65_536;

/** @returns the ports, one for each published port, in ascending order @throws ParseFailure in docker's words */
export function parsePublish(text: string): readonly PortConfig[] {
  return /\w=\w/.test(text) ? [parseLong(text)] : parseShort(text);
}

function parseLong(text: string): PortConfig {
  let protocol = 'tcp';
  let target = 0;
  let published = 0;
  let mode = 'ingress';
  for (const field of readRecord(text)) {
    const at = field.indexOf('=');
    if (at < 1) throw new ParseFailure(`invalid field: ${field}`);
    const key = field.slice(0, at).toLowerCase();
    const value = field.slice(at + 1).toLowerCase();
    if (key === 'protocol') {
      if (!protocols.includes(value)) throw new ParseFailure(`invalid protocol value '${value}'`);
      protocol = value;
    } else if (key === 'mode') {
      if (value !== 'ingress' && value !== 'host') {
        throw new ParseFailure(`invalid publish mode value (${value}): must be either 'ingress' or 'host'`);
      }
      mode = value;
    } else if (key === 'target') target = readPort('target', value);
    else if (key === 'published') published = readPort('published', value);
    else throw new ParseFailure(`invalid field key: ${key}`);
  }
  if (target === 0) throw new ParseFailure("missing mandatory field 'target'");
  return portConfig(protocol, target, published, mode);
}

function readPort(which: 'target' | 'published', text: string): number {
  const port = readDigits(text, 10, portLimit);
  if (typeof port === 'number') return port;
  throw new ParseFailure(`invalid ${which} port (${text}): value must be an integer: ${port}`);
}

/** `[ip:][published:]target[/protocol]`; an address is understood, to be refused. */
function parseShort(text: string): readonly PortConfig[] {
  const parts = text.split(':');
  const [container = '', rawProtocol] = parts.at(-1)?.split('/') ?? [];
  const published = parts.at(-2) ?? '';
  const address = bareAddress(parts.slice(0, -2).join(':'));
  if (address !== '' && parseIp(address) === undefined) {
    throw new ParseFailure(`invalid IP address: ${address}`);
  }
  if (container === '') throw new ParseFailure(`no port specified: ${text}<empty>`);
  const target = readRange(container);
  if (target === undefined) throw new ParseFailure(`invalid containerPort: ${container}`);
  const host = published === '' ? undefined : readRange(published);
  if (published !== '' && host === undefined) throw new ParseFailure(`invalid hostPort: ${published}`);
  if (host !== undefined && target.size > 1 && host.size !== target.size) {
    throw new ParseFailure(
      `invalid ranges specified for container and host Ports: ${container} and ${published}`,
    );
  }
  const protocol = (rawProtocol || 'tcp').toLowerCase();
  if (!protocols.includes(protocol)) throw new ParseFailure(`invalid proto: ${rawProtocol}`);
  if (address !== '') throw new ParseFailure('hostip is not supported');
  return Array.from({ length: Math.max(target.size, host?.size ?? 1) }, (_, index) =>
    portConfig(
      protocol,
      target.size === 1 ? target.first : target.first + index,
      host === undefined ? 0 : host.first + index,
      'ingress',
    ),
  );
}

function bareAddress(address: string): string {
  if (!address.startsWith('[')) return address;
  const close = address.indexOf(']');
  const missing = close < 0 ? "missing ']'" : close < address.length - 1 ? 'missing port' : undefined;
  if (missing === undefined) return address.slice(1, -1);
  throw new ParseFailure(`invalid IP address ${address}: address ${address}:: ${missing} in address`);
}

/** `80` or `80-82`; undefined for what is no port and for ranges that go down. What follows a second dash is not looked at. */
function readRange(text: string): { readonly first: number; readonly size: number } | undefined {
  const [from = '', to = from] = text.split('-');
  const first = readDigits(from, 10, portLimit);
  const last = readDigits(to, 10, portLimit);
  if (typeof first !== 'number' || typeof last !== 'number' || last < first) return undefined;
  return { first, size: last - first + 1 };
}

function portConfig(protocol: string, target: number, published: number, mode: string): PortConfig {
  return {
    Protocol: protocol,
    TargetPort: target || undefined,
    PublishedPort: published || undefined,
    PublishMode: mode,
  };
}
