// Services as `docker service ls` and `docker stack services` list them.

import type { Service, ServiceStatus, Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson } from '../client.ts';
import { encodeFilters, type Filters } from '../filters.ts';
import { compareNatural, shortId } from '../human.ts';
import type { Listing } from '../listing.ts';
import { activeNodes } from '../nodes.ts';
import { shortImage } from '../tasks.ts';
import { portsColumn } from './ports.ts';

export const serviceListing: Listing<Service> = {
  type: '*service.serviceContext',
  fields: [
    ['ID', 'ID', ({ ID }) => shortId(ID)],
    ['Name', 'NAME', ({ Spec }) => Spec.Name ?? ''],
    ['Mode', 'MODE', mode],
    ['Replicas', 'REPLICAS', replicas],
    ['Image', 'IMAGE', ({ Spec }) => shortImage(Spec.TaskTemplate.ContainerSpec?.Image ?? '')],
    ['Ports', 'PORTS', ({ Endpoint }) => portsColumn(Endpoint?.Ports ?? [])],
  ],
  table: '{{.ID}}\t{{.Name}}\t{{.Mode}}\t{{.Replicas}}\t{{.Image}}\t{{.Ports}}',
  quiet: '{{.ID}}',
  raw: `id: {{.ID}}
name: {{.Name}}
mode: {{.Mode}}
replicas: {{.Replicas}}
image: {{.Image}}
ports: {{.Ports}}
`,
};

/**
 * Services in the order of their names.
 * @param withStatus how many of their tasks run
 */
export function* listServices(
  client: Client,
  filters: Filters,
  withStatus: boolean,
): Fiber<readonly Service[]> {
  const query = { filters: encodeFilters(filters), status: withStatus ? 'true' : undefined };
  const services = yield* fetchJson<Service[]>(client, '/services', query);
  services.sort((a, b) => compareNatural(a.Spec.Name ?? '', b.Spec.Name ?? ''));
  return withStatus ? yield* countTasks(client, services) : services;
}

/** Engines of old do not say how many tasks run; their tasks are counted then. */
function* countTasks(client: Client, services: readonly Service[]): Fiber<readonly Service[]> {
  const uncounted = services.filter(
    ({ ServiceStatus: status, Spec }) =>
      status === undefined && (Spec.Mode.Replicated ?? Spec.Mode.Global) !== undefined,
  );
  if (uncounted.length === 0) return services;
  const filters = encodeFilters(new Map([['service', new Set(uncounted.map(({ ID }) => ID))]]));
  const tasks = yield* fetchJson<readonly Task[]>(client, '/tasks', { filters });
  if (tasks.length === 0) {
    return services.map((service) =>
      uncounted.includes(service)
        ? { ...service, ServiceStatus: counted(0, service.Spec.Mode.Replicated?.Replicas ?? 0) }
        : service,
    );
  }
  const active = yield* activeNodes(client);
  return services.map((service) => {
    if (!uncounted.includes(service)) return service;
    const own = tasks.filter(({ ServiceID }) => ServiceID === service.ID);
    const running = own.filter(({ NodeID = '', Status }) => active.has(NodeID) && Status.State === 'running');
    const desired = own.filter(({ DesiredState }) => DesiredState !== 'shutdown');
    return { ...service, ServiceStatus: counted(running.length, desired.length) };
  });
}

function counted(running: number, desired: number): ServiceStatus {
  return { RunningTasks: running, DesiredTasks: desired, CompletedTasks: 0 };
}

function mode({ Spec: { Mode } }: Service): string {
  if (Mode.Global !== undefined) return 'global';
  if (Mode.Replicated !== undefined) return 'replicated';
  if (Mode.ReplicatedJob !== undefined) return 'replicated job';
  return Mode.GlobalJob === undefined ? '' : 'global job';
}

function replicas({ Spec, ServiceStatus: status = counted(0, 0) }: Service): string {
  const { RunningTasks, DesiredTasks, CompletedTasks } = status;
  const { Mode, TaskTemplate } = Spec;
  const running = `${RunningTasks}/${DesiredTasks}`;
  if (Mode.ReplicatedJob !== undefined) {
    return `${running} (${CompletedTasks}/${Mode.ReplicatedJob.TotalCompletions ?? 0} completed)`;
  }
  if (Mode.GlobalJob !== undefined) {
    return `${running} (${CompletedTasks}/${DesiredTasks + CompletedTasks} completed)`;
  }
  const most = TaskTemplate.Placement?.MaxReplicas ?? 0;
  return Mode.Replicated !== undefined && most > 0 ? `${running} (max ${most} per node)` : running;
}
