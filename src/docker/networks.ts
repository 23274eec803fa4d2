// What commands of networks share.

import { CommandFailure } from './failure.ts';

/** @throws CommandFailure for an empty reference */
export function networkPath(reference: string): string {
  if (reference.trim() === '') throw new CommandFailure('invalid network name or ID: value is empty');
  return `/networks/${reference}`;
}
