// Moments as users give them to `--since` and `--until`: a duration before now, a date, or seconds since 1970. Sent as the last of these.

import { parseInstant } from '../engine/time.ts';
import { parseDuration } from '../model/duration.ts';
import { ParseFailure } from '../model/failure.ts';
import { CommandFailure } from './failure.ts';
import { quote } from './quote.ts';

/**
 * @param now microseconds since 1970; the time zone is UTC
 * @returns `1795424242` or `1795424242.000000000`
 * @throws CommandFailure
 */
export function readTimestamp(given: string, now: number): string {
  const ago = given === '0' ? undefined : durationOf(given);
  if (ago !== undefined) return String(Math.floor((now - ago) / 1_000_000));
  const moment = parseInstant(wholeInstant(given));
  if (moment !== undefined) {
    const seconds = Math.floor(moment / 1_000_000);
    return `${seconds}.${String(moment - seconds * 1_000_000).padStart(6, '0')}000`;
  }
  if (given.includes('-') && !/^-?[0-9]+(?:\.[0-9]+)?$/.test(given)) {
    const [, month = '01'] = /^\d{4}-(\d{2})/.exec(given) ?? [];
    if (month < '01' || month > '12') {
      throw new CommandFailure(`parsing time ${quote(given)}: month out of range`);
    }
    throw new CommandFailure(`parsing time ${quote(given)} as ${quote(layoutOf(given))}: cannot parse`);
  }
  if (/^-?[0-9]+(?:\.[0-9]+)?$/.test(given)) return given;
  throw new CommandFailure(`failed to parse value as time or duration: ${quote(given)}`);
}

function durationOf(given: string): number | undefined {
  try {
    return parseDuration(given);
  } catch (error) {
    if (error instanceof ParseFailure) return undefined;
    throw error;
  }
}

/** A date with the parts that may be left out: the time from its minutes on, and the zone. */
function wholeInstant(given: string): string {
  const [whole, date = '', hours = '00', minutes = '00', seconds = '00', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2}(?:\.\d+)?))?)?)?(Z|[+-]\d{2}:\d{2})?$/i.exec(
      given,
    ) ?? [];
  return whole === undefined ? given : `${date}T${hours}:${minutes}:${seconds}${zone}`;
}

/** Go's layout that a text was taken to have. */
function layoutOf(given: string): string {
  const zone = /[zZ+]/.test(given) || given.split('-').length === 4 ? 'Z07:00' : '';
  if (given.includes('.')) return `2006-01-02T15:04:05.999999999${zone}`;
  if (!given.includes('T')) return `2006-01-02${zone}`;
  const colons = given.split(':').length - 1 - (zone !== '' && !/[zZ]/.test(given) ? 1 : 0);
  return `2006-01-02T15${[':04:05', '', ':04'][colons === 0 ? 1 : colons === 1 ? 2 : 0]}${zone}`;
}
