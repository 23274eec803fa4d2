// Moments as `--since` and `--until` take them, and as the API does: seconds since 1970.

import { parseInstant } from '../engine/time.ts';
import { parseDuration, second } from '../model/duration.ts';
import { ParseFailure } from '../model/failure.ts';
import { quote } from './quote.ts';

/**
 * Reads `42m` (that long before now), `2013-01-02T13:23:37Z` and what of it is needed (UTC unless it says otherwise), or seconds since 1970.
 * @param now the client's clock, microseconds since 1970
 * @returns the seconds, with nine decimals for a date
 * @throws ParseFailure in Go's words
 */
export function unixTime(text: string, now: number): string {
  const age = readAge(text);
  if (age !== undefined) return String(Math.floor((now - age) / second));
  if (!text.includes('-')) {
    if (/^[0-9]+(?:\.[0-9]+)?$/.test(text)) return text;
    throw new ParseFailure(`failed to parse value as time or duration: ${quote(text)}`);
  }
  const [, date, hour = '00', minute = '00', whole = '00', fraction = '', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(
      text,
    ) ?? [];
  if (date === undefined) {
    throw new ParseFailure(
      `parsing time ${quote(text)} as "2006-01-02": cannot parse ${quote(text)} as "2006"`,
    );
  }
  const moment = parseInstant(`${date}T${hour}:${minute}:${whole}${zone}`);
  if (moment === undefined)
    throw new ParseFailure(`parsing time ${quote(text)}: ${outOfRange(date)} out of range`);
  return `${moment / second}.${fraction.slice(0, 9).padEnd(9, '0')}`;
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

function outOfRange(date: string): 'month' | 'day' {
  const month = Number(date.slice(5, 7));
  return month < 1 || month > 12 ? 'month' : 'day';
}
