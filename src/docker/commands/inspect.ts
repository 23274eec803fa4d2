// docker inspect

import type { Info } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson, fetchText, parseAnswer, type Query } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { CommandFailure, DaemonError } from '../failure.ts';
import { bool, string } from '../flag.ts';
import { badTemplate, type Inspected, inspectAll } from '../inspect.ts';
import { fromJson } from '../template/value.ts';
import { config, secret } from '../types/config.ts';
import { container } from '../types/container.ts';
import { network } from '../types/network.ts';
import { node } from '../types/node.ts';
import type { Schema } from '../types/schema.ts';
import { service, task } from '../types/service.ts';
import { volume } from '../types/volume.ts';

export const inspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  short: 'Return low-level information on Docker objects',
  arity: atLeast(1),
  flags: [
    inspectFormatFlag,
    {
      name: 'size',
      shorthand: 's',
      kind: bool,
      usage: 'Display total file sizes if the type is container',
    },
    { name: 'type', kind: string, usage: 'Only inspect objects of the given type' },
  ],
  run,
};

/** One of the kinds of objects that a name may be of. */
interface Kind {
  readonly name: string;
  readonly path: (reference: string) => string;
  readonly query?: Query;
  /** Undefined for those whose JSON is shown as it comes. */
  readonly schema?: Schema;
  /** Only managers are asked. */
  readonly ofSwarm?: true;
  /** The client decodes it and writes it again. */
  readonly typed?: true;
}

/** In the order in which docker looks. */
const kinds: readonly Kind[] = [
  { name: 'container', path: (reference) => `/containers/${reference}/json`, schema: container },
  { name: 'image', path: (reference) => `/images/${reference}/json` },
  { name: 'network', path: (reference) => `/networks/${reference}`, schema: network },
  { name: 'volume', path: (reference) => `/volumes/${reference}`, schema: volume },
  {
    name: 'service',
    path: (reference) => `/services/${reference}`,
    query: { insertDefaults: 'true' },
    schema: service,
    ofSwarm: true,
  },
  { name: 'task', path: (reference) => `/tasks/${reference}`, schema: task, ofSwarm: true },
  { name: 'node', path: (reference) => `/nodes/${reference}`, schema: node, ofSwarm: true },
  { name: 'plugin', path: (reference) => `/plugins/${reference}/json` },
  { name: 'secret', path: (reference) => `/secrets/${reference}`, schema: secret, ofSwarm: true },
  { name: 'config', path: (reference) => `/configs/${reference}`, schema: config, ofSwarm: true },
];

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const type = flags.text('type');
  if (flags.changed('type') && !kinds.some(({ name }) => name === type)) {
    const names = kinds.map(({ name }) => JSON.stringify(name)).sort((a, b) => (a < b ? -1 : 1));
    const why = type === '' ? 'type is empty' : `unknown type: ${JSON.stringify(type)}`;
    throw new CommandFailure(`${why}: must be one of ${names.join(', ')}`);
  }
  const asked = type === '' ? kinds : kinds.filter(({ name }) => name === type);
  const size = flags.on('size') ? '1' : undefined;
  function* find(reference: string): Fiber<Inspected> {
    let isManager: boolean | undefined;
    for (const kind of asked) {
      if (kind.ofSwarm && type === '') {
        isManager ??= yield* controlsSwarm(client);
        if (!isManager) continue;
      }
      const query = kind.name === 'container' ? { size } : kind.query;
      const found = yield* fetchKind(client, kind, reference, query, type !== '');
      if (found === undefined) continue;
      if (size !== undefined && kind.name !== 'container') {
        host.err(`WARNING: --size ignored for ${kind.name}\n`);
      }
      return found;
    }
    throw new CommandFailure(`Error: No such ${type === '' ? 'object' : type}: ${reference}`);
  }
  return yield* inspectAll(args, flags.text('format'), host, find, badTemplate);
}

/** @param alone no other kind will be looked for */
function* fetchKind(
  client: Client,
  { path, schema }: Kind,
  reference: string,
  query: Query | undefined,
  alone: boolean,
): Fiber<Inspected | undefined> {
  try {
    const raw = yield* fetchText(client, path(reference), query);
    const json = parseAnswer<unknown>(raw);
    return { value: schema === undefined ? fromJson(json) : schema.decode(json), raw };
  } catch (error) {
    if (!alone && error instanceof DaemonError && error.status === 404) return undefined;
    throw error;
  }
}

function* controlsSwarm(client: Client): Fiber<boolean> {
  return (yield* fetchJson<Info>(client, '/info')).Swarm.ControlAvailable;
}
