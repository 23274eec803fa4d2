// Values as docker shows them to people.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  binarySize,
  capitalise,
  compareNatural,
  decimalSize,
  ellipsis,
  shortId,
} from '../../src/docker/human.ts';
import { sha256 } from '../../src/docker/sha256.ts';
import { readTimestamp } from '../../src/docker/timestamp.ts';
import { hour, humanDuration, minute, second } from '../../src/model/duration.ts';

describe('durations', () => {
  test.each([
    [-5 * second, 'Less than a second'],
    [999_999, 'Less than a second'],
    [second, '1 second'],
    [59.9 * second, '59 seconds'],
    [minute, 'About a minute'],
    [119 * second, 'About a minute'],
    [2 * minute, '2 minutes'],
    [59 * minute + 59 * second, '59 minutes'],
    [hour, 'About an hour'],
    [89 * minute, 'About an hour'],
    [90 * minute, '2 hours'],
    [47 * hour, '47 hours'],
    [48 * hour, '2 days'],
    [14 * 24 * hour, '2 weeks'],
    [59 * 24 * hour, '8 weeks'],
    [90 * 24 * hour, '3 months'],
    [2 * 365 * 24 * hour, '2 years'],
  ])('%d microseconds are %s', (microseconds, text) => {
    expect(humanDuration(microseconds)).toBe(text);
  });
});

describe('sizes', () => {
  test.each([
    [0, '0B', '0B'],
    [999, '999B', '999B'],
    [1_000, '1kB', '1000B'],
    [1_536, '1.54kB', '1.5KiB'],
    [187_000_000, '187MB', '178.3MiB'],
    [999_900_000, '1e+03MB', '953.6MiB'],
    [8_200_000_000, '8.2GB', '7.637GiB'],
  ])('%d bytes are %s or %s', (bytes, decimal, binary) => {
    expect(decimalSize(bytes)).toBe(decimal);
    expect(binarySize(bytes)).toBe(binary);
  });
});

test('identifiers are cut behind the name of their digest', () => {
  expect(shortId(`sha256:${'a'.repeat(64)}`)).toBe('a'.repeat(12));
  expect(shortId('short')).toBe('short');
});

test('all letters but the first are small', () => {
  expect(capitalise('rEADY')).toBe('Ready');
  expect(ellipsis('abcdef', 6)).toBe('abcdef');
  expect(ellipsis('abcdefg', 6)).toBe('abcde…');
});

test('D-E11 names are ordered by their numbers', () => {
  const names = ['web.10', 'web.2', 'a10', 'a2', 'b', 'web.02', '10', 'A', 'web', 'web.'];
  expect(names.sort(compareNatural)).toEqual([
    '10',
    'A',
    'a2',
    'a10',
    'b',
    'web',
    'web.',
    'web.2',
    'web.02',
    'web.10',
  ]);
});

const name = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '9', '.'), maxLength: 6 });

test('the order of names is one', () => {
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(compareNatural(a, b))).toBe(-Math.sign(compareNatural(b, a)) + 0);
      expect(compareNatural(a, b) === 0).toBe(a === b);
      if (compareNatural(a, b) <= 0 && compareNatural(b, c) <= 0)
        expect(compareNatural(a, c) <= 0).toBe(true);
    }),
  );
});

test('digests are those of SHA-256', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('a'.repeat(119))).toBe('31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb');
  expect(sha256('é'.repeat(60))).not.toBe(sha256('e'.repeat(60)));
});

test('D-E54 moments before now are told by the clock of the client', () => {
  const now = 1_795_424_242_500_000;
  expect(readTimestamp('5m', now)).toBe('1795423942');
  expect(readTimestamp('1795424242', now)).toBe('1795424242');
  expect(readTimestamp('0', now)).toBe('0');
  expect(readTimestamp('2026-01-01', now)).toBe('1767225600.000000000');
  expect(readTimestamp('2026-01-01T10:00:00.25+02:00', now)).toBe('1767254400.250000000');
  expect(() => readTimestamp('yesterday', now)).toThrow(
    'failed to parse value as time or duration: "yesterday"',
  );
});
