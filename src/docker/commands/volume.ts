// docker volume

import type { Command } from '../command.ts';
import { volumeCreate } from './volume-create.ts';
import { volumeInspect } from './volume-inspect.ts';
import { volumeLs } from './volume-ls.ts';
import { volumePrune, volumeRm } from './volume-rm.ts';
import { volumeUpdate } from './volume-update.ts';

export const volume: Command = {
  name: 'volume',
  usage: 'COMMAND',
  short: 'Manage volumes',
  section: 'management',
  version: '1.21',
  commands: [volumeCreate, volumeInspect, volumeLs, volumePrune, volumeRm, volumeUpdate],
};
