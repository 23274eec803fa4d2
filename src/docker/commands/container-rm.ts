// docker rm, docker container rm

import type { Fiber } from '../../engine/fiber.ts';
import { send } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { CommandFailure, DaemonError } from '../failure.ts';
import { bool } from '../flag.ts';
import { objectPath } from '../object-path.ts';
import { forAllAtOnce } from '../side-by-side.ts';

export const containerRm: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Remove one or more containers',
  spellings: 'docker container rm, docker container remove, docker rm',
  arity: atLeast(1),
  flags: [
    {
      name: 'force',
      shorthand: 'f',
      kind: bool,
      usage: 'Force the removal of a running container (uses SIGKILL)',
    },
    { name: 'link', shorthand: 'l', kind: bool, usage: 'Remove the specified link' },
    {
      name: 'volumes',
      shorthand: 'v',
      kind: bool,
      usage: 'Remove anonymous volumes associated with the container',
    },
  ],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const isOn = (name: string): string | undefined => (flags.on(name) ? '1' : undefined);
  const query = { force: isOn('force'), link: isOn('link'), v: isOn('volumes') };
  // By force, what is not there is as it should be.
  const forgive = (failure: unknown): boolean =>
    flags.on('force') && failure instanceof DaemonError && failure.status === 404;
  return yield* forAllAtOnce(
    args,
    host,
    function* (container) {
      const name = container.replace(/^\/+|\/+$/g, '');
      if (name === '') throw new CommandFailure('container name cannot be empty');
      yield* send(client, { method: 'DELETE', path: objectPath('container', name), query });
    },
    forgive,
  );
}
