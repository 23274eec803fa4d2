// docker stack services

import type { Fiber } from '../../engine/fiber.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { filterFlag, listFormatFlag, quietIdsFlag } from '../common-flags.ts';
import { stackFilters } from '../compose/convert/namespace.ts';
import { checkStackName, orchestratorFlag } from '../compose/stack.ts';
import { readFilters } from '../filters.ts';
import { listFormat, printRows } from '../listing.ts';
import { listServices, serviceListing } from '../service/list.ts';

export const stackServices: Command = {
  name: 'services',
  usage: '[OPTIONS] STACK',
  short: 'List the services in the stack',
  arity: exactly(1),
  flags: [orchestratorFlag, filterFlag, listFormatFlag, quietIdsFlag],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const [name = ''] = args;
  checkStackName(name);
  const filters = stackFilters(name, readFilters(flags.list('filter')));
  const services = yield* listServices(client, filters, !flags.on('quiet'));
  if (services.length === 0) {
    host.err(`Nothing found in stack: ${name}\n`);
    return 0;
  }
  host.out(printRows(serviceListing, listFormat(flags, host, 'servicesFormat'), services));
  return 0;
}
