// docker node rm

import type { Fiber } from '../../engine/fiber.ts';
import { send } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { forEach } from '../each.ts';
import { bool } from '../flag.ts';
import { objectPath } from '../object-path.ts';

export const nodeRm: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: '[OPTIONS] NODE [NODE...]',
  short: 'Remove one or more nodes from the swarm',
  spellings: 'docker node rm, docker node remove',
  arity: atLeast(1),
  flags: [{ name: 'force', shorthand: 'f', kind: bool, usage: 'Force remove a node from the swarm' }],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const query = { force: flags.on('force') ? '1' : undefined };
  return yield* forEach(args, host, (node) =>
    send(client, { method: 'DELETE', path: objectPath('node', node), query }),
  );
}
