// docker service ls

import type { Fiber } from '../../engine/fiber.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { filterFlag, listFormatFlag, quietIdsFlag } from '../common-flags.ts';
import { readFilters } from '../filters.ts';
import { listFormat, printRows } from '../listing.ts';
import { listServices, serviceListing } from '../service/list.ts';

export const serviceLs: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List services',
  spellings: 'docker service ls, docker service list',
  arity: noArguments,
  flags: [filterFlag, listFormatFlag, quietIdsFlag],
  run,
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const filters = readFilters(flags.list('filter'));
  const services = yield* listServices(client, filters, !flags.on('quiet'));
  host.out(printRows(serviceListing, listFormat(flags, host, 'servicesFormat'), services));
  return 0;
}
