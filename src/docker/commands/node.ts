// docker node

import type { Command } from '../command.ts';
import { nodeInspect } from './node-inspect.ts';
import { nodeLs } from './node-ls.ts';
import { nodePs } from './node-ps.ts';
import { nodeRm } from './node-rm.ts';
import { nodeDemote, nodePromote, nodeUpdate } from './node-update.ts';

export const node: Command = {
  name: 'node',
  short: 'Manage Swarm nodes',
  section: 'swarm',
  version: '1.24',
  swarm: 'manager',
  commands: [nodeDemote, nodeInspect, nodeLs, nodePromote, nodePs, nodeRm, nodeUpdate],
};
