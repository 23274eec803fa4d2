// Durations of a compose file, to the nanosecond: the model counts microseconds, but what a user wrote is printed and sent as it was.

import { formatDuration, parseDuration } from '../../model/duration.ts';

const units: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1_000],
  ['\u00b5s', 1_000],
  ['\u03bcs', 1_000],
]);

/** @throws ParseFailure */
export function nanoseconds(text: string): number {
  const whole = parseDuration(text) * 1_000;
  // What is below a microsecond can only come from the small units, or from fractions: these alone are added up exactly.
  const small = [...text.matchAll(/([0-9]+)(?:\.([0-9]*))?(ns|us|\u00b5s|\u03bcs)/g)].reduce(
    (sum, [, count = '', fraction = '', unit = '']) =>
      sum + Math.floor(Number(`${count}.${fraction}`) * (units.get(unit) ?? 0)),
    0,
  );
  return whole + (small % 1_000) * (text.startsWith('-') ? -1 : 1);
}

/** In the way of Go: `1m30s`, `0s`. */
export function printNanoseconds(count: number): string {
  const rest = Math.abs(count % 1_000);
  if (rest === 0) return formatDuration(count / 1_000);
  const size = Math.abs(count);
  const sign = count < 0 ? '-' : '';
  if (size < 1_000) return `${sign}${size}ns`;
  if (size < 1_000_000) return `${sign}${size / 1_000}\u00b5s`;
  if (size < 1_000_000_000) return `${sign}${size / 1_000_000}ms`;
  const whole = formatDuration(Math.floor(size / 1_000_000_000) * 1_000_000);
  const fraction = String(size % 1_000_000_000)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${sign}${whole.replace(/s$/, `.${fraction}s`)}`;
}
