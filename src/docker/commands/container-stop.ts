// docker stop, docker restart, and the same of docker container

import type { Fiber } from '../../engine/fiber.ts';
import { type Query, send } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { signalFlag } from '../common-flags.ts';
import { forEach } from '../each.ts';
import { CommandFailure } from '../failure.ts';
import { type Flag, int } from '../flag.ts';
import { objectPath } from '../object-path.ts';
import { forAllAtOnce } from '../side-by-side.ts';

const flags: readonly Flag[] = [
  signalFlag,
  { name: 'timeout', shorthand: 't', kind: int, usage: 'Seconds to wait before killing the container' },
  {
    name: 'time',
    kind: int,
    usage: 'Seconds to wait before killing the container (deprecated: use --timeout)',
    hidden: true,
    deprecated: 'use --timeout instead',
  },
];

export const containerStop: Command = {
  name: 'stop',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Stop one or more running containers',
  spellings: 'docker container stop, docker stop',
  arity: atLeast(1),
  flags,
  *run(invocation) {
    const query = queryOf(invocation);
    return yield* forAllAtOnce(invocation.args, invocation.host, (container) =>
      order(invocation, container, 'stop', query),
    );
  },
};

export const containerRestart: Command = {
  name: 'restart',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Restart one or more containers',
  spellings: 'docker container restart, docker restart',
  arity: atLeast(1),
  flags,
  *run(invocation) {
    const query = queryOf(invocation);
    return yield* forEach(invocation.args, invocation.host, (container) =>
      order(invocation, container, 'restart', query),
    );
  },
};

/** @throws CommandFailure for a time by both of its names */
function queryOf({ flags }: Invocation): Query {
  const given = ['timeout', 'time'].filter((name) => flags.changed(name));
  if (given.length > 1) {
    throw new CommandFailure('conflicting options: cannot specify both --timeout and --time');
  }
  const [name] = given;
  return {
    signal: flags.text('signal') || undefined,
    t: name === undefined ? undefined : String(flags.number(name)),
  };
}

function* order(
  { client }: Invocation,
  container: string,
  act: 'stop' | 'restart',
  query: Query,
): Fiber<void> {
  yield* send(client, { method: 'POST', path: `${objectPath('container', container)}/${act}`, query });
}
