// Durations in words, as the engine prints them in the status of a container.

import { hour, minute, second } from '../model/duration.ts';

/** `Less than a second`, `5 seconds`, `About a minute`, `3 weeks`. */
export function humanDuration(microseconds: number): string {
  const seconds = Math.floor(microseconds / second);
  const minutes = Math.floor(microseconds / minute);
  const hours = Math.round(microseconds / hour);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}
