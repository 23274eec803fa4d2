// Commands that do one thing to each of their arguments go on after a failure (reference 0.3).

import type { Fiber } from '../engine/fiber.ts';
import { CommandFailure, failureText } from './failure.ts';
import type { DockerHost } from './process.ts';

/** Prints each argument that succeeds. @throws CommandFailure at the end, with the failures of all others */
export function* forEach(
  references: readonly string[],
  host: DockerHost,
  act: (reference: string) => Fiber<void>,
): Fiber<number> {
  const failures: string[] = [];
  for (const reference of references) {
    try {
      yield* act(reference);
      host.out(`${reference}\n`);
    } catch (error) {
      failures.push(failureText(error));
    }
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}
