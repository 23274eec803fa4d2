// Networks: those of the swarm, and those that a machine has by itself.

import { notManagerError } from '../../cluster/init.ts';
import { lookupLabel } from '../../model/labels.ts';
import { predefinedLabel } from '../../model/validate.ts';
import type * as api from '../api.ts';
import { readBody } from '../body.ts';
import { engineRefused, RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import {
  acceptFilters,
  type Filters,
  matchesExactly,
  matchesLabels,
  parseFilters,
  valuesFor,
} from '../filters.ts';
import {
  dropLocalNetwork,
  findLocalNetwork,
  gateway,
  localNetworks,
  makeLocalNetwork,
  predefinedNetworks,
} from '../local-networks.ts';
import { containersOn, inDetail } from '../network-users.ts';
import { change, type Engine, look, memoryOf, type Tables } from '../node.ts';
import { isOn, parseBool } from '../query.ts';
import { type Call, empty, json, type Reply, type Route } from '../route.ts';
import { swarmState } from '../swarm-state.ts';
import { fromMap } from '../wire/common.ts';
import { fromNetworkRequest, networkCreateRequest, toNetwork } from '../wire/network.ts';

export const networkRoutes: readonly Route[] = [
  { method: 'GET', path: '/networks', handle: list },
  { method: 'GET', path: '/networks/', handle: list },
  { method: 'POST', path: '/networks/create', handle: create },
  { method: 'GET', path: '/networks/{*}', handle: inspect },
  { method: 'DELETE', path: '/networks/{*}', handle: remove },
];

/** Networks of the swarm, if this node can ask for them; a manager that cannot has none to show. */
function* swarmTables(engine: Engine): Fiber<Tables | undefined> {
  if (memoryOf(engine).manager === undefined) return undefined;
  try {
    return yield* look(engine, 'network', 'service', 'task', 'node');
  } catch (error) {
    if (error instanceof RequestFailure) return undefined;
    throw error;
  }
}

/** Those that stand for the machines' own are left out, unless networks of the swarm alone are asked for. */
function swarmNetworks(engine: Engine, tables: Tables | undefined, scope = ''): readonly api.Network[] {
  const networks = (tables?.network ?? []).filter(
    ({ spec }) => scope === 'swarm' || lookupLabel(spec.labels, predefinedLabel) === undefined,
  );
  return networks.map((network) => toNetwork(network, engine.epoch()));
}

function* list(engine: Engine, { query }: Call): Fiber<Reply> {
  const filters = parseFilters(query);
  acceptFilters(filters, ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']);
  for (const type of valuesFor(filters, 'type')) {
    if (type !== 'custom' && type !== 'builtin')
      throw new RequestFailure(400, `invalid filter: 'type'='${type}'`);
  }
  const tables = yield* swarmTables(engine);
  const networks = [
    ...localNetworks(engine).map((network) => ({ ...network, Containers: {} })),
    ...swarmNetworks(engine, tables),
  ];
  return json(networks.filter((network) => matches(network, filters, tables)));
}

function matches(network: api.Network, filters: Filters, tables: Tables | undefined): boolean {
  const builtIn = predefinedNetworks.includes(network.Name);
  return (
    matchesExactly(filters, 'driver', network.Driver) &&
    matchesExactly(filters, 'scope', network.Scope) &&
    matchesLabels(filters, 'label', fromMap(network.Labels)) &&
    matchesPattern(filters, 'name', network.Name) &&
    matchesPattern(filters, 'id', network.Id) &&
    matchesExactly(filters, 'type', builtIn ? 'builtin' : 'custom') &&
    valuesFor(filters, 'dangling').every((value) => parseBool(value) === isDangling(network, builtIn, tables))
  );
}

/** Names and IDs are matched anywhere, or at their ends when the pattern says so. */
function matchesPattern(filters: Filters, key: string, text: string): boolean {
  const patterns = valuesFor(filters, key);
  return (
    patterns.length === 0 ||
    patterns.some((pattern) => {
      const fromStart = pattern.startsWith('^');
      const toEnd = pattern.endsWith('$');
      const part = pattern.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
      if (fromStart && toEnd) return text === part;
      if (fromStart) return text.startsWith(part);
      return toEnd ? text.endsWith(part) : text.includes(part);
    })
  );
}

function isDangling({ Id, Name }: api.Network, builtIn: boolean, tables: Tables | undefined): boolean {
  if (builtIn || Name === gateway.name) return false;
  return !(tables?.service ?? []).some(({ spec }) => spec.task.networks.some(({ target }) => target === Id));
}

/** The networks that a name or ID may mean: by ID, else by name, else by the beginning of an ID. */
function candidates(networks: readonly api.Network[], key: string): readonly api.Network[] {
  const exact = networks.filter(({ Id }) => Id === key);
  if (exact.length > 0) return exact;
  const named = networks.filter(({ Name }) => Name === key);
  return named.length > 0 ? named : networks.filter(({ Id }) => Id.startsWith(key));
}

function* inspect(engine: Engine, { query, params: [key = ''] }: Call): Fiber<Reply> {
  const scope = query.get('scope') ?? '';
  const verbose = query.get('verbose') ?? '';
  if (verbose !== '' && parseBool(verbose) === undefined) {
    throw new RequestFailure(400, `invalid value for verbose: ${verbose}`);
  }
  const tables = yield* swarmTables(engine);
  const swarm = swarmNetworks(engine, tables, scope);
  const found = candidates(
    [...localNetworks(engine), ...swarm].filter(({ Scope }) => scope === '' || Scope === scope),
    key,
  );
  const [network, ...others] = found;
  if (network === undefined) throw new RequestFailure(404, `network ${key} not found`);
  if (others.length > 0) {
    const by = network.Name === key ? 'name' : 'ID prefix';
    throw new RequestFailure(
      400,
      `network ${key} is ambiguous (${found.length} matches found based on ${by})`,
    );
  }
  const containers = containersOn(engine, network.Id);
  const shown = Object.keys(containers).length === 0 ? network : { ...network, Containers: containers };
  return json(isOn(query, 'verbose') && tables !== undefined ? inDetail(shown, tables) : shown);
}

function* create(engine: Engine, { request }: Call): Fiber<Reply> {
  const body = readBody(request, networkCreateRequest);
  if (predefinedNetworks.includes(body.Name)) {
    throw new RequestFailure(403, `operation is not permitted on predefined ${body.Name} network`);
  }
  const tables = yield* swarmTables(engine);
  const taken = (tables?.network ?? []).some(
    ({ spec }) => spec.name.toLowerCase() === body.Name.toLowerCase(),
  );
  if (taken || findLocalNetwork(engine, body.Name) !== undefined) {
    throw new RequestFailure(409, `network with name ${body.Name} already exists`);
  }
  if (body.Driver !== 'overlay' && body.Scope !== 'swarm' && !body.Ingress) {
    const id = yield* makeLocalNetwork(engine, body);
    return created(id);
  }
  const memory = memoryOf(engine);
  if (memory.manager === undefined) {
    const { state } = swarmState(memory);
    if (state === 'inactive' || state === 'locked' || memory.identity?.role === 'manager') {
      throw engineRefused(notManagerError(memory));
    }
    throw new RequestFailure(
      403,
      'Cannot create a multi-host network from a worker node. Please create the network from a manager node.',
    );
  }
  return created(yield* change(engine, { method: 'network.create', spec: fromNetworkRequest(body) }));
}

function created(id: string): Reply {
  const response: api.NetworkCreateResponse = { Id: id, Warning: '' };
  return json(response, 201);
}

function* remove(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const tables = yield* swarmTables(engine);
  const swarm = swarmNetworks(engine, tables);
  const found = candidates([...localNetworks(engine), ...swarm], key);
  const [network, ...others] = found;
  if (network === undefined) throw new RequestFailure(404, `network ${key} not found`);
  if (others.length > 0) {
    throw new RequestFailure(400, `network ${key} is ambiguous (${found.length} matches found)`);
  }
  if (network.Scope === 'local') yield* dropLocalNetwork(engine, network);
  else yield* change(engine, { method: 'network.remove', networkId: network.Id });
  return empty(204);
}
