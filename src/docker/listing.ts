// Lists as docker prints them: a table, or each row by a template (reference 0.5).

import type { StringMap } from '../engine/api.ts';
import { CommandFailure } from './failure.ts';
import type { Flags } from './flags.ts';
import { entriesOf } from './maps.ts';
import type { DockerHost } from './process.ts';
import { alignColumns, listStyle } from './table.ts';
import { execute } from './template/evaluate.ts';
import { headerFunctions, isFunction } from './template/functions.ts';
import { parseTemplate, type Template, TemplateError } from './template/parse.ts';
import { bool, type GoMethod, type GoValue, getter, map, rowValue, string } from './template/value.ts';

/** What a row can show, and how it is shown unless the user says otherwise. */
export interface Listing<Row> {
  /** Go's name for the type of a row; errors tell it. */
  readonly type: string;
  /** Name in templates, title in a table's head, value. */
  readonly fields: readonly Field<Row>[];
  /** Further names that take an argument: `.Label "key"`. */
  readonly lookups?: readonly Lookup<Row>[];
  /** The template of `table`. */
  readonly table: string;
  /** The template of `-q`. */
  readonly quiet: string;
  /** The template of `raw`. */
  readonly raw?: string;
}

/** What a field has no value for, it shows as Go shows a nil pointer. */
export type Field<Row> = readonly [
  name: string,
  title: string,
  value: (row: Row) => string | boolean | undefined,
];
export type Lookup<Row> = readonly [name: string, value: (row: Row, argument: string) => string];

/** How a list is to be printed. */
export interface Format {
  readonly text: string;
  /** `-q` was given. */
  readonly quiet: boolean;
}

/** What `--format` and `-q` say, else the user's configuration under `key`, else `table`. */
export function listFormat(flags: Flags, { config }: DockerHost, key: string): Format {
  const quiet = flags.on('quiet');
  const given = flags.text('format');
  return { text: given !== '' ? given : quiet ? 'table' : (config.formats.get(key) ?? 'table'), quiet };
}

/**
 * What a list prints.
 * @throws CommandFailure for a template that cannot be parsed or names what rows do not have
 */
export function printRows<Row>(listing: Listing<Row>, format: Format, rows: readonly Row[]): string {
  const written = finalFormat(listing, format);
  const isTable = written.startsWith('table');
  const source = isTable ? written.slice('table'.length) : written === 'json' ? '{{json .}}' : written;
  const template = parse(withBlanks(source.replace(/^ +| +$/g, '')));
  const lines = rows.map((row) => `${run(template, rowOf(listing, row))}\n`);
  if (!isTable) return lines.join('');
  const titles = new Map(listing.fields.map(([name, title]) => [name, string(title)]));
  const head = headOf(template, { ...map('formatter.SubHeaderContext', titles), methods: headMethods });
  return alignColumns(`${head}\n${lines.join('')}`, listStyle);
}

/** Makes sure that a format can be parsed and names only what rows have. @throws CommandFailure */
export function tryFormat<Row>(listing: Listing<Row>, format: string, row: Row): void {
  const trial = (what: string, error: unknown): unknown =>
    error instanceof TemplateError
      ? new CommandFailure(`failed to ${what} template: ${error.message}`)
      : error;
  let template: Template;
  try {
    template = parseTemplate(format, isFunction);
  } catch (error) {
    throw trial('parse', error);
  }
  try {
    execute(template, rowOf(listing, row));
  } catch (error) {
    throw trial('execute', error);
  }
}

/** Titles of columns that show one label: `com.example.some-key` is `some key`. */
const headMethods: ReadonlyMap<string, GoMethod> = new Map([
  [
    'Label',
    {
      parameters: ['string'],
      call: ([key]) =>
        string(key?.kind === 'string' ? key.text.replace(/^.*\./s, '').replace(/[-_]/g, ' ') : ''),
    },
  ],
]);

/** The head of a table. A template that fails over titles makes a head that ends where it failed. */
function headOf(template: Template, titles: GoValue): string {
  try {
    return execute(template, titles, { functions: headerFunctions });
  } catch (error) {
    if (error instanceof TemplateError) return error.printed;
    throw error;
  }
}

/** The format with the words `table` and `raw` replaced by what they stand for here. */
function finalFormat<Row>({ table, quiet, raw }: Listing<Row>, format: Format): string {
  if (format.text === 'table') return format.quiet ? quiet : `table ${table}`;
  if (format.text === 'raw' && raw !== undefined) return format.quiet ? (raw.split('\n')[0] ?? '') : raw;
  return format.text;
}

/** On a command line, tabs and newlines are written as in Go. */
function withBlanks(template: string): string {
  return template.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
}

function parse(text: string): Template {
  try {
    return parseTemplate(text, isFunction);
  } catch (error) {
    throw failure(error);
  }
}

function run(template: Template, value: GoValue): string {
  try {
    return execute(template, value);
  } catch (error) {
    throw failure(error);
  }
}

function failure(error: unknown): unknown {
  return error instanceof TemplateError
    ? new CommandFailure(`template parsing error: ${error.message}`)
    : error;
}

function rowOf<Row>({ type, fields, lookups = [] }: Listing<Row>, row: Row): GoValue {
  const methods = new Map<string, GoMethod>();
  for (const [name, , value] of fields) {
    methods.set(
      name,
      getter(() => {
        const cell = value(row);
        if (cell === undefined) return { kind: 'pointer', type: '*v1.Platform', to: undefined };
        return typeof cell === 'string' ? string(cell) : bool(cell);
      }),
    );
  }
  for (const [name, value] of lookups) {
    methods.set(name, {
      parameters: ['string'],
      call: ([key]) => string(value(row, key?.kind === 'string' ? key.text : '')),
    });
  }
  return rowValue(type, methods);
}

/** One label, for `.Label "key"`. */
export function labelOf(labels: StringMap | null | undefined, key: string): string {
  return new Map(entriesOf(labels)).get(key) ?? '';
}

/** Labels in one cell: `a=1,b=2`, by their keys. */
export function labelText(labels: StringMap | null | undefined): string {
  return entriesOf(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
