// Moments as `--since` and `--until` take them, and as the API does: seconds since 1970.

import { parseInstant } from '../engine/time.ts';
import { parseDuration, second } from '../model/duration.ts';
import { ParseFailure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import { CommandFailure } from './failure.ts';
import type { Flags } from './flags.ts';

/**
 * Reads `42m` (that long before now), `2013-01-02T13:23:37Z` and what of it is needed (UTC unless it says otherwise), or seconds since 1970.
 * @param now the client's clock, microseconds since 1970
 * @returns the seconds, with nine decimals for a date
 * @throws CommandFailure in Go's words
 */
export function readTimestamp(text: string, now: number): string {
  const age = readAge(text);
  if (age !== undefined) return String(Math.floor((now - age) / second));
  try {
    return readDate(text, layoutOf(text));
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    // What has a dash was meant to be a date.
    if (text.includes('-')) throw new CommandFailure(`parsing time ${quote(text)}${error.message}`);
  }
  if (/^\+?[0-9]+(?:\.\+?[0-9]+)?$/.test(text)) return text;
  throw new CommandFailure(`failed to parse value as time or duration: ${quote(text)}`);
}

/** What a flag says, if it is given. @throws CommandFailure that names the flag */
export function flagTimestamp(flags: Flags, name: string, now: number): string | undefined {
  const text = flags.text(name);
  if (text === '') return undefined;
  try {
    return readTimestamp(text, now);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    throw new CommandFailure(`invalid value for ${quote(name)}: ${error.message}`);
  }
}

/** Undefined for what is no duration; a bare 0 is the first second of 1970. */
function readAge(text: string): number | undefined {
  try {
    return text === '0' ? undefined : parseDuration(text);
  } catch (error) {
    if (error instanceof ParseFailure) return undefined;
    throw error;
  }
}

/** Go's layout that docker takes a text to have, by the punctuation in it. */
function layoutOf(text: string): string {
  const hasZone = /[zZ+]/.test(text) || text.split('-').length === 4;
  const zone = hasZone ? 'Z07:00' : '';
  if (text.includes('.')) return `2006-01-02T15:04:05.999999999${zone}`;
  if (!text.includes('T')) return `2006-01-02${zone}`;
  const colons = text.split(':').length - 1 - (hasZone && !/[zZ]/.test(text) ? 1 : 0);
  return `2006-01-02T15${colons <= 0 ? '' : colons === 1 ? ':04' : ':04:05'}${zone}`;
}

/** The parts of layouts; all else in them stands for itself. */
const parts: ReadonlyMap<string, RegExp> = new Map([
  ['2006', /^[0-9]{4}/],
  ['01', /^[0-9]{2}/],
  ['02', /^[0-9]{2}/],
  ['15', /^[0-9]{1,2}/],
  ['04', /^[0-9]{2}/],
  // Decimals may follow whether the layout has them or not.
  ['05', /^[0-9]{2}(?:[.,][0-9]+)?/],
  ['.999999999', /^/],
  ['Z07:00', /^(?:Z|[+-][0-9]{2}:[0-9]{2})/],
]);

type Range = readonly [noun: string, least: number, greatest: number];

/** Between what parts may be; days are looked at with their month. */
const ranges: ReadonlyMap<string, Range> = new Map([
  ['01', ['month', 1, 12]],
  ['15', ['hour', 0, 23]],
  ['04', ['minute', 0, 59]],
  ['05', ['second', 0, 59]],
]);

/**
 * Reads a date as Go's time.Parse does.
 * @returns seconds since 1970 with nine decimals
 * @throws ParseFailure with what Go says after `parsing time "2026-13-01"`
 */
function readDate(text: string, layout: string): string {
  const found = new Map<string, string>();
  let rest = text;
  for (const [name] of layout.matchAll(/2006|01|02|15|04|05|\.9+|Z07:00|./g)) {
    const pattern = parts.get(name);
    const part = pattern === undefined ? (rest.startsWith(name) ? name : undefined) : pattern.exec(rest)?.[0];
    if (part === undefined) {
      throw new ParseFailure(` as ${quote(layout)}: cannot parse ${quote(rest)} as ${quote(name)}`);
    }
    const range = ranges.get(name);
    if (range !== undefined) checkRange(Number.parseInt(part, 10), range);
    found.set(name, part);
    rest = rest.slice(part.length);
  }
  if (rest !== '') throw new ParseFailure(`: extra text: ${quote(rest)}`);
  const of = (name: string, otherwise: string): string => found.get(name) ?? otherwise;
  const [seconds = '', decimals = ''] = of('05', '00').split(/[.,]/);
  const date = `${of('2006', '')}-${of('01', '')}-${of('02', '')}`;
  const time = `${of('15', '00').padStart(2, '0')}:${of('04', '00')}:${seconds}${of('Z07:00', 'Z')}`;
  const moment = parseInstant(`${date}T${time}`);
  if (moment === undefined) throw new ParseFailure(': day out of range');
  return `${moment / second}.${decimals.slice(0, 9).padEnd(9, '0')}`;
}

function checkRange(value: number, [noun, least, greatest]: Range): void {
  if (value < least || value > greatest) throw new ParseFailure(`: ${noun} out of range`);
}
