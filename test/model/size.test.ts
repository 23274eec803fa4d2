import { expect, test } from 'vitest';
import { ParseFailure } from '../../src/model/failure.ts';
import { formatBytes, parseBytes } from '../../src/model/size.ts';

const kibibyte = 1024;
const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

test.each([
  ['0', 0],
  ['32', 32],
  ['32b', 32],
  ['1k', kibibyte],
  ['512m', 512 * mebibyte],
  ['4MiB', 4 * mebibyte],
  ['4mb', 4 * mebibyte],
  ['1.5g', 1.5 * gibibyte],
  ['1 G', gibibyte],
  ['.5k', 512],
  ['1.0001k', kibibyte],
  ['2t', 2 * 1024 ** 4],
  ['1p', 1024 ** 5],
  ['1e3', 1000],
  ['1_0k', 10 * kibibyte],
])('%s is %d bytes', (text, expected) => {
  expect(parseBytes(text)).toBe(expected);
});

test.each([
  ['', "invalid size: ''"],
  ['x', "invalid size: 'x'"],
  ['-1', "invalid size: '-1'"],
  ['1.2.3', 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'],
  ['cfg10', 'strconv.ParseFloat: parsing "cfg10": invalid syntax'],
  ['1k b', 'strconv.ParseFloat: parsing "1k": invalid syntax'],
  [' ', 'strconv.ParseFloat: parsing "": invalid syntax'],
  ['1e400', 'strconv.ParseFloat: parsing "1e400": value out of range'],
  ['1XYZ', "invalid suffix: 'xyz'"],
  ['1x', "invalid suffix: 'x'"],
  ['1ib', "invalid suffix: 'ib'"],
  ['1bb', "invalid suffix: 'bb'"],
  ['1kibi', "invalid suffix: 'kibi'"],
])('%s is refused as docker does', (text, message) => {
  expect(() => parseBytes(text)).toThrow(new ParseFailure(message));
});

test.each([
  [0, '0B'],
  [1023, '1023B'],
  [kibibyte, '1KiB'],
  [64 * mebibyte, '64MiB'],
  [8_200_000_000, '7.637GiB'],
  [8 * gibibyte, '8GiB'],
])('%d bytes is %s', (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected);
});
