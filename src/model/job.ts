// Jobs: services whose tasks are to end by themselves, so many times or once on each node.

import type { ServiceMode } from './spec.ts';

export function isJob(mode: ServiceMode): boolean {
  return mode.kind === 'replicated-job' || mode.kind === 'global-job';
}
