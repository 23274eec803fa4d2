// Moments as the engine prints and reads them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInstant, formatInstantPadded, parseInstant, parseUnixTime } from '../../src/engine/time.ts';

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1_767_607_200_100_000, '2026-01-05T10:00:00.1Z'],
  [951_782_400_000_001, '2000-02-29T00:00:00.000001Z'],
  [-1, '1969-12-31T23:59:59.999999Z'],
  [4_107_542_400_000_000, '2100-03-01T00:00:00Z'],
])('%i microseconds are %s', (microseconds, text) => {
  expect(formatInstant(microseconds)).toBe(text);
  expect(parseInstant(text)).toBe(microseconds);
});

test('every moment is read as it is printed, and as the host language reads it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (microseconds) => {
      const text = formatInstant(microseconds);
      expect(parseInstant(text)).toBe(microseconds);
      expect(new Date(text).getTime()).toBe(Math.floor(microseconds / 1_000));
      expect(parseInstant(formatInstantPadded(microseconds))).toBe(microseconds);
    }),
  );
});

test('lines of logs begin with all nine decimals', () => {
  expect(formatInstantPadded(1_767_607_200_100_000)).toBe('2026-01-05T10:00:00.100000000Z');
  expect(formatInstantPadded(0)).toBe('1970-01-01T00:00:00.000000000Z');
});

test('clients send seconds, with or without decimals', () => {
  expect(parseUnixTime('1795424242')).toBe(1_795_424_242_000_000);
  expect(parseUnixTime('1795424242.000000123')).toBe(1_795_424_242_000_000);
  expect(parseUnixTime('1795424242.5')).toBe(1_795_424_242_500_000);
  expect(parseUnixTime('yesterday')).toBeUndefined();
});

test('offsets are taken off, and what is no date is refused', () => {
  expect(parseInstant('2026-01-05T11:00:00+01:00')).toBe(parseInstant('2026-01-05T10:00:00Z'));
  expect(parseInstant('2025-02-29T00:00:00Z')).toBeUndefined();
  expect(parseInstant('2026-01-05 10:00:00')).toBeUndefined();
});
