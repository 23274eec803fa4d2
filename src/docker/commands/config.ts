// docker config

import type { Config, ConfigSpec, IdResponse } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { decodeBase64, encodeBase64 } from '../../model/base64.ts';
import { fetchJson, fetchList, fetchText, parseAnswer, postJson, send } from '../client.ts';
import { atLeast, type Command, exactly, type Invocation, noArguments } from '../command.ts';
import { filterFlag, inspectFormatFlag, listFormatFlag, quietIdsFlag } from '../common-flags.ts';
import { readContent } from '../content.ts';
import { forEach } from '../each.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { bool, labels, string } from '../flag.ts';
import { capitalise, compareNatural } from '../human.ts';
import { inspectAll, prettyAll } from '../inspect.ts';
import { type Listing, labelText, listFormat, printRows } from '../listing.ts';
import { entriesOf, pairsOf, sortedMap } from '../maps.ts';
import { age } from '../moments.ts';
import type { DockerHost } from '../process.ts';
import { quote } from '../quote.ts';
import { printTime } from '../template/print.ts';
import { config as configType } from '../types/config.ts';

const create: Command = {
  name: 'create',
  usage: '[OPTIONS] CONFIG file|-',
  short: 'Create a config from a file or STDIN',
  arity: exactly(2),
  flags: [
    { name: 'label', shorthand: 'l', kind: labels, usage: 'Config labels', version: '1.30' },
    { name: 'template-driver', kind: string, usage: 'Template driver', version: '1.37' },
  ],
  *run({ args: [name = '', file = ''], flags, client, host }) {
    const driver = flags.text('template-driver');
    const spec: ConfigSpec = {
      Name: name || undefined,
      Labels: sortedMap(pairsOf(flags.list('label'))),
      Data: encodeBase64(readConfig(file, host)),
      Templating: driver === '' ? undefined : { Name: driver },
    };
    const { ID } = yield* postJson<IdResponse>(client, '/configs/create', spec);
    host.out(`${ID}\n`);
    return 0;
  },
};

/** @throws CommandFailure */
function readConfig(file: string, host: DockerHost): string {
  try {
    if (file === '') throw new CommandFailure('config file is required');
    return readContent(file, host);
  } catch (error) {
    throw new CommandFailure(`Error reading content from ${quote(file)}: ${failureText(error)}`);
  }
}

const remove: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: 'CONFIG [CONFIG...]',
  short: 'Remove one or more configs',
  spellings: 'docker config rm, docker config remove',
  arity: atLeast(1),
  run: ({ args, client, host }) =>
    forEach(args, host, (config) => send(client, { method: 'DELETE', path: configPath(config) })),
};

/** @param noun what a failure calls a config @throws CommandFailure for an empty reference */
function configPath(reference: string, noun = 'config'): string {
  if (reference.trim() === '') throw new CommandFailure(`invalid ${noun} name or ID: value is empty`);
  return `/configs/${reference}`;
}

/** What docker 28.2.2 calls a config that it cannot inspect. */
const misspelt = 'contig';

interface Row {
  readonly config: Config;
  readonly now: number;
}

const listing: Listing<Row> = {
  type: '*config.configContext',
  fields: [
    ['ID', 'ID', ({ config }) => config.ID],
    ['Name', 'NAME', ({ config }) => config.Spec.Name ?? ''],
    ['CreatedAt', 'CREATED', ({ config, now }) => age(config.CreatedAt, now)],
    ['UpdatedAt', 'UPDATED', ({ config, now }) => age(config.UpdatedAt, now)],
    ['Labels', 'LABELS', ({ config }) => labelText(config.Spec.Labels)],
  ],
  lookups: [['Label', ({ config }, key) => new Map(entriesOf(config.Spec.Labels)).get(key) ?? '']],
  table: '{{.ID}}\t{{.Name}}\t{{.CreatedAt}}\t{{.UpdatedAt}}',
  quiet: '{{.ID}}',
};

const ls: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List configs',
  spellings: 'docker config ls, docker config list',
  arity: noArguments,
  flags: [filterFlag, listFormatFlag, quietIdsFlag],
  *run({ flags, client, host }) {
    const filters = encodeFilters(readFilters(flags.list('filter')));
    const configs = yield* fetchList<Config>(client, '/configs', { filters });
    configs.sort((a, b) => compareNatural(a.Spec.Name ?? '', b.Spec.Name ?? ''));
    const rows = configs.map((config) => ({ config, now: host.now() }));
    host.out(printRows(listing, listFormat(flags, host, 'configFormat'), rows));
    return 0;
  },
};

const inspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] CONFIG [CONFIG...]',
  short: 'Display detailed information on one or more configs',
  arity: atLeast(1),
  flags: [
    inspectFormatFlag,
    {
      name: 'pretty',
      kind: bool,
      usage: 'Print the information in a human friendly format',
      version: '1.30',
    },
  ],
  run: runInspect,
};

function* runInspect({ args, flags, client, host }: Invocation): Fiber<number> {
  const format = flags.on('pretty') ? 'pretty' : flags.text('format');
  if (format === 'pretty') {
    return yield* prettyAll(args, host, function* (reference) {
      return prettyConfig(yield* fetchJson<Config>(client, configPath(reference, misspelt)));
    });
  }
  return yield* inspectAll(args, format, host, function* (reference) {
    const raw = yield* fetchText(client, configPath(reference, misspelt));
    return { value: configType.decode(parseAnswer(raw)), raw };
  });
}

function prettyConfig({ ID, CreatedAt, UpdatedAt, Spec }: Config): string {
  const labelLines = entriesOf(Spec.Labels).map(([key, value]) => ` - ${key}${value && `=${value}`}`);
  const lines = [
    `ID:\t\t\t${ID}`,
    `Name:\t\t\t${Spec.Name ?? ''}`,
    ...(labelLines.length === 0 ? [] : ['Labels:', ...labelLines]),
    `Created at:            \t${capitalise(printTime(CreatedAt))}`,
    `Updated at:            \t${capitalise(printTime(UpdatedAt))}`,
    'Data:',
    decodeBase64(Spec.Data ?? ''),
  ];
  return `${lines.join('\n')}\n`;
}

export const config: Command = {
  name: 'config',
  short: 'Manage Swarm configs',
  section: 'swarm',
  version: '1.30',
  swarm: 'manager',
  commands: [create, inspect, ls, remove],
};
