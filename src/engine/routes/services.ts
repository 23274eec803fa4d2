// Services: made, shown, listed, changed, rolled back and removed, in the order of the engine's own checks (reference 2.2).

import type { Network, Service, Task } from '../../model/objects.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import type * as api from '../api.ts';
import { readBody } from '../body.ts';
import { RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import {
  acceptFilters,
  type Filters,
  matchesExactly,
  matchesLabels,
  matchesPrefix,
  parseFilters,
} from '../filters.ts';
import { findLocalNetwork } from '../local-networks.ts';
import { find } from '../lookup.ts';
import { randomName } from '../names.ts';
import { change, type Engine, look, requireManager } from '../node.ts';
import { parseVersion, strictBool } from '../query.ts';
import { type Call, empty, json, type Reply, type Route } from '../route.ts';
import { compareVersions } from '../version.ts';
import { toService, toServiceStatus } from '../wire/service.ts';
import { serviceSpec } from '../wire/service-decoder.ts';
import { fromServiceSpec, withDefaults } from '../wire/service-spec.ts';
import { serviceLogs } from './logs.ts';

export const serviceRoutes: readonly Route[] = [
  { method: 'GET', path: '/services', handle: list },
  { method: 'POST', path: '/services/create', handle: create },
  { method: 'GET', path: '/services/{}', handle: inspect },
  { method: 'POST', path: '/services/{}/update', handle: update },
  { method: 'DELETE', path: '/services/{}', handle: remove },
  { method: 'GET', path: '/services/{}/logs', handle: serviceLogs },
];

export function findService(key: string, services: readonly Service[]): Service {
  return find('service', key, services, ({ spec }) => spec.name);
}

/** Counts of tasks come with lists from this version on. */
const statusVersion = '1.41';

function* list(engine: Engine, { query, version }: Call): Fiber<Reply> {
  const filters = parseFilters(query);
  const status = compareVersions(version, statusVersion) >= 0 && strictBool(query, 'status');
  requireManager(engine);
  acceptFilters(filters, ['name', 'id', 'label', 'mode', 'runtime']);
  const { service, task } = yield* look(engine, 'service', ...(status ? (['task'] as const) : []));
  const found = service.filter((each) => matches(each, filters));
  if (!status) return json(found.map((each) => toService(each, engine.epoch())));
  const tasks = byService(task);
  return json(
    found.map((each) => ({
      ...toService(each, engine.epoch()),
      ServiceStatus: toServiceStatus(each, tasks.get(each.id) ?? []),
    })),
  );
}

function matches(service: Service, filters: Filters): boolean {
  const { id, spec } = service;
  return (
    matchesPrefix(filters, 'name', spec.name) &&
    matchesPrefix(filters, 'id', id) &&
    matchesLabels(filters, 'label', spec.labels) &&
    matchesExactly(filters, 'mode', spec.mode.kind) &&
    matchesExactly(filters, 'runtime', 'container')
  );
}

function byService(tasks: readonly Task[]): ReadonlyMap<string, Task[]> {
  const found = new Map<string, Task[]>();
  for (const task of tasks) {
    const others = found.get(task.serviceId);
    if (others === undefined) found.set(task.serviceId, [task]);
    else others.push(task);
  }
  return found;
}

function* inspect(engine: Engine, { query, params: [key = ''] }: Call): Fiber<Reply> {
  const insertDefaults = strictBool(query, 'insertDefaults');
  const { service } = yield* look(engine, 'service');
  const found = toService(findService(key, service), engine.epoch());
  return json(insertDefaults ? { ...found, Spec: withDefaults(found.Spec) } : found);
}

function* create(engine: Engine, { request }: Call): Fiber<Reply> {
  const body = readBody(request, serviceSpec);
  requireManager(engine);
  const spec = fromServiceSpec(yield* resolveNetworks(engine, body), randomName(engine));
  const created = yield* change(engine, {
    method: 'service.create',
    spec: withAuth(spec, request.headers.get('x-registry-auth') ?? ''),
  });
  const response: api.ServiceCreateResponse = { ID: created, Warnings: null };
  return json(response, 201);
}

function withAuth(spec: ServiceSpec, registryAuth: string): ServiceSpec {
  if (registryAuth === '') return spec;
  return { ...spec, task: { ...spec.task, container: { ...spec.task.container, registryAuth } } };
}

function* update(engine: Engine, { request, query, params: [key = ''] }: Call): Fiber<Reply> {
  const body = readBody(request, serviceSpec);
  const version = parseVersion(query, 'service');
  requireManager(engine);
  const spec = fromServiceSpec(yield* resolveNetworks(engine, body), randomName(engine));
  const { service } = yield* look(engine, 'service');
  const current = findService(key, service);
  const auth =
    request.headers.get('x-registry-auth') || authFrom(current, query.get('registryAuthFrom') ?? '');
  const rollback = query.get('rollback') ?? '';
  if (!['', 'none', 'previous'].includes(rollback)) {
    throw new RequestFailure(500, `unrecognized rollback option ${rollback}`);
  }
  yield* change(engine, {
    method: 'service.update',
    serviceId: current.id,
    version,
    spec: withAuth(spec, auth),
    ...(rollback === 'previous' && { rollback }),
  });
  const response: api.ServiceUpdateResponse = { Warnings: null };
  return json(response);
}

/** Credentials that the request does not bring are taken from a spec the service has. */
function authFrom({ spec, previousSpec }: Service, from: string): string {
  if (from === '' || from === 'spec') return spec.task.container.registryAuth;
  if (from !== 'previous-spec') throw new RequestFailure(500, 'unsupported registryAuthFrom value');
  if (previousSpec === undefined) throw new RequestFailure(500, 'service does not have a previous spec');
  return previousSpec.task.container.registryAuth;
}

/** Networks are asked for by ID or name, and kept by ID. */
function* resolveNetworks(engine: Engine, spec: api.ServiceSpec): Fiber<api.ServiceSpec> {
  const own = spec.TaskTemplate.Networks ?? [];
  const wanted = own.length > 0 ? own : (spec.Networks ?? []);
  if (wanted.length === 0) return spec;
  const { network } = yield* look(engine, 'network');
  const Networks = wanted.map((each) => ({ ...each, Target: targetOf(engine, each.Target ?? '', network) }));
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, Networks } };
}

function targetOf(engine: Engine, key: string, networks: readonly Network[]): string {
  const found =
    networks.find(({ id }) => id === key) ??
    networks.find(({ spec }) => spec.name.toLowerCase() === key.toLowerCase());
  if (found !== undefined) return found.id;
  const local = findLocalNetwork(engine, key);
  if (local?.Name === 'none') {
    const reason = 'could not find the corresponding predefined swarm network';
    throw new RequestFailure(404, `${reason}: network ${key} not found`);
  }
  if (local !== undefined) {
    throw new RequestFailure(
      403,
      `The network ${key} cannot be used with services. Only networks scoped to the swarm can be used, such as those created with the overlay driver.`,
    );
  }
  const prefixed = networks.filter(({ id }) => key !== '' && id.startsWith(key));
  const [only, ...others] = prefixed;
  if (others.length > 0) {
    throw new RequestFailure(400, `network ${key} is ambiguous (${prefixed.length} matches found)`);
  }
  // The engine's lookup has no status of its own.
  if (only === undefined) throw new RequestFailure(500, `network ${key} not found`);
  return only.id;
}

function* remove(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const { service } = yield* look(engine, 'service');
  yield* change(engine, { method: 'service.remove', serviceId: findService(key, service).id });
  return empty();
}
