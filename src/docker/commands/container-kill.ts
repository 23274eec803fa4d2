// docker kill, docker container kill

import type { Fiber } from '../../engine/fiber.ts';
import { send } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { signalFlag } from '../common-flags.ts';
import { objectPath } from '../object-path.ts';
import { forAllAtOnce } from '../side-by-side.ts';

export const containerKill: Command = {
  name: 'kill',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Kill one or more running containers',
  spellings: 'docker container kill, docker kill',
  arity: atLeast(1),
  flags: [signalFlag],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const query = { signal: flags.text('signal') || undefined };
  return yield* forAllAtOnce(args, host, function* (container) {
    yield* send(client, { method: 'POST', path: `${objectPath('container', container)}/kill`, query });
  });
}
