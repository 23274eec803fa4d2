// docker network

import type { Command } from '../command.ts';
import { networkConnect, networkDisconnect } from './network-connect.ts';
import { networkCreate } from './network-create.ts';
import { networkInspect } from './network-inspect.ts';
import { networkLs } from './network-ls.ts';
import { networkPrune, networkRm } from './network-rm.ts';

export const network: Command = {
  name: 'network',
  short: 'Manage networks',
  section: 'management',
  version: '1.21',
  commands: [
    networkConnect,
    networkCreate,
    networkDisconnect,
    networkInspect,
    networkLs,
    networkPrune,
    networkRm,
  ],
};
