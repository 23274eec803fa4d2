// docker ps, docker container ls

import type { ContainerPort, ContainerSummary } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { humanDuration } from '../../model/duration.ts';
import { quote } from '../../model/quote.ts';
import { fetchList } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { filterFlag, listFormatFlag } from '../common-flags.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { bool, int } from '../flag.ts';
import type { Flags } from '../flags.ts';
import { compareText, decimalSize, ellipsis, shortId } from '../human.ts';
import {
  type Format,
  type Listing,
  labelOf,
  labelText,
  listFormat,
  printRows,
  tryFormat,
} from '../listing.ts';
import { secondsText } from '../moments.ts';
import type { DockerHost } from '../process.ts';
import { shortImage } from '../tasks.ts';

/** docker container ls */
export const containerLs: Command = {
  name: 'ls',
  aliases: ['ps', 'list'],
  usage: '[OPTIONS]',
  short: 'List containers',
  spellings: 'docker container ls, docker container list, docker container ps, docker ps',
  arity: noArguments,
  flags: [
    {
      name: 'all',
      shorthand: 'a',
      kind: bool,
      usage: 'Show all containers (default shows just running)',
    },
    filterFlag,
    listFormatFlag,
    {
      name: 'last',
      shorthand: 'n',
      kind: int,
      usage: 'Show n last created containers (includes all states)',
      initial: '-1',
    },
    {
      name: 'latest',
      shorthand: 'l',
      kind: bool,
      usage: 'Show the latest created container (includes all states)',
    },
    { name: 'no-trunc', kind: bool, usage: "Don't truncate output" },
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display container IDs' },
    { name: 'size', shorthand: 's', kind: bool, usage: 'Display total file sizes' },
  ],
  run,
};

export const ps: Command = { ...containerLs, name: 'ps', aliases: [], section: 'common' };

interface Row {
  readonly container: Container;
  readonly whole: boolean;
  readonly now: number;
}

/** Sizes are told of containers when they were asked for. */
interface Container extends ContainerSummary {
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
}

const table = '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}';

const listing: Listing<Row> = {
  type: '*formatter.ContainerContext',
  fields: [
    ['ID', 'CONTAINER ID', ({ container, whole }) => (whole ? container.Id : shortId(container.Id))],
    ['Names', 'NAMES', names],
    ['Image', 'IMAGE', image],
    ['Platform', 'PLATFORM', () => undefined],
    ['Command', 'COMMAND', command],
    ['CreatedAt', 'CREATED AT', ({ container }) => secondsText(container.Created)],
    [
      'RunningFor',
      'CREATED',
      ({ container, now }) => `${humanDuration(now - container.Created * 1_000_000)} ago`,
    ],
    ['Ports', 'PORTS', ({ container }) => ports(container.Ports)],
    ['State', 'STATE', ({ container }) => container.State],
    ['Status', 'STATUS', ({ container }) => container.Status],
    ['Size', 'SIZE', ({ container }) => sizeText(container)],
    ['Labels', 'LABELS', ({ container }) => labelText(container.Labels)],
    ['Mounts', 'MOUNTS', mounts],
    [
      'LocalVolumes',
      'LOCAL VOLUMES',
      ({ container }) => String(container.Mounts.filter(({ Driver }) => Driver === 'local').length),
    ],
    [
      'Networks',
      'NETWORKS',
      ({ container }) => Object.keys(container.NetworkSettings.Networks).sort(compareText).join(','),
    ],
  ],
  lookups: [['Label', ({ container }, key) => labelOf(container.Labels, key)]],
  table,
  quiet: '{{.ID}}',
  raw: `container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{.State}}
status: {{.Status}}
names: {{.Names}}
labels:{{if .Labels}} {{.Labels}}{{end}}
ports:{{if .Ports}} {{.Ports}}{{end}}
`,
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const last = flags.on('latest') && flags.number('last') === -1 ? 1 : flags.number('last');
  const format = readFormat(flags, host);
  const containers = yield* fetchList<Container>(client, '/containers/json', {
    all: flags.on('all') ? '1' : undefined,
    filters: encodeFilters(readFilters(flags.list('filter'))),
    limit: last > 0 ? String(last) : undefined,
    size: flags.on('size') || /\{\{[^}]*\.Size/.test(format.text) ? '1' : undefined,
  });
  const rows = containers.map((container) => ({
    container,
    whole: flags.on('no-trunc'),
    now: host.now(),
  }));
  const sized = flags.on('size') ? { ...listing, table: `${table}\t{{.Size}}` } : listing;
  host.out(printRows(sized, format, rows));
  return 0;
}

/** A template is tried before the engine is asked. @throws CommandFailure */
function readFormat(flags: Flags, host: DockerHost): Format {
  const given = flags.text('format');
  if (given !== '') tryFormat(listing, given, { container: nothing, whole: false, now: 0 });
  if (given === '' || !flags.on('quiet')) return listFormat(flags, host, 'psFormat');
  host.err('WARNING: Ignoring custom format, because both --format and --quiet are set.\n');
  return { text: given === 'raw' ? 'raw' : 'table', quiet: true };
}

const nothing: Container = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: '',
  Status: '',
  HostConfig: { NetworkMode: '' },
  NetworkSettings: { Networks: {} },
  Mounts: [],
};

