// Moments in the forms in which docker prints them.

import { formatInstant, parseInstant } from '../engine/time.ts';
import { humanDuration } from '../model/duration.ts';
import { printTime } from './template/print.ts';

/** How long ago. @param instant RFC 3339 @param now microseconds since 1970 */
export function age(instant: string, now: number): string {
  return `${humanDuration(now - (parseInstant(instant) ?? 0))} ago`;
}

/** `2026-01-05 08:00:00 +0000 UTC`, of a moment that an engine tells in seconds since 1970. */
export function secondsText(seconds: number): string {
  return printTime(formatInstant(seconds * 1_000_000));
}

const weekdays: readonly string[] = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const months: readonly string[] = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
];

/** `Fri May 30 12:07:10 2025`; what is no moment in RFC 3339 stays as it is. */
export function buildTime(written: string): string {
  const moment = parseInstant(written);
  if (moment === undefined) return written;
  // The first day of 1970 was a Thursday.
  const days = Math.floor(moment / 86_400_000_000);
  const weekday = weekdays[((days % 7) + 7) % 7] ?? '';
  const [, year = '', month = '', day = '', time = ''] =
    /^(\d+)-(\d+)-(\d+)T(\d+:\d+:\d+)/.exec(formatInstant(moment)) ?? [];
  return `${weekday} ${months[Number(month) - 1]} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}
