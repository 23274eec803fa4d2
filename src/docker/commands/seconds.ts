// Moments that engines tell in seconds.

import { formatInstant } from '../../engine/time.ts';
import { printTime } from '../template/print.ts';

/** `2026-01-05 08:00:00 +0000 UTC` */
export function secondsText(seconds: number): string {
  return printTime(formatInstant(seconds * 1_000_000));
}
