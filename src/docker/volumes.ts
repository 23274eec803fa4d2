// What commands of volumes share.

import { type Flag, string } from './flag.ts';

/** Of the commands that make and change a volume of the swarm. */
export const availabilityFlag: Flag = {
  name: 'availability',
  kind: string,
  usage: 'Cluster Volume availability ("active", "pause", "drain")',
  initial: 'active',
  version: '1.42',
  swarm: 'manager',
};
