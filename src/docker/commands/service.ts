// docker service

import type { Command } from '../command.ts';
import { serviceCreate } from './service-create.ts';
import { serviceInspect } from './service-inspect.ts';
import { serviceLogs } from './service-logs.ts';
import { serviceLs } from './service-ls.ts';
import { servicePs } from './service-ps.ts';
import { serviceRm } from './service-rm.ts';
import { serviceRollback } from './service-rollback.ts';
import { serviceScale } from './service-scale.ts';
import { serviceUpdate } from './service-update.ts';

export const service: Command = {
  name: 'service',
  short: 'Manage Swarm services',
  section: 'swarm',
  version: '1.24',
  swarm: 'manager',
  commands: [
    serviceCreate,
    serviceInspect,
    serviceLogs,
    serviceLs,
    servicePs,
    serviceRm,
    serviceRollback,
    serviceScale,
    serviceUpdate,
  ],
};
