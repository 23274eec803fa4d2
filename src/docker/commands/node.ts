// docker node

import type { Command } from '../command.ts';
import { nodeLs } from './node-ls.ts';

export const node: Command = {
  name: 'node',
  short: 'Manage Swarm nodes',
  section: 'swarm',
  version: '1.24',
  swarm: 'manager',
  commands: [nodeLs],
};
