// What a plain scalar of YAML means to Go's decoder: null, a truth value, a number, an instant, or text. YAML 1.2's core, with
// some of 1.1: octal with a leading zero, underscores in numbers, dates; `yes` and `no` are text.

import type { Float, Integer, Value } from '../value.ts';

const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, float(Number.NaN)] as const),
  ...['.inf', '.Inf', '.INF'].map((word) => [word, float(Number.POSITIVE_INFINITY)] as const),
  ...['+.inf', '+.Inf', '+.INF'].map((word) => [word, float(Number.POSITIVE_INFINITY)] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, float(Number.NEGATIVE_INFINITY)] as const),
]);

const least = -(2n ** 63n);
const most = 2n ** 64n - 1n;

export function resolveScalar(text: string): Value {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  if (text.startsWith('.')) return /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/.test(text) ? float(Number(text)) : text;
  const instant = readInstant(text);
  if (instant !== undefined) return { kind: 'instant', text: instant };
  const plain = text.replaceAll('_', '');
  const number = readInteger(plain);
  if (number !== undefined) return number;
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(plain)) {
    const value = Number(plain);
    // Go refuses what is out of range.
    return Number.isFinite(value) ? float(value) : text;
  }
  return text;
}

/** Whether text would be read back as something else, now or by a reader of YAML 1.1. */
export function needsQuotes(text: string): boolean {
  return (
    typeof resolveScalar(text) !== 'string' ||
    /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/.test(text) ||
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text)
  );
}

function float(value: number): Float {
  return { kind: 'float', value };
}

function readInteger(text: string): Integer | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)(.+)$/.exec(text) ?? [];
  const literal = integerLiteral(digits);
  if (literal === undefined) return undefined;
  const value = sign === '-' ? -BigInt(literal) : BigInt(literal);
  return value < least || value > most ? undefined : { kind: 'integer', digits: String(value) };
}

/** An unsigned integer of Go, as JavaScript writes it. */
function integerLiteral(digits: string): string | undefined {
  if (/^(?:0|[1-9][0-9]*)$/.test(digits)) return digits;
  if (/^0[0-7]+$/.test(digits)) return `0o${digits.slice(1)}`;
  if (/^0(?:[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)$/.test(digits)) return digits.toLowerCase();
  return undefined;
}

/** RFC 3339 of a date, or of a date and a time, if it is one. */
function readInstant(text: string): string | undefined {
  const match =
    /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:([Tt])| )([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.([0-9]+))?(Z|[-+][0-9]{2}:[0-9]{2})?)?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', letter, hour = '0', minute = '0', second = '0'] = match;
  const [fraction = '', zone] = match.slice(8);
  // With a letter between date and time there is a zone; with a space there is none.
  if (match[5] !== undefined && (letter === undefined) !== (zone === undefined)) return undefined;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > daysOf(year, month)) {
    return undefined;
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const two = (part: string) => part.padStart(2, '0');
  const nanoseconds = fraction.slice(0, 9).replace(/0+$/, '');
  const offset = zone === undefined || zone === '+00:00' || zone === '-00:00' ? 'Z' : zone;
  return (
    `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}` +
    `${nanoseconds === '' ? '' : `.${nanoseconds}`}${offset}`
  );
}

function daysOf(year: string, month: string): number {
  if (Number(month) === 2) {
    const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
    return leap ? 29 : 28;
  }
  return [4, 6, 9, 11].includes(Number(month)) ? 30 : 31;
}
