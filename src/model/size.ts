// Sizes in bytes as users write and read them: binary units, `512m`, `4MiB`, `7.637GiB`.

import { assert } from '../sim/assert.ts';
import { ParseFailure } from './failure.ts';
import { parseFloat64 } from './float.ts';

const prefixes = 'kmgtp';
const unitNames: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/**
 * Reads a size: a decimal number, an optional space, an optional suffix `b`, or `k m g t p` in either case and also as `kb`, `kib`;
 * 1k = 1024.
 * @returns integer bytes, cut
 * @throws ParseFailure `invalid size: 'x'`, `invalid suffix: 'x'`, or what is wrong with the number
 */
export function parseBytes(text: string): number {
  // The suffix is what follows the last digit, point or space, as docker looks for it.
  const [, number, suffix = ''] = /^(.*[0-9.]|.*(?= )) ?([^0-9. ]*)$/s.exec(text) ?? [];
  if (number === undefined) throw new ParseFailure(`invalid size: '${text}'`);
  const size = parseFloat64(number);
  if (size < 0) throw new ParseFailure(`invalid size: '${text}'`);
  const shown = suffix.length > 3 ? suffix : suffix.toLowerCase();
  const unit = /^(?:b?|([kmgtp])(?:i?b)?)$/.exec(shown);
  if (unit === null) throw new ParseFailure(`invalid suffix: '${shown}'`);
  const [, prefix] = unit;
  const power = prefix === undefined ? 0 : prefixes.indexOf(prefix) + 1;
  return Math.trunc(size * 1024 ** power);
}

/** Writes bytes with four significant digits and a binary unit: `0B`, `64MiB`, `7.637GiB`. */
export function formatBytes(bytes: number): string {
  assert(Number.isSafeInteger(bytes), 'a size is an integer count of bytes');
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < unitNames.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number(size.toPrecision(4))}${unitNames[unit]}`;
}
