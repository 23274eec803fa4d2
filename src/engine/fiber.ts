// Fibers: what goes on over virtual time outside the world: a request an engine is answering, a docker command that polls, a script that
// sleeps. A fiber is a generator that yields what it waits for. It acts on the world through inputs alone, which the world's journal holds,
// so a run is made again without the fibers that drove it. Fibers are not saved: a client whose world is loaded again connects anew.

/** What a fiber waits for: `until` is looked at after every event, and is cheap and free of effects; at `deadline` it goes on anyway. */
export interface Wait {
  readonly until: () => boolean;
  /** Virtual time in microseconds; Infinity for none. */
  readonly deadline: number;
}

/** Something that takes virtual time and ends in an `R`, or throws. */
export type Fiber<R> = Generator<Wait, R, void>;

/** Ends at a virtual time, microseconds. */
export function* sleepUntil(time: number): Fiber<void> {
  yield { until: () => false, deadline: time };
}
