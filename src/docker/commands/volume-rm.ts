// docker volume rm, docker volume prune

import type { Fiber } from '../../engine/fiber.ts';
import { postJson, send } from '../client.ts';
import { atLeast, type Command, type Invocation, noArguments } from '../command.ts';
import { confirm } from '../confirm.ts';
import { forEach } from '../each.ts';
import { CommandFailure } from '../failure.ts';
import { addFilter, encodeFilters, readFilters } from '../filters.ts';
import { bool } from '../flag.ts';
import { decimalSize } from '../human.ts';
import { objectPath } from '../object-path.ts';
import { deletedText, pruneFlags } from '../prune.ts';

export const volumeRm: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Remove one or more volumes',
  long: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  spellings: 'docker volume rm, docker volume remove',
  arity: atLeast(1),
  flags: [
    {
      name: 'force',
      shorthand: 'f',
      kind: bool,
      usage: 'Force the removal of one or more volumes',
      version: '1.25',
    },
  ],
  *run({ args, flags, client, host }) {
    const query = { force: flags.on('force') ? '1' : undefined };
    return yield* forEach(args, host, (volume) =>
      send(client, { method: 'DELETE', path: objectPath('volume', volume), query }),
    );
  },
};

export const volumePrune: Command = {
  name: 'prune',
  usage: '[OPTIONS]',
  short: 'Remove unused local volumes',
  arity: noArguments,
  version: '1.25',
  flags: [
    {
      name: 'all',
      shorthand: 'a',
      kind: bool,
      usage: 'Remove all unused volumes, not just anonymous ones',
      version: '1.42',
    },
    ...pruneFlags('label=<label>'),
  ],
  run: prune,
};

function* prune({ flags, client, host }: Invocation): Fiber<number> {
  const filters = readFilters(flags.list('filter'));
  const all = flags.on('all');
  if (all) {
    if (filters.has('all'))
      throw new CommandFailure('conflicting options: cannot specify both --all and --filter all=1');
    addFilter(filters, 'all', 'true');
  }
  const which = all ? 'all' : 'anonymous';
  const warning = `WARNING! This will remove ${which} local volumes not used by at least one container.`;
  if (!flags.on('force') && !confirm(warning, host)) return 0;
  const report = yield* postJson<{
    readonly VolumesDeleted: readonly string[] | null;
    readonly SpaceReclaimed: number;
  }>(client, '/volumes/prune', undefined, { filters: encodeFilters(filters) });
  host.out(deletedText('Deleted Volumes', report.VolumesDeleted));
  host.out(`Total reclaimed space: ${decimalSize(report.SpaceReclaimed)}\n`);
  return 0;
}
