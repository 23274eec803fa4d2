// Commands that wait for nothing.

import type { Fiber } from '../engine/fiber.ts';
import type { Invocation } from './command.ts';

/** @param act gives the exit code */
export function immediate(
  act: (invocation: Invocation) => number,
): (invocation: Invocation) => Fiber<number> {
  return function* (invocation) {
    yield* [];
    return act(invocation);
  };
}
