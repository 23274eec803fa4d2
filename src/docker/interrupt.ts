// Ctrl-C for commands that wait for what an engine sends.

import type { Fiber } from '../engine/fiber.ts';
import { CommandFailure } from './failure.ts';
import type { DockerHost } from './process.ts';

/** What a shell says of a command that Ctrl-C has ended. */
const interruptedCode = 130;

/** Goes on with a fiber until it ends or Ctrl-C is pressed. @throws CommandFailure without words when it is */
export function* untilInterrupted<R>(fiber: Fiber<R>, { interrupted }: DockerHost): Fiber<R> {
  for (;;) {
    const step = fiber.next();
    if (step.done) return step.value;
    const { until, deadline } = step.value;
    yield { until: () => interrupted() || until(), deadline };
    if (interrupted()) throw new CommandFailure('', interruptedCode);
  }
}
