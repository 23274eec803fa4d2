// Services on the wire: their records with what has become of them, and the counts of their tasks.

import type { Endpoint, Service, Task, UpdateStatus } from '../../model/objects.ts';
import { countTasks } from '../../model/service-counts.ts';
import type * as api from '../api.ts';
import { formatInstant } from '../time.ts';
import { toMeta, unlessEmpty, unlessZero } from './common.ts';
import { toEndpointSpec, toPort, toServiceSpec } from './service-spec.ts';

/** `epoch`: microseconds since 1970 at virtual time 0. */
export function toService(service: Service, epoch: number): api.Service {
  const { updateStatus, jobStatus } = service;
  return {
    ...toMeta(service, epoch),
    Spec: toServiceSpec(service.spec),
    PreviousSpec: service.previousSpec && toServiceSpec(service.previousSpec),
    Endpoint: service.endpoint === undefined ? { Spec: {} } : toEndpoint(service.endpoint),
    UpdateStatus: updateStatus && toUpdateStatus(updateStatus, epoch),
    ServiceStatus: undefined,
    JobStatus: jobStatus && {
      JobIteration: { Index: unlessZero(jobStatus.iteration) },
      LastExecution: formatInstant(epoch + jobStatus.lastExecution),
    },
  };
}

function toEndpoint({ spec, ports, virtualIps }: Endpoint): api.Endpoint {
  return {
    Spec: toEndpointSpec(spec),
    Ports: unlessEmpty(ports.map(toPort)),
    VirtualIPs: unlessEmpty(
      virtualIps.map(({ networkId, addr }) => ({ NetworkID: networkId, Addr: unlessZero(addr) })),
    ),
  };
}

function toUpdateStatus(
  { state, message, startedAt, completedAt }: UpdateStatus,
  epoch: number,
): api.UpdateStatus {
  return {
    State: state,
    StartedAt: startedAt === undefined ? undefined : formatInstant(epoch + startedAt),
    CompletedAt: completedAt === undefined ? undefined : formatInstant(epoch + completedAt),
    Message: unlessZero(message),
  };
}

/** What `status=true` counts of a service's own tasks, those of removed ones left out (reference 2.9). */
export function toServiceStatus(service: Service, tasks: readonly Task[]): api.ServiceStatus {
  const { running, desired, completed } = countTasks(service, tasks);
  return { RunningTasks: running, DesiredTasks: desired, CompletedTasks: completed };
}
