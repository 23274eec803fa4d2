import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatDuration,
  hour,
  millisecond,
  minute,
  parseDuration,
  second,
} from '../../src/model/duration.ts';
import { ParseFailure } from '../../src/model/failure.ts';

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['0s', 0],
    ['10s', 10 * second],
    ['1m30s', 90 * second],
    ['1h0m0s', hour],
    ['1.5s', 1_500 * millisecond],
    ['.5s', 500 * millisecond],
    ['1.s', second],
    ['+2m', 2 * minute],
    ['-1s', -second],
    ['500ms', 500 * millisecond],
    ['3us', 3],
    ['3\u00b5s', 3],
    ['3\u03bcs', 3],
    ['1ns', 0],
    ['999ns1ns', 1],
    ['1.9us', 1],
    ['2160h0m0s', 2_160 * hour],
    ['250000h0.000001s', 250_000 * hour + 1],
  ])('%s is %d microseconds', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each([
    ['', 'time: invalid duration ""'],
    ['x', 'time: invalid duration "x"'],
    ['-', 'time: invalid duration "-"'],
    ['.s', 'time: invalid duration ".s"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1h5', 'time: missing unit in duration "1h5"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
    ['5 s', 'time: unknown unit " s" in duration "5 s"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['"', 'time: invalid duration "\\""'],
    ['9999999999h', 'time: invalid duration "9999999999h"'],
  ])('%s is refused as docker does', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new ParseFailure(message));
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0s'],
    [1, '1\u00b5s'],
    [1_500, '1.5ms'],
    [500 * millisecond, '500ms'],
    [second, '1s'],
    [1_500 * millisecond, '1.5s'],
    [90 * second, '1m30s'],
    [hour, '1h0m0s'],
    [2_160 * hour, '2160h0m0s'],
    [hour + 1, '1h0m0.000001s'],
    [-second, '-1s'],
  ])('%d microseconds is %s', (duration, expected) => {
    expect(formatDuration(duration)).toBe(expected);
  });

  test('what is written reads back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (duration) => {
        expect(parseDuration(formatDuration(duration))).toBe(duration);
      }),
    );
  });
});
