// A machine's clock: it runs at its own rate from its own offset. Integer arithmetic only.

/** `read(t)` = base reading + (t - since) x ratePpm / 1e6. Plain data. */
export interface HostClock {
  /** World time of the last change. */
  since: number;
  /** What the clock showed then. */
  reading: number;
  /** 1 000 000 = as fast as the world; 1 100 000 = ten per cent fast. */
  ratePpm: number;
}

const million = 1_000_000;

/** floor(value x num / den) without leaving the safe integers, for value < 2^53 and num, den <= 2^22 or so. */
function scale(value: number, num: number, den: number): number {
  return Math.floor(value / den) * num + Math.floor(((value % den) * num) / den);
}

/** What the clock shows at world time `now`, microseconds. */
export function readClock(clock: HostClock, now: number): number {
  const elapsed = now - clock.since;
  return clock.reading + (clock.ratePpm === million ? elapsed : scale(elapsed, clock.ratePpm, million));
}

/** World time that passes while the clock advances by `duration`, rounded up so that a timer never fires early by its own clock. */
export function worldTime(clock: HostClock, duration: number): number {
  if (clock.ratePpm === million) return duration;
  const down = scale(duration, million, clock.ratePpm);
  return scale(down, clock.ratePpm, million) < duration ? down + 1 : down;
}

/** Sets the rate and moves the reading by `offset`, from `now` on. */
export function setClock(clock: HostClock, now: number, ratePpm: number, offset: number): void {
  clock.reading = readClock(clock, now) + offset;
  clock.since = now;
  clock.ratePpm = ratePpm;
}