/** The first name of its own; names with another container's in them are those of links. */
function names({ container, whole }: Row): string {
  const own = container.Names.map((name) => name.replace(/^\//, ''));
  return whole ? own.join(',') : (own.find((name) => !name.includes('/')) ?? '');
}

function image({ container, whole }: Row): string {
  if (container.Image === '') return '<no image>';
  if (whole) return container.Image;
  const short = shortId(container.ImageID);
  return short === shortId(container.Image) ? short : shortImage(container.Image);
}

function command({ container, whole }: Row): string {
  return quote(whole ? container.Command : ellipsis(container.Command, 20));
}

function sizeText({ SizeRw: own = 0, SizeRootFs: all = 0 }: Container): string {
  return all > 0 ? `${decimalSize(own)} (virtual ${decimalSize(all)})` : decimalSize(own);
}

function mounts({ container, whole }: Row): string {
  return container.Mounts.map(({ Name, Source }) => {
    const name = Name || Source;
    return whole ? name : ellipsis(name, 15);
  }).join(',');
}

/** Ports in order; those that follow one another are one range, published under other numbers each for itself, at the end. */
function ports(all: readonly ContainerPort[]): string {
  const sorted = [...all].sort(
    (a, b) =>
      a.PrivatePort - b.PrivatePort ||
      compareText(a.IP ?? '', b.IP ?? '') ||
      (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
      compareText(a.Type, b.Type),
  );
  const groups = new Map<
    string,
    { readonly type: string; readonly ip: string; first: number; last: number }
  >();
  const shown: string[] = [];
  const published: string[] = [];
  for (const { PrivatePort: port, PublicPort: own = 0, IP: ip = '', Type: type } of sorted) {
    if (ip !== '' && own !== port) {
      published.push(`${bracketed(ip)}:${own}->${port}/${type}`);
      continue;
    }
    const group = groups.get(`${ip}/${type}`);
    if (group !== undefined && port === group.last + 1) group.last = port;
    else {
      if (group !== undefined) shown.push(range(group));
      groups.set(`${ip}/${type}`, { type, ip, first: port, last: port });
    }
  }
  return [...shown, ...[...groups.values()].map(range), ...published].join(', ');
}

function range({ type, ip, first, last }: { type: string; ip: string; first: number; last: number }): string {
  const numbers = first === last ? String(first) : `${first}-${last}`;
  return `${ip === '' ? numbers : `${bracketed(ip)}:${numbers}->${numbers}`}/${type}`;
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
