// What is said when the simulation itself breaks: a defect of ours, and no fault of whoever typed.

import { BrokenInvariant } from '../invariants/invariant.ts';
import { WorldError } from '../sim/world.ts';
import type { Session } from './session.ts';
import { formatTime } from './time.ts';

/** The world cannot go on after this. */
export function isBroken(error: unknown): boolean {
  return error instanceof BrokenInvariant || error instanceof WorldError;
}

/** One sentence, and for a broken invariant the causes that led there; undefined for an error of another kind. */
export function brokenText(error: unknown, { swarm: { world } }: Session): string | undefined {
  if (error instanceof BrokenInvariant) {
    const causes = world.lastCauses.map((cause) => `\n  ${cause}`).join('');
    return `at ${formatTime(world.now)}: an invariant is broken, which is a defect of swarmlab: ${error.invariant}: ${error.facts}${causes}`;
  }
  if (error instanceof WorldError)
    return `the simulation broke, which is a defect of swarmlab: ${error.message}`;
  return undefined;
}
