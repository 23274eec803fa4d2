// docker service rm

import type { Fiber } from '../../engine/fiber.ts';
import { send } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { CommandFailure, failureText } from '../failure.ts';

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
  const failures: string[] = [];
  for (const ref of args) {
    try {
      yield* send(client, { method: 'DELETE', path: `/services/${ref}` });
      host.out(`${ref}\n`);
    } catch (error) {
      failures.push(failureText(error));
    }
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}
