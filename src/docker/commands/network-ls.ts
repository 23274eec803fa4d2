// docker network ls

import type { Network } from '../../engine/api.ts';
import { fetchList } from '../client.ts';
import { type Command, noArguments } from '../command.ts';
import { listFormatFlag } from '../common-flags.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { bool, filter } from '../flag.ts';
import { compareNatural, shortId } from '../human.ts';
import { type Listing, labelOf, labelText, listFormat, printRows } from '../listing.ts';
import { printTime } from '../template/print.ts';

interface Row {
  readonly network: Network;
  readonly whole: boolean;
}

const listing: Listing<Row> = {
  type: '*network.networkContext',
  fields: [
    ['ID', 'NETWORK ID', ({ network, whole }) => (whole ? network.Id : shortId(network.Id))],
    ['Name', 'NAME', ({ network }) => network.Name],
    ['Driver', 'DRIVER', ({ network }) => network.Driver],
    ['Scope', 'SCOPE', ({ network }) => network.Scope],
    ['IPv4', 'IPV4', ({ network }) => String(network.EnableIPv4)],
    ['IPv6', 'IPV6', ({ network }) => String(network.EnableIPv6)],
    ['Internal', 'INTERNAL', ({ network }) => String(network.Internal)],
    ['Labels', 'LABELS', ({ network }) => labelText(network.Labels)],
    ['CreatedAt', 'CREATED AT', ({ network }) => printTime(network.Created)],
  ],
  lookups: [['Label', ({ network }, key) => labelOf(network.Labels, key)]],
  table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}',
  quiet: '{{.ID}}',
  raw: `network_id: {{.ID}}
name: {{.Name}}
driver: {{.Driver}}
scope: {{.Scope}}
`,
};

export const networkLs: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List networks',
  spellings: 'docker network ls, docker network list',
  arity: noArguments,
  flags: [
    {
      name: 'filter',
      shorthand: 'f',
      kind: filter,
      usage: 'Provide filter values (e.g. "driver=bridge")',
    },
    listFormatFlag,
    { name: 'no-trunc', kind: bool, usage: 'Do not truncate the output' },
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display network IDs' },
  ],
  *run({ flags, client, host }) {
    const filters = encodeFilters(readFilters(flags.list('filter')));
    const networks = yield* fetchList<Network>(client, '/networks', { filters });
    networks.sort((a, b) => compareNatural(a.Name, b.Name));
    const rows = networks.map((network) => ({ network, whole: flags.on('no-trunc') }));
    host.out(printRows(listing, listFormat(flags, host, 'networksFormat'), rows));
    return 0;
  },
};
