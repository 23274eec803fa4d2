// docker swarm join-token

import type { Swarm } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { bool } from '../flag.ts';
import { updateSwarm } from '../swarm-spec.ts';
import { ownNodeId, printJoinCommand } from '../swarm-texts.ts';

export const swarmJoinToken: Command = {
  name: 'join-token',
  usage: '[OPTIONS] (worker|manager)',
  short: 'Manage join tokens',
  arity: exactly(1),
  swarm: 'manager',
  flags: [
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display token' },
    { name: 'rotate', kind: bool, usage: 'Rotate join token' },
  ],
  run,
};

function* run({ args: [role = ''], flags, client, host }: Invocation): Fiber<number> {
  if (role !== 'worker' && role !== 'manager') throw new CommandFailure(`unknown role ${role}`);
  if (flags.on('rotate')) {
    const swarm = yield* fetchJson<Swarm>(client, '/swarm');
    yield* updateSwarm(client, swarm.Version.Index, swarm.Spec, {
      workerToken: role === 'worker',
      managerToken: role === 'manager',
    });
    if (!flags.on('quiet')) host.out(`Successfully rotated ${role} join token.\n\n`);
  }
  const { JoinTokens: tokens } = yield* fetchJson<Swarm>(client, '/swarm');
  if (flags.on('quiet')) {
    host.out(`${role === 'worker' ? tokens.Worker : tokens.Manager}\n`);
    return 0;
  }
  yield* printJoinCommand(client, host, yield* ownNodeId(client), role);
  return 0;
}
