// Moments as an engine tells and takes them: RFC 3339 as Go prints it, and the numbers of seconds that clients send.
// A moment is an integer count of microseconds since 1970, UTC.

import { assert } from '../sim/assert.ts';

const microsecondsPerDay = 86_400_000_000;
/** Days of 400 years, in which the calendar repeats itself. */
const daysPerEra = 146_097;
/** From the first of March of year 0 to the first of January 1970. */
const daysBefore1970 = 719_468;

/** A moment as Go's RFC3339Nano prints it: decimals without trailing zeros, `2026-01-05T10:00:00.1Z`. */
export function formatInstant(microseconds: number): string {
  assert(Number.isSafeInteger(microseconds), 'a moment is an integer count of microseconds');
  const days = Math.floor(microseconds / microsecondsPerDay);
  const { year, month, day } = civil(days);
  const rest = microseconds - days * microsecondsPerDay;
  const seconds = Math.floor(rest / 1_000_000);
  const fraction = String(rest % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const time = clock.map((part) => digits(part, 2)).join(':');
  return `${date}T${time}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** The same with all nine decimals, as lines of logs begin. */
export function formatInstantPadded(microseconds: number): string {
  const text = formatInstant(microseconds);
  const dot = text.indexOf('.');
  const fraction = dot < 0 ? '' : text.slice(dot + 1, -1);
  return `${text.slice(0, dot < 0 ? -1 : dot)}.${fraction.padEnd(9, '0')}Z`;
}

const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** A moment in RFC 3339, cut to microseconds; undefined for what is none. */
export function parseInstant(text: string): number | undefined {
  const match = instantPattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 7).map(Number);
  const [fraction = '', sign = '+', offsetHours = '0', offsetMinutes = '0'] = match.slice(7);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const whole = (daysFromCivil(year, month, day) * 24 + hours) * 3_600 + (minutes - offset) * 60 + seconds;
  return whole * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** `1795424242` or `1795424242.000000123`, seconds since 1970 as clients send them; undefined for anything else. */
export function parseUnixTime(text: string): number | undefined {
  const match = /^(-?\d{1,10})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [, seconds = '', fraction = ''] = match;
  return Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** What an empty moment of Go's prints as. */
export const zeroInstant = '0001-01-01T00:00:00Z';

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** The date of a day since 1970. Years are counted from March, so that the leap day is the last of one. */
function civil(days: number): { year: number; month: number; day: number } {
  const since = days + daysBefore1970;
  const era = Math.floor(since / daysPerEra);
  const dayOfEra = since - era * daysPerEra;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function daysFromCivil(year: number, month: number, day: number): number {
  const fromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - daysBefore1970;
}
