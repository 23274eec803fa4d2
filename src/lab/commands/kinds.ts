// What flags of the lab may be given: ranges, checked while the line is read, before anything is done to the world.

import type { Kind } from '../../docker/flag.ts';
import { parseDuration } from '../../model/duration.ts';
import { ParseFailure } from '../../model/failure.ts';

/** A whole number within a range. */
export function whole(from: number, to: number): Kind {
  return {
    name: 'int',
    check: (given) => {
      if (!isWhole(given) || Number(given) < from || Number(given) > to)
        throw new ParseFailure(`it is a whole number from ${from} to ${to}`);
    },
  };
}

/** A probability in per cent, to a tenth: links and images know no finer ones. */
export const percent: Kind = {
  name: 'percent',
  check: (given) => {
    if (!/^\d{1,3}(?:\.\d)?$/.test(given) || Number(given) > 100)
      throw new ParseFailure('it is a number from 0 to 100, with one decimal at most');
  },
};

/** The speed of a clock, in per cent of time's. */
export const clockSpeed: Kind = {
  name: 'percent',
  check: (given) => {
    if (!/^\d{1,4}(?:\.\d{1,4})?$/.test(given) || Number(given) < 1 || Number(given) > 1_000)
      throw new ParseFailure('it is a number from 1 to 1000');
  },
};

/** A duration that may be none, such as `500ms` or `0s`. */
export const time: Kind = { name: 'duration', check: (given) => checkDuration(given, 0) };

/** A duration that is more than nothing. */
export const someTime: Kind = { name: 'duration', check: (given) => checkDuration(given, 1) };

/** A duration, or a negative one. */
export const shift: Kind = { name: 'duration', check: (given) => checkDuration(given, -mostTime) };

/** A thousand days, in microseconds: who asks for more has mistyped it. */
const mostTime = 86_400_000_000_000;

/** A duration, or the word for a program that does not stop by itself. */
export const stopTime: Kind = {
  name: 'duration',
  check: (given) => {
    if (given !== 'ignores') checkDuration(given, 0);
  },
};

function checkDuration(given: string, least: number): void {
  let duration: number;
  try {
    duration = parseDuration(given);
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    throw new ParseFailure('it is a duration such as 500ms, 10s or 1m30s');
  }
  if (Math.abs(duration) > mostTime) throw new ParseFailure('it is 24000h at most');
  if (duration < least) throw new ParseFailure(`it is ${least === 0 ? 'not negative' : 'more than nothing'}`);
}

/** Any text but the empty one. */
export const seedText: Kind = {
  name: 'string',
  check: (given) => {
    if (given === '') throw new ParseFailure('a seed is any text but the empty one');
  },
};

/** Digits alone, without a zero before them: `readFlags` would take that for octal. */
export function isWhole(given: string): boolean {
  return /^(?:0|[1-9]\d{0,14})$/.test(given);
}
