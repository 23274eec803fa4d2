// Short forms of a compose file to the long ones: `[KEY=value]` to `{KEY: value}`, `80:80` to a port, `data:/var` to a mount.

import type { PortConfig } from '../../engine/api.ts';
import { ParseFailure } from '../../model/failure.ts';
import { splitWords } from '../service/words.ts';
import { readMount } from './mount.ts';
import { parsePorts, showPort } from './ports.ts';
import type { Expansion } from './shape.ts';
import {
  goType,
  integer,
  isMapping,
  isNumber,
  isSequence,
  type Mapping,
  printValue,
  sortedEntries,
  type Value,
} from './value.ts';

/** The long form; or what is wrong, and in which item if that is known. */
export type Expanded = { readonly value: Value } | { readonly problem: string; readonly at?: string };

export function expand(expansion: Expansion, value: Value, warn: (message: string) => void): Expanded {
  switch (expansion) {
    case 'command':
      return typeof value === 'string' ? attempt(() => splitWords(value)) : { value };
    case 'context':
      return { value: typeof value === 'string' ? new Map([['context', value]]) : value };
    case 'external':
      return { value: expandExternal(value) };
    case 'files':
      return { value: eachText(value, (source) => new Map([['source', source]])) };
    case 'health test':
      return { value: typeof value === 'string' ? ['CMD-SHELL', value] : value };
    case 'hosts':
      return { value: expandHosts(value) };
    case 'networks':
      if (!isSequence(value)) return { value };
      return { value: new Map(value.map((name) => [printValue(name), null])) };
    case 'nullable pairs':
      return { value: expandPairs(value, null) };
    case 'pairs':
      return { value: expandPairs(value, '') };
    case 'ports':
      return expandPorts(value, warn);
    case 'printed list':
      return { value: isSequence(value) ? value.map(printValue) : value };
    case 'text list':
      return { value: typeof value === 'string' ? [value] : value };
    case 'ulimits':
      return expandUlimits(value);
    case 'volumes':
      return expandVolumes(value);
  }
}

function eachText(value: Value, long: (text: string) => Value): Value {
  return isSequence(value) ? value.map((item) => (typeof item === 'string' ? long(item) : item)) : value;
}

function expandExternal(value: Value): Value {
  if (!isMapping(value)) return new Map([['external', value]]);
  return new Map<string, Value>([
    ['external', true],
    ['name', value.get('name') ?? ''],
  ]);
}

/** @param missing the value of a key that stands alone */
function expandPairs(value: Value, missing: Value): Value {
  if (isMapping(value)) {
    const entries = [...value].map(
      ([key, item]) => [key, item === null ? missing : printValue(item)] as const,
    );
    return new Map<string, Value>(entries);
  }
  if (!isSequence(value)) return value;
  return new Map<string, Value>(
    value.map(printValue).map((item) => {
      const equals = item.indexOf('=');
      return equals < 0 ? [item, missing] : [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}

/** `HOST:IP` of a mapping, or of a list whose items may also have an equals sign; items without either are dropped. */
function expandHosts(value: Value): Value {
  return hostLines(value).map((line) => {
    const colon = line.indexOf(':');
    const address = line.slice(colon + 1).replace(/^\[(.+)\]$/, '$1');
    return `${line.slice(0, colon)}:${address}`;
  });
}

function hostLines(value: Value): readonly string[] {
  if (isMapping(value)) {
    return sortedEntries(value)
      .flatMap(([host, address]) => (address === null ? [] : [`${host}:${asGoText(address)}`]))
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }
  if (!isSequence(value)) return [];
  return value.map(printValue).flatMap((item) => {
    const at = item.includes('=') ? item.indexOf('=') : item.indexOf(':');
    return at < 0 ? [] : [`${item.slice(0, at)}:${item.slice(at + 1)}`];
  });
}

/** A number where Go formats a text shows that it is none. */
function asGoText(value: Value): string {
  return isNumber(value) ? `%!s(${goType(value)}=${printValue(value)})` : printValue(value);
}

function expandPorts(value: Value, warn: (message: string) => void): Expanded {
  if (!isSequence(value)) return { value };
  const ports: Value[] = [];
  for (const item of value) {
    if (isMapping(item)) {
      ports.push(item);
      continue;
    }
    if (isNumber(item) && item.kind === 'float') return { problem: 'invalid type float64 for port' };
    const expanded = attempt(() => {
      const { ports: parsed, address } = parsePorts(printValue(item));
      for (const port of address === '' ? [] : parsed) {
        const shown = showPort(address, port);
        warn(`ignoring IP-address (${shown}) service will listen on '0.0.0.0'`);
      }
      return parsed.map(longPort);
    });
    if ('problem' in expanded) return expanded;
    if (isSequence(expanded.value)) ports.push(...expanded.value);
  }
  return { value: ports };
}

function attempt(read: () => Value): Expanded {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof ParseFailure) return { problem: error.message };
    throw error;
  }
}

function longPort({ TargetPort, PublishedPort, Protocol }: PortConfig): Mapping {
  return new Map<string, Value>([
    ['mode', 'ingress'],
    ['target', integer(TargetPort ?? 0)],
    ['published', integer(PublishedPort ?? 0)],
    ['protocol', Protocol ?? ''],
  ]);
}

function expandUlimits(value: Value): Expanded {
  if (!isMapping(value)) return { value };
  const limits = new Map<string, Value>();
  for (const [name, limit] of value) {
    // The schema looks at names in small letters only.
    if (!isMapping(limit) && !isNumber(limit)) {
      return { problem: `invalid type ${goType(limit)} for ulimits`, at: `[${name}]` };
    }
    limits.set(name, isMapping(limit) ? limit : new Map([['single', limit]]));
  }
  return { value: limits };
}

function expandVolumes(value: Value): Expanded {
  if (!isSequence(value)) return { value };
  const mounts: Value[] = [];
  for (const [index, item] of value.entries()) {
    if (typeof item !== 'string') {
      mounts.push(item);
      continue;
    }
    const mount = readMount(item);
    if ('problem' in mount) return { problem: mount.problem, at: `[${index}]` };
    mounts.push(mount.value);
  }
  return { value: mounts };
}
