// docker swarm

import type { Command } from '../command.ts';
import { swarmCa } from './swarm-ca.ts';
import { swarmInit } from './swarm-init.ts';
import { swarmJoin } from './swarm-join.ts';
import { swarmJoinToken } from './swarm-join-token.ts';
import { swarmLeave } from './swarm-leave.ts';
import { swarmUnlock, swarmUnlockKey } from './swarm-unlock.ts';
import { swarmUpdate } from './swarm-update.ts';

export const swarm: Command = {
  name: 'swarm',
  short: 'Manage Swarm',
  section: 'swarm',
  version: '1.24',
  commands: [
    swarmCa,
    swarmInit,
    swarmJoin,
    swarmJoinToken,
    swarmLeave,
    swarmUnlock,
    swarmUnlockKey,
    swarmUpdate,
  ],
};
