// docker wait, docker container wait

import type { Fiber } from '../../engine/fiber.ts';
import { postJson } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { objectPath } from '../object-path.ts';

export const containerWait: Command = {
  name: 'wait',
  usage: 'CONTAINER [CONTAINER...]',
  short: 'Block until one or more containers stop, then print their exit codes',
  spellings: 'docker container wait, docker wait',
  arity: atLeast(1),
  run,
};

/** One after the other: a code is printed as soon as it and all before it are known. */
function* run({ args, client, host }: Invocation): Fiber<number> {
  const failures: string[] = [];
  for (const container of args) {
    try {
      const path = `${objectPath('container', container)}/wait`;
      const { StatusCode } = yield* postJson<{ readonly StatusCode: number }>(client, path, undefined);
      host.out(`${StatusCode}\n`);
    } catch (error) {
      failures.push(failureText(error));
    }
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}
