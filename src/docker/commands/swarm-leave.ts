// docker swarm leave

import type { Fiber } from '../../engine/fiber.ts';
import { send } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { bool } from '../flag.ts';

export const swarmLeave: Command = {
  name: 'leave',
  usage: '[OPTIONS]',
  short: 'Leave the swarm',
  arity: noArguments,
  swarm: 'active',
  flags: [
    {
      name: 'force',
      shorthand: 'f',
      kind: bool,
      usage: 'Force this node to leave the swarm, ignoring warnings',
    },
  ],
  run,
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const query = { force: flags.on('force') ? '1' : undefined };
  yield* send(client, { method: 'POST', path: '/swarm/leave', query });
  host.out('Node left the swarm.\n');
  return 0;
}
