// The files that a swarm keeps for its services: what `docker config` and `docker secret` do alike. Each of the two says in a table of its own
// what it does otherwise.

import type { IdResponse, Secret, SecretSpec, StringMap } from '../engine/api.ts';
import type { Fiber } from '../engine/fiber.ts';
import { fetchJson, fetchList, fetchText, parseAnswer, postJson, send } from './client.ts';
import { atLeast, type Command, type Invocation, noArguments } from './command.ts';
import { filterFlag, inspectFormatFlag, listFormatFlag, quietIdsFlag } from './common-flags.ts';
import { forEach } from './each.ts';
import { encodeFilters, readFilters } from './filters.ts';
import { bool, type Flag, labels, string } from './flag.ts';
import { capitalise, compareNatural } from './human.ts';
import { inspectAll, prettyAll } from './inspect.ts';
import { type Field, type Listing, labelOf, labelText, listFormat, printRows } from './listing.ts';
import { entriesOf, pairsOf, sortedMap } from './maps.ts';
import { age } from './moments.ts';
import { objectPath } from './object-path.ts';
import type { GoValue } from './template/value.ts';

/** A config is a secret that has no driver and shows what it holds. */
export type SwarmFile = Secret;

export interface FileRow {
  readonly file: SwarmFile;
  readonly now: number;
}

export interface FileKind {
  readonly noun: 'config' | 'secret';
  /** The first API version that knows them. */
  readonly version: string;
  readonly create: Command;
  /** What `inspect` calls one whose name is empty. */
  readonly inspected: string;
  /** Columns between the name and the moments. */
  readonly columns: readonly Field<FileRow>[];
  readonly decode: (answer: unknown) => GoValue;
  readonly pretty: (file: SwarmFile) => string;
}

/** The command with all that can be done to files of one kind. */
export function fileCommand(kind: FileKind): Command {
  const { noun, version, create } = kind;
  return {
    name: noun,
    short: `Manage Swarm ${noun}s`,
    section: 'swarm',
    version,
    swarm: 'manager',
    commands: [create, inspect(kind), list(kind), remove(kind)],
  };
}

/** Flags of `create`. @param version the first API version that knows files of this kind */
export function creationFlags(noun: FileKind['noun'], version: string): readonly Flag[] {
  return [
    { name: 'label', shorthand: 'l', kind: labels, usage: `${capitalise(noun)} labels`, version },
    { name: 'template-driver', kind: string, usage: 'Template driver', version: '1.37' },
  ];
}

/** @param content what the file holds, or who knows it */
export function* createFile(
  noun: FileKind['noun'],
  { args: [name], flags, client, host }: Invocation,
  content: Pick<SecretSpec, 'Data' | 'Driver'>,
): Fiber<number> {
  const spec: SecretSpec = {
    Name: name || undefined,
    Labels: sortedMap(pairsOf(flags.list('label'))),
    ...content,
    Templating: driverNamed(flags.text('template-driver')),
  };
  const { ID } = yield* postJson<IdResponse>(client, `/${noun}s/create`, spec);
  host.out(`${ID}\n`);
  return 0;
}

/** None for an empty name. */
export function driverNamed(name: string): SecretSpec['Driver'] {
  return name === '' ? undefined : { Name: name };
}

/** The part of a pretty form that tells labels. */
export function labelLines(map: StringMap | null | undefined): readonly string[] {
  const lines = entriesOf(map).map(([key, value]) => ` - ${key}${value && `=${value}`}`);
  return lines.length === 0 ? [] : ['Labels:', ...lines];
}

function remove({ noun }: FileKind): Command {
  const word = noun.toUpperCase();
  return {
    name: 'rm',
    aliases: ['remove'],
    usage: `${word} [${word}...]`,
    short: `Remove one or more ${noun}s`,
    spellings: `docker ${noun} rm, docker ${noun} remove`,
    arity: atLeast(1),
    run: ({ args, client, host }) =>
      forEach(args, host, (reference) =>
        send(client, { method: 'DELETE', path: objectPath(noun, reference) }),
      ),
  };
}

function list({ noun, columns }: FileKind): Command {
  const shown = ['ID', 'Name', ...columns.map(([name]) => name), 'CreatedAt', 'UpdatedAt'];
  const listing: Listing<FileRow> = {
    type: `*${noun}.${noun}Context`,
    fields: [
      ['ID', 'ID', ({ file }) => file.ID],
      ['Name', 'NAME', ({ file }) => file.Spec.Name ?? ''],
      ...columns,
      ['CreatedAt', 'CREATED', ({ file, now }) => age(file.CreatedAt, now)],
      ['UpdatedAt', 'UPDATED', ({ file, now }) => age(file.UpdatedAt, now)],
      ['Labels', 'LABELS', ({ file }) => labelText(file.Spec.Labels)],
    ],
    lookups: [['Label', ({ file }, key) => labelOf(file.Spec.Labels, key)]],
    table: shown.map((name) => `{{.${name}}}`).join('\t'),
    quiet: '{{.ID}}',
  };
  return {
    name: 'ls',
    aliases: ['list'],
    usage: '[OPTIONS]',
    short: `List ${noun}s`,
    spellings: `docker ${noun} ls, docker ${noun} list`,
    arity: noArguments,
    flags: [filterFlag, listFormatFlag, quietIdsFlag],
    *run({ flags, client, host }) {
      const filters = encodeFilters(readFilters(flags.list('filter')));
      const files = yield* fetchList<SwarmFile>(client, `/${noun}s`, { filters });
      files.sort((a, b) => compareNatural(a.Spec.Name ?? '', b.Spec.Name ?? ''));
      const rows = files.map((file) => ({ file, now: host.now() }));
      host.out(printRows(listing, listFormat(flags, host, `${noun}Format`), rows));
      return 0;
    },
  };
}

function inspect({ noun, version, inspected, decode, pretty }: FileKind): Command {
  const word = noun.toUpperCase();
  const usage = 'Print the information in a human friendly format';
  return {
    name: 'inspect',
    usage: `[OPTIONS] ${word} [${word}...]`,
    short: `Display detailed information on one or more ${noun}s`,
    arity: atLeast(1),
    flags: [inspectFormatFlag, { name: 'pretty', kind: bool, usage, version }],
    *run({ args, flags, client, host }) {
      const format = flags.on('pretty') ? 'pretty' : flags.text('format');
      if (format === 'pretty') {
        return yield* prettyAll(args, host, function* (reference) {
          return pretty(yield* fetchJson<SwarmFile>(client, objectPath(noun, reference, inspected)));
        });
      }
      return yield* inspectAll(args, format, host, function* (reference) {
        const raw = yield* fetchText(client, objectPath(noun, reference, inspected));
        return { value: decode(parseAnswer(raw)), raw };
      });
    },
  };
}
