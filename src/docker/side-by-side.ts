// Requests that docker sends all at once, for commands that do one thing to several containers.

import type { Fiber, Wait } from '../engine/fiber.ts';
import { CommandFailure, failureText } from './failure.ts';
import type { DockerHost } from './process.ts';

/** How one of them has ended: with nothing, or with what it has thrown. */
export type Ended = { readonly failure?: unknown };

interface Running {
  readonly fiber: Fiber<void>;
  wait: Wait | undefined;
  ended: Ended | undefined;
}

/** Goes on with all fibers, each as soon as it can, until every one has ended. */
export function* sideBySide(fibers: readonly Fiber<void>[]): Fiber<readonly Ended[]> {
  const all = fibers.map((fiber): Running => ({ fiber, wait: undefined, ended: undefined }));
  try {
    for (const each of all) advance(each);
    for (;;) {
      const waiting = all.filter(({ ended }) => ended === undefined);
      if (waiting.length === 0) return all.map(({ ended }) => ended ?? {});
      const deadline = waiting.reduce(
        (first, { wait }) => Math.min(first, wait?.deadline ?? first),
        Number.POSITIVE_INFINITY,
      );
      yield { until: () => waiting.some(isOver), deadline };
      const over = waiting.filter(isOver);
      // When none is over, it is the first deadline.
      for (const each of over.length > 0 ? over : waiting.filter(({ wait }) => wait?.deadline === deadline)) {
        advance(each);
      }
    }
  } finally {
    // Ctrl-C: what they hold they give back.
    for (const { fiber } of all) fiber.return();
  }
}

function isOver({ wait }: Running): boolean {
  return wait?.until() === true;
}

function advance(running: Running): void {
  try {
    const step = running.fiber.next();
    if (step.done === true) running.ended = {};
    else running.wait = step.value;
  } catch (failure) {
    running.ended = { failure };
  }
}

/**
 * Does something to every argument at once, and prints those it succeeds for, in their order.
 * @param forgive whether a failure is only told, and not one of the command
 * @throws CommandFailure at the end, with the failures of all others
 */
export function* forAllAtOnce(
  references: readonly string[],
  host: DockerHost,
  act: (reference: string) => Fiber<void>,
  forgive: (failure: unknown) => boolean = () => false,
): Fiber<number> {
  const ends = yield* sideBySide(references.map(act));
  const failures: string[] = [];
  for (const [i, { failure }] of ends.entries()) {
    if (failure === undefined) host.out(`${references[i]}\n`);
    else if (forgive(failure)) host.err(`${failureText(failure)}\n`);
    else failures.push(failureText(failure));
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}
