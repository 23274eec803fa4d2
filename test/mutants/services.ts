// The catalogue of planted bugs of what becomes of services: scheduler, allocator, orchestrators, updates, restarts, reaper, dispatcher and
// agents. Every mutant names the judge that must catch it.

import { agents } from './catalogue/agents.ts';
import { allocator } from './catalogue/allocator.ts';
import { dispatcherServices } from './catalogue/dispatcher-services.ts';
import { jobs } from './catalogue/jobs.ts';
import { logs } from './catalogue/logs.ts';
import { orchestrators } from './catalogue/orchestrators.ts';
import { reaper } from './catalogue/reaper.ts';
import { restarts } from './catalogue/restarts.ts';
import { scheduler } from './catalogue/scheduler.ts';
import { traffic } from './catalogue/traffic.ts';
import { updates } from './catalogue/updates.ts';
import { volumes } from './catalogue/volumes.ts';
import type { Mutant } from './mutant.ts';

/** In the order of the catalogue. */
export const serviceMutants: readonly Mutant[] = [
  ...scheduler,
  ...allocator,
  ...orchestrators,
  ...updates,
  ...restarts,
  ...reaper,
  ...dispatcherServices,
  ...agents,
  ...jobs,
  ...logs,
  ...volumes,
  ...traffic,
];
