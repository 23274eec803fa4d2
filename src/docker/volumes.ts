// What commands of volumes share.

import { CommandFailure } from './failure.ts';
import type { Flag } from './flag.ts';
import { string } from './flag.ts';

/** @throws CommandFailure for an empty reference */
export function volumePath(reference: string): string {
  if (reference.trim() === '') throw new CommandFailure('invalid volume name or ID: value is empty');
  return `/volumes/${reference}`;
}

export const availabilityFlag: Flag = {
  name: 'availability',
  kind: string,
  usage: 'Cluster Volume availability ("active", "pause", "drain")',
  initial: 'active',
  version: '1.42',
  swarm: 'manager',
};
