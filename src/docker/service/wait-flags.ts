// Flags of the commands that change a service and wait for it.

import { bool, type Flag } from '../flag.ts';

export const detachFlag: Flag = {
  name: 'detach',
  shorthand: 'd',
  kind: bool,
  usage: 'Exit immediately instead of waiting for the service to converge',
  version: '1.29',
};

export const quietFlag: Flag = {
  name: 'quiet',
  shorthand: 'q',
  kind: bool,
  usage: 'Suppress progress output',
};
