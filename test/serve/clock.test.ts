// The dates that clients are shown, by a clock that the test moves.

import { expect, test } from 'vitest';
import { minute, second } from '../../src/model/duration.ts';
import { ShownDates } from '../../src/serve/clock.ts';

function dates() {
  let wall = 1_000_000;
  const shown = new ShownDates(() => wall);
  return {
    /** The date of something that happened, asked for now; virtual times, and milliseconds since 1970. */
    at: (happened: number, now = happened) => (shown.epoch(now) + happened) / 1_000,
    pass: (milliseconds: number) => {
      wall += milliseconds;
    },
  };
}

test('now is now, whatever virtual time it is', () => {
  expect(dates().at(0)).toBe(1_000_000);
  expect(dates().at(5 * minute)).toBe(1_000_000);
});

test('at the speed of the wall clock a date that was shown is shown again', () => {
  const { at, pass } = dates();
  expect(at(0)).toBe(1_000_000);
  pass(60_000);
  // A little behind: what began then did so at the same date.
  expect(at(minute - second / 2)).toBe(1_059_500);
  expect(at(0, minute - second / 2)).toBe(1_000_000);
});

test('at another speed dates shift, so that ages are right', () => {
  const { at, pass } = dates();
  expect(at(0)).toBe(1_000_000);
  pass(60_000);
  expect(at(10 * minute)).toBe(1_060_000);
  // What happened a virtual minute ago is a minute old.
  expect(at(9 * minute, 10 * minute)).toBe(1_000_000);
});

test('a world that is exchanged for one at its beginning has the date of now', () => {
  const { at } = dates();
  expect(at(10 * minute)).toBe(1_000_000);
  expect(at(0)).toBe(1_000_000);
});
