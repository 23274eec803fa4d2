// Durations as users write and read them, in the way of Go: `1m30s`, `500ms`, `1h0m0s`.
// A duration is an integer count of microseconds; what a user gives in nanoseconds is cut to that.

import { assert } from '../sim/assert.ts';
import { ParseFailure } from './failure.ts';
import { quote } from './quote.ts';

export const microsecond = 1;
export const millisecond = 1_000;
export const second = 1_000_000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** Nanoseconds per unit. Both ways to write the micro sign are legal. */
const unitNanoseconds: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1_000],
  ['\u00b5s', 1_000],
  ['\u03bcs', 1_000],
  ['ms', 1_000_000],
  ['s', 1_000_000_000],
  ['m', 60_000_000_000],
  ['h', 3_600_000_000_000],
]);

/** Digits of a fraction that are looked at: as many as an exact integer holds. */
const fractionDigits = 15;

/**
 * Reads a Go duration: an optional sign, then decimal numbers each with a unit (`1h30m`, `1.5s`, `-1s`), or a bare `0`.
 * @returns integer microseconds
 * @throws ParseFailure with the text docker prints: `time: invalid duration "x"`, `time: missing unit in duration "5"`,
 * `time: unknown unit "x" in duration "5x"`
 */
export function parseDuration(text: string): number {
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') throw invalid(text);
  let microseconds = 0;
  let nanoseconds = 0;
  while (rest !== '') {
    const [number = '', whole = '', fraction = ''] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) ?? [];
    if (whole === '' && fraction === '') throw invalid(text);
    rest = rest.slice(number.length);
    const [unit = ''] = /^[^0-9.]*/.exec(rest) ?? [];
    if (unit === '') throw new ParseFailure(`time: missing unit in duration ${quote(text)}`);
    const scale = unitNanoseconds.get(unit);
    if (scale === undefined) {
      throw new ParseFailure(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    }
    rest = rest.slice(unit.length);
    // Whole numbers of a unit and its fraction apart, so that hours lose no microsecond to rounding.
    const count = Number(whole);
    if (scale < 1_000) nanoseconds += count * scale;
    else microseconds += count * (scale / 1_000);
    const digits = fraction.slice(0, fractionDigits);
    nanoseconds += Math.floor(Number(digits) * (scale / 10 ** digits.length));
    if (!Number.isSafeInteger(microseconds) || !Number.isSafeInteger(nanoseconds)) throw invalid(text);
  }
  const total = microseconds + Math.floor(nanoseconds / 1_000);
  if (!Number.isSafeInteger(total)) throw invalid(text);
  return negative && total !== 0 ? -total : total;
}

/** Writes integer microseconds in the way of Go: `0s`, `1.5ms`, `1m30s`, `2160h0m0s`. */
export function formatDuration(duration: number): string {
  assert(Number.isSafeInteger(duration), 'a duration is an integer count of microseconds');
  if (duration === 0) return '0s';
  const sign = duration < 0 ? '-' : '';
  const size = Math.abs(duration);
  if (size < millisecond) return `${sign}${size}\u00b5s`;
  if (size < second) return `${sign}${decimal(size, millisecond)}ms`;
  const hours = Math.floor(size / hour);
  const minutes = Math.floor((size % hour) / minute);
  const seconds = decimal(size % minute, second);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  if (minutes > 0) return `${sign}${minutes}m${seconds}s`;
  return `${sign}${seconds}s`;
}

/** In words, as docker and its engine tell ages: `2 minutes`, `About an hour`, `3 weeks`. @param microseconds negative ones read as none */
export function humanDuration(microseconds: number): string {
  const seconds = Math.trunc(microseconds / second);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.trunc(microseconds / minute);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor((microseconds + hour / 2) / hour);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(Math.trunc(microseconds / hour) / 24 / 365)} years`;
}

/** `size / unit` in exact decimals, without trailing zeros. `unit` is a power of ten. */
function decimal(size: number, unit: number): string {
  const fraction = String(size % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  const whole = String(Math.floor(size / unit));
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

function invalid(text: string): ParseFailure {
  return new ParseFailure(`time: invalid duration ${quote(text)}`);
}
