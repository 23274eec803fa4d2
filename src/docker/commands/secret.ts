// docker secret

import type { IdResponse, Secret, SecretSpec } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { encodeBase64 } from '../../model/base64.ts';
import { fetchJson, fetchList, fetchText, parseAnswer, postJson, send } from '../client.ts';
import { atLeast, between, type Command, type Invocation, noArguments } from '../command.ts';
import { filterFlag, inspectFormatFlag, listFormatFlag, quietIdsFlag } from '../common-flags.ts';
import { readContent } from '../content.ts';
import { forEach } from '../each.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { bool, labels, string } from '../flag.ts';
import { capitalise, compareNatural } from '../human.ts';
import { inspectAll, prettyAll } from '../inspect.ts';
import { type Listing, labelText, listFormat, printRows } from '../listing.ts';
import { entriesOf, pairsOf, sortedMap } from '../maps.ts';
import { age } from '../moments.ts';
import { printTime } from '../template/print.ts';
import { secret as secretType } from '../types/config.ts';

const create: Command = {
  name: 'create',
  usage: '[OPTIONS] SECRET [file|-]',
  short: 'Create a secret from a file or STDIN as content',
  arity: between(1, 2),
  flags: [
    { name: 'driver', shorthand: 'd', kind: string, usage: 'Secret driver', version: '1.31' },
    { name: 'label', shorthand: 'l', kind: labels, usage: 'Secret labels', version: '1.25' },
    { name: 'template-driver', kind: string, usage: 'Template driver', version: '1.37' },
  ],
  run: runCreate,
};

function* runCreate({ args: [name = '', file = ''], flags, client, host }: Invocation): Fiber<number> {
  const driver = flags.text('driver');
  const template = flags.text('template-driver');
  if (driver === '' && file === '') throw new CommandFailure('secret file is required');
  if (driver !== '' && file !== '') {
    throw new CommandFailure('When using secret driver secret data must be empty');
  }
  const spec: SecretSpec = {
    Name: name || undefined,
    Labels: sortedMap(pairsOf(flags.list('label'))),
    Data: file === '' ? undefined : encodeBase64(readContent(file, host)),
    Driver: driver === '' ? undefined : { Name: driver },
    Templating: template === '' ? undefined : { Name: template },
  };
  const { ID } = yield* postJson<IdResponse>(client, '/secrets/create', spec);
  host.out(`${ID}\n`);
  return 0;
}

const remove: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: 'SECRET [SECRET...]',
  short: 'Remove one or more secrets',
  spellings: 'docker secret rm, docker secret remove',
  arity: atLeast(1),
  run: ({ args, client, host }) =>
    forEach(args, host, (secret) => send(client, { method: 'DELETE', path: secretPath(secret) })),
};

/** @throws CommandFailure for an empty reference */
function secretPath(reference: string): string {
  if (reference.trim() === '') throw new CommandFailure('invalid secret name or ID: value is empty');
  return `/secrets/${reference}`;
}

interface Row {
  readonly secret: Secret;
  readonly now: number;
}

const listing: Listing<Row> = {
  type: '*secret.secretContext',
  fields: [
    ['ID', 'ID', ({ secret }) => secret.ID],
    ['Name', 'NAME', ({ secret }) => secret.Spec.Name ?? ''],
    ['Driver', 'DRIVER', ({ secret }) => secret.Spec.Driver?.Name ?? ''],
    ['CreatedAt', 'CREATED', ({ secret, now }) => age(secret.CreatedAt, now)],
    ['UpdatedAt', 'UPDATED', ({ secret, now }) => age(secret.UpdatedAt, now)],
    ['Labels', 'LABELS', ({ secret }) => labelText(secret.Spec.Labels)],
  ],
  lookups: [['Label', ({ secret }, key) => new Map(entriesOf(secret.Spec.Labels)).get(key) ?? '']],
  table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.CreatedAt}}\t{{.UpdatedAt}}',
  quiet: '{{.ID}}',
};

const ls: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List secrets',
  spellings: 'docker secret ls, docker secret list',
  arity: noArguments,
  flags: [filterFlag, listFormatFlag, quietIdsFlag],
  *run({ flags, client, host }) {
    const filters = encodeFilters(readFilters(flags.list('filter')));
    const secrets = yield* fetchList<Secret>(client, '/secrets', { filters });
    secrets.sort((a, b) => compareNatural(a.Spec.Name ?? '', b.Spec.Name ?? ''));
    const rows = secrets.map((secret) => ({ secret, now: host.now() }));
    host.out(printRows(listing, listFormat(flags, host, 'secretFormat'), rows));
    return 0;
  },
};

const inspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] SECRET [SECRET...]',
  short: 'Display detailed information on one or more secrets',
  arity: atLeast(1),
  flags: [
    inspectFormatFlag,
    {
      name: 'pretty',
      kind: bool,
      usage: 'Print the information in a human friendly format',
      version: '1.25',
    },
  ],
  run: runInspect,
};

function* runInspect({ args, flags, client, host }: Invocation): Fiber<number> {
  const format = flags.on('pretty') ? 'pretty' : flags.text('format');
  if (format === 'pretty') {
    return yield* prettyAll(args, host, function* (reference) {
      return prettySecret(yield* fetchJson<Secret>(client, secretPath(reference)));
    });
  }
  return yield* inspectAll(args, format, host, function* (reference) {
    const raw = yield* fetchText(client, secretPath(reference));
    return { value: secretType.decode(parseAnswer(raw)), raw };
  });
}

function prettySecret({ ID, CreatedAt, UpdatedAt, Spec }: Secret): string {
  const labelLines = entriesOf(Spec.Labels).map(([key, value]) => ` - ${key}${value && `=${value}`}`);
  const lines = [
    `ID:              ${ID}`,
    `Name:              ${Spec.Name ?? ''}`,
    ...(labelLines.length === 0 ? [] : ['Labels:', ...labelLines]),
    `Driver:            ${Spec.Driver?.Name ?? ''}`,
    `Created at:        ${capitalise(printTime(CreatedAt))}`,
    `Updated at:        ${capitalise(printTime(UpdatedAt))}`,
  ];
  return `${lines.join('\n')}\n`;
}

export const secret: Command = {
  name: 'secret',
  short: 'Manage Swarm secrets',
  section: 'swarm',
  version: '1.25',
  swarm: 'manager',
  commands: [create, inspect, ls, remove],
};
