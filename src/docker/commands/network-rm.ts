// docker network rm, docker network prune

import type { Network } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson, postJson, send } from '../client.ts';
import { atLeast, type Command, type Invocation, noArguments } from '../command.ts';
import { confirm } from '../confirm.ts';
import { CommandFailure, DaemonError } from '../failure.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { bool } from '../flag.ts';
import { objectPath } from '../object-path.ts';
import { deletedText, pruneFlags } from '../prune.ts';

export const networkRm: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: 'NETWORK [NETWORK...]',
  short: 'Remove one or more networks',
  spellings: 'docker network rm, docker network remove',
  arity: atLeast(1),
  flags: [
    {
      name: 'force',
      shorthand: 'f',
      kind: bool,
      usage: 'Do not error if the network does not exist',
    },
  ],
  run: remove,
};

const ingressWarning =
  'WARNING! Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker engine version. Otherwise, removal may not be effective and functionality of newly create ingress networks will be impaired.';

/** Failures are printed one by one; the command ends with a text of its own. */
function* remove({ args, flags, client, host }: Invocation): Fiber<number> {
  let failed = false;
  for (const reference of args) {
    if ((yield* isIngress(client, reference)) && !confirm(ingressWarning, host)) continue;
    try {
      yield* send(client, { method: 'DELETE', path: objectPath('network', reference) });
      host.out(`${reference}\n`);
    } catch (error) {
      if (!(error instanceof DaemonError || error instanceof CommandFailure)) throw error;
      if (flags.on('force') && error instanceof DaemonError && error.status === 404) continue;
      host.err(`${error.message}\n`);
      failed = true;
    }
  }
  if (failed) throw new CommandFailure('exit status 1');
  return 0;
}

/** What cannot be found is left to its removal to complain about. */
function* isIngress(client: Client, reference: string): Fiber<boolean> {
  try {
    return (yield* fetchJson<Network>(client, objectPath('network', reference))).Ingress;
  } catch (error) {
    if (error instanceof DaemonError || error instanceof CommandFailure) return false;
    throw error;
  }
}

export const networkPrune: Command = {
  name: 'prune',
  usage: '[OPTIONS]',
  short: 'Remove all unused networks',
  arity: noArguments,
  version: '1.25',
  flags: pruneFlags('until=<timestamp>'),
  run: prune,
};

function* prune({ flags, client, host }: Invocation): Fiber<number> {
  const warning = 'WARNING! This will remove all custom networks not used by at least one container.';
  if (!flags.on('force') && !confirm(warning, host)) return 0;
  const filters = encodeFilters(readFilters(flags.list('filter')));
  const report = yield* postJson<{ readonly NetworksDeleted: readonly string[] | null }>(
    client,
    '/networks/prune',
    undefined,
    { filters },
  );
  host.out(deletedText('Deleted Networks', report.NetworksDeleted));
  return 0;
}
