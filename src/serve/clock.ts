// The dates that clients are shown: virtual time, shifted so that now is now, whatever the speed. So ages come out right, and `--since`
// means what it says. Part of the rim: a real clock.

import { second } from '../model/duration.ts';

/** A shift that is this much off is made anew; a smaller one is kept, so that a date that was shown is shown again. */
const tolerance = second;

export class ShownDates {
  readonly #now: () => number;
  #shift = Number.NaN;

  /** @param now milliseconds since 1970 */
  constructor(now = Date.now) {
    this.#now = now;
  }

  /** Microseconds since 1970 at virtual time 0. @param now virtual time */
  epoch(now: number): number {
    const right = this.#now() * 1_000 - now;
    if (!(Math.abs(right - this.#shift) <= tolerance)) this.#shift = right;
    return this.#shift;
  }
}
