// docker stack ls

import type { Service } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { listFormatFlag } from '../common-flags.ts';
import { namespaceLabel } from '../compose/convert/namespace.ts';
import { orchestratorFlag } from '../compose/stack.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters } from '../filters.ts';
import { compareNatural } from '../human.ts';
import { type Listing, printRows } from '../listing.ts';

export const stackLs: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List stacks',
  spellings: 'docker stack ls, docker stack list',
  arity: noArguments,
  flags: [orchestratorFlag, listFormatFlag],
  run,
};

interface Row {
  readonly name: string;
  readonly services: number;
}

const listing: Listing<Row> = {
  type: '*formatter.stackContext',
  fields: [
    ['Name', 'NAME', ({ name }) => name],
    ['Services', 'SERVICES', ({ services }) => String(services)],
  ],
  table: '{{.Name}}\t{{.Services}}',
  quiet: '{{.Name}}',
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const filters = encodeFilters(new Map([['label', new Set([namespaceLabel])]]));
  const services = yield* fetchJson<readonly Service[]>(client, '/services', { filters });
  const counts = new Map<string, number>();
  for (const { ID, Spec } of services) {
    const name = Spec.Labels?.[namespaceLabel];
    if (name === undefined) throw new CommandFailure(`cannot get label ${namespaceLabel} for service ${ID}`);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const rows = [...counts]
    .map(([name, count]) => ({ name, services: count }))
    .sort((a, b) => compareNatural(a.name, b.name));
  host.out(printRows(listing, { text: flags.text('format') || 'table', quiet: false }, rows));
  return 0;
}
