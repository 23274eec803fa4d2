// How fast the machines' clocks have run, and which of them stood still: what invariants about durations must allow for.

import type { Fault } from '../sim/fault.ts';

const ordinary = 1_000_000;

export class Clocks {
  #fastest = ordinary;
  #slowest = ordinary;
  /** By host, the virtual time since which it runs again; absent unless it has been paused. */
  readonly #resumed = new Map<string, number>();

  follow(fault: Fault, now: number): void {
    if (fault.kind === 'clock') {
      this.#fastest = Math.max(this.#fastest, fault.ratePpm);
      this.#slowest = Math.min(this.#slowest, fault.ratePpm);
    }
    if (fault.kind === 'pause') this.#resumed.set(fault.host, Number.MAX_SAFE_INTEGER);
    if (fault.kind === 'resume') this.#resumed.set(fault.host, now);
  }

  /** The least virtual time in which a timer of `duration` can have run out. */
  least(duration: number): number {
    return Math.floor((duration * ordinary) / this.#fastest);
  }

  /** The most virtual time it can have taken, on a machine that was not paused. */
  most(duration: number): number {
    return Math.ceil((duration * ordinary) / this.#slowest);
  }

  /** Whether the machine has been paused since then. */
  stoodStill(host: string, since: number): boolean {
    return (this.#resumed.get(host) ?? -1) >= since;
  }
}
