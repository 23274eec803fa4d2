// A service as `docker service ls` shows it (R-O72).

import type { Service, Task } from '../model/objects.ts';
import { countTasks, type ServiceCounts } from '../model/service-counts.ts';

export interface ServiceView {
  readonly name: string;
  readonly id: string;
  /** `replicated`, `global`, `replicated job` or `global job`. */
  readonly mode: string;
  /** `2/3`; `2/3 (max 1 per node)`; of jobs `0/2 (3/5 completed)`. */
  readonly replicas: string;
  readonly image: string;
}

/** @param tasks of the service, old ones included */
export function serviceView(service: Service, tasks: readonly Task[]): ServiceView {
  const { name, mode, task } = service.spec;
  const counts = countTasks(service, tasks);
  return {
    name,
    id: service.id,
    mode: mode.kind.replace('-', ' '),
    replicas: `${counts.running}/${counts.desired}${more(service, counts)}`,
    image: task.container.image,
  };
}

function more({ spec: { mode, task } }: Service, { desired, completed }: ServiceCounts): string {
  const { maxReplicas } = task.placement;
  switch (mode.kind) {
    case 'replicated':
      return maxReplicas === 0 ? '' : ` (max ${maxReplicas} per node)`;
    case 'global':
      return '';
    case 'replicated-job':
      return ` (${completed}/${mode.totalCompletions} completed)`;
    case 'global-job':
      return ` (${completed}/${desired + completed} completed)`;
  }
}
