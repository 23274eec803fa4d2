// Ctrl-C for commands that do not see to it themselves.

import type { Fiber } from '../engine/fiber.ts';
import type { DockerHost } from './process.ts';

/** Ctrl-C was pressed. Commands let it pass; what they hold they give back on the way. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What a shell says of a command that Ctrl-C has ended. */
  readonly exitCode = 130;
}

/** Goes on with a fiber until it ends or Ctrl-C is pressed. @throws Interrupted when it is, through the fiber */
export function* untilInterrupted<R>(fiber: Fiber<R>, { interrupted }: DockerHost): Fiber<R> {
  let step = fiber.next();
  while (step.done !== true) {
    const { until, deadline } = step.value;
    yield { until: () => interrupted() || until(), deadline };
    step = interrupted() ? fiber.throw(new Interrupted()) : fiber.next();
  }
  return step.value;
}
