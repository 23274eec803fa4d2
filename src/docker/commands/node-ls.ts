// docker node ls

import type { Info, Node, TlsInfo } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson, fetchList } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { filterFlag, listFormatFlag, quietIdsFlag } from '../common-flags.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { capitalise, compareNatural } from '../human.ts';
import { type Listing, listFormat, printRows } from '../listing.ts';

export const nodeLs: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List nodes in the swarm',
  spellings: 'docker node ls, docker node list',
  arity: noArguments,
  flags: [filterFlag, listFormatFlag, quietIdsFlag],
  run,
};

/** A node, and what the engine that was asked knows of itself. */
interface Row {
  readonly node: Node;
  readonly info: Info | undefined;
}

const listing: Listing<Row> = {
  type: '*node.nodeContext',
  fields: [
    ['ID', 'ID', ({ node }) => node.ID],
    ['Self', '', isSelf],
    ['Hostname', 'HOSTNAME', ({ node }) => node.Description.Hostname ?? ''],
    ['Status', 'STATUS', ({ node }) => capitalise(node.Status.State ?? '')],
    ['Availability', 'AVAILABILITY', ({ node }) => capitalise(node.Spec.Availability ?? '')],
    ['ManagerStatus', 'MANAGER STATUS', managerStatus],
    ['TLSStatus', 'TLS STATUS', tlsStatus],
    ['EngineVersion', 'ENGINE VERSION', ({ node }) => node.Description.Engine.EngineVersion ?? ''],
  ],
  table:
    '{{.ID}} {{if .Self}}*{{else}} {{ end }}\t{{.Hostname}}\t{{.Status}}\t{{.Availability}}\t{{.ManagerStatus}}\t{{.EngineVersion}}',
  quiet: '{{.ID}}',
  raw: `node_id: {{.ID}}
hostname: {{.Hostname}}
status: {{.Status}}
availability: {{.Availability}}
manager_status: {{.ManagerStatus}}
`,
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const filters = encodeFilters(readFilters(flags.list('filter')));
  const nodes = yield* fetchList<Node>(client, '/nodes', { filters });
  const info = nodes.length > 0 && !flags.on('quiet') ? yield* fetchJson<Info>(client, '/info') : undefined;
  const sorted = nodes.sort((a, b) =>
    compareNatural(a.Description.Hostname ?? '', b.Description.Hostname ?? ''),
  );
  const rows = sorted.map((node) => ({ node, info }));
  host.out(printRows(listing, listFormat(flags, host, 'nodesFormat'), rows));
  return 0;
}

function isSelf({ node, info }: Row): boolean {
  return node.ID === info?.Swarm.NodeID;
}

/** The words of the column (R-R218). */
function managerStatus({ node: { ManagerStatus: status } }: Row): string {
  if (status === undefined) return '';
  return status.Leader ? 'Leader' : capitalise(status.Reachability ?? '');
}

function tlsStatus({ node, info }: Row): string {
  const cluster = info?.Swarm.Cluster?.TLSInfo ?? {};
  const own = node.Description.TLSInfo;
  if (isEmpty(cluster) || isEmpty(own)) return 'Unknown';
  const same =
    cluster.TrustRoot === own.TrustRoot &&
    cluster.CertIssuerSubject === own.CertIssuerSubject &&
    cluster.CertIssuerPublicKey === own.CertIssuerPublicKey;
  return same ? 'Ready' : 'Needs Rotation';
}

function isEmpty({ TrustRoot, CertIssuerSubject, CertIssuerPublicKey }: TlsInfo): boolean {
  return !TrustRoot && !CertIssuerSubject && !CertIssuerPublicKey;
}
