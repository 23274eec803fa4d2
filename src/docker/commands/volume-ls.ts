// docker volume ls

import type { ClusterVolume, Volume, VolumeList } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { listFormatFlag } from '../common-flags.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { bool, filter } from '../flag.ts';
import { compareNatural } from '../human.ts';
import { type Listing, labelOf, labelText, listFormat, printRows } from '../listing.ts';

/** What is not known of a volume, or does not apply. */
const none = 'N/A';

const listing: Listing<Volume> = {
  type: '*formatter.volumeContext',
  fields: [
    ['Name', 'VOLUME NAME', ({ Name }) => Name],
    ['Driver', 'DRIVER', ({ Driver }) => Driver],
    ['Scope', 'SCOPE', ({ Scope }) => Scope],
    ['Mountpoint', 'MOUNTPOINT', ({ Mountpoint }) => Mountpoint],
    ['Labels', 'LABELS', ({ Labels }) => labelText(Labels)],
    ['Links', 'LINKS', () => none],
    ['Size', 'SIZE', () => none],
    ['Group', 'GROUP', ({ ClusterVolume: own }) => (own === undefined ? none : (own.Spec.Group ?? ''))],
    [
      'Availability',
      'AVAILABILITY',
      ({ ClusterVolume: own }) => (own === undefined ? none : (own.Spec.Availability ?? '')),
    ],
    ['Status', 'STATUS', ({ ClusterVolume: own }) => (own === undefined ? none : status(own))],
  ],
  lookups: [['Label', ({ Labels }, key) => labelOf(Labels, key)]],
  table: '{{.Driver}}\t{{.Name}}',
  quiet: '{{.Name}}',
  raw: 'name: {{.Name}}\ndriver: {{.Driver}}\n',
};

const clusterTable = 'table {{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}';

function status({ Info: info, PublishStatus: published = [] }: ClusterVolume): string {
  if (info === undefined || info.VolumeID === undefined || info.VolumeID === '') return 'pending creation';
  if (published.length === 0) return 'created';
  return `in use (${published.length} node${published.length === 1 ? '' : 's'})`;
}

export const volumeLs: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List volumes',
  spellings: 'docker volume ls, docker volume list',
  arity: noArguments,
  flags: [
    {
      name: 'cluster',
      kind: bool,
      usage: 'Display only cluster volumes, and use cluster volume list formatting',
      version: '1.42',
      swarm: 'manager',
    },
    {
      name: 'filter',
      shorthand: 'f',
      kind: filter,
      usage: 'Provide filter values (e.g. "dangling=true")',
    },
    listFormatFlag,
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display volume names' },
  ],
  run,
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const filters = encodeFilters(readFilters(flags.list('filter')));
  const { Volumes: found } = yield* fetchJson<VolumeList>(client, '/volumes', { filters });
  const onlyCluster = flags.on('cluster');
  const volumes = (found ?? []).filter((volume) => !onlyCluster || volume.ClusterVolume !== undefined);
  volumes.sort((a, b) => compareNatural(a.Name, b.Name));
  const format = listFormat(flags, host, 'volumesFormat');
  const asked = onlyCluster && !format.quiet ? { ...format, text: clusterTable } : format;
  host.out(printRows(listing, asked, volumes));
  return 0;
}
