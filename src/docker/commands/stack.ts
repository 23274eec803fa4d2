// docker stack

import type { Command } from '../command.ts';
import { stackConfig } from './stack-config.ts';
import { stackDeploy } from './stack-deploy.ts';
import { stackLs } from './stack-ls.ts';
import { stackPs } from './stack-ps.ts';
import { stackRm } from './stack-rm.ts';
import { stackServices } from './stack-services.ts';

export const stack: Command = {
  name: 'stack',
  usage: '[OPTIONS]',
  short: 'Manage Swarm stacks',
  section: 'swarm',
  version: '1.25',
  swarm: 'manager',
  commands: [stackConfig, stackDeploy, stackLs, stackPs, stackRm, stackServices],
};
