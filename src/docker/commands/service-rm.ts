// docker service rm

import type { Fiber } from '../../engine/fiber.ts';
import { send } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { forEach } from '../each.ts';
import { servicePath } from '../service/find.ts';

export const serviceRm: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: 'SERVICE [SERVICE...]',
  short: 'Remove one or more services',
  spellings: 'docker service rm, docker service remove',
  arity: atLeast(1),
  run,
};

function* run({ args, client, host }: Invocation): Fiber<number> {
  return yield* forEach(args, host, function* (ref) {
    yield* send(client, { method: 'DELETE', path: servicePath(ref) });
  });
}
