// Networks: those of the swarm, and those that a machine has by itself.

import type { LocalNetwork } from '../../cluster/local-networks.ts';
import { notManagerError } from '../../cluster/node.ts';
import { lookupLabel } from '../../model/labels.ts';
import type { Task } from '../../model/objects.ts';
import { isTerminal } from '../../model/state.ts';
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
import { hexOf } from '../hash.ts';
import { change, command, type Engine, instantOf, look, memoryOf, type Tables, waitFor } from '../node.ts';
import { isOn, parseBool } from '../query.ts';
import { type Call, empty, json, type Reply, type Route } from '../route.ts';
import { swarmState } from '../swarm-state.ts';
import { formatInstant } from '../time.ts';
import { fromMap, toMap } from '../wire/common.ts';
import { fromNetworkRequest, networkCreateRequest, toNetwork } from '../wire/network.ts';

export const networkRoutes: readonly Route[] = [
  { method: 'GET', path: '/networks', handle: list },
  { method: 'GET', path: '/networks/', handle: list },
  { method: 'POST', path: '/networks/create', handle: create },
  { method: 'GET', path: '/networks/{*}', handle: inspect },
  { method: 'DELETE', path: '/networks/{*}', handle: remove },
];

interface LocalDefinition {
  readonly name: string;
  readonly driver: string;
  readonly subnet?: string;
  readonly options: api.StringMap;
}

const localDefinitions: readonly LocalDefinition[] = [
  {
    name: 'bridge',
    driver: 'bridge',
    subnet: '172.17.0',
    options: {
      'com.docker.network.bridge.default_bridge': 'true',
      'com.docker.network.bridge.enable_icc': 'true',
      'com.docker.network.bridge.enable_ip_masquerade': 'true',
      'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
      'com.docker.network.bridge.name': 'docker0',
      'com.docker.network.driver.mtu': '1500',
    },
  },
  { name: 'host', driver: 'host', options: {} },
  { name: 'none', driver: 'null', options: {} },
];
/** Joins the overlay networks of a node of a swarm to the outside. */
const gateway: LocalDefinition = {
  name: 'docker_gwbridge',
  driver: 'bridge',
  subnet: '172.18.0',
  options: {
    'com.docker.network.bridge.enable_icc': 'false',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.name': 'docker_gwbridge',
  },
};
const predefined: readonly string[] = ['bridge', 'host', 'none', 'default'];

function localNetworks(engine: Engine): readonly api.Network[] {
  const { identity, localNetworks: made } = memoryOf(engine);
  const own = identity === undefined ? localDefinitions : [...localDefinitions, gateway];
  return [
    ...own.map((definition) => toOwnNetwork(engine, definition)),
    ...[...made.values()].map((network) => toLocalNetwork(engine, network)),
  ];
}

/** What every machine has from the start. */
function toOwnNetwork(engine: Engine, { name, driver, subnet, options }: LocalDefinition): api.Network {
  const range =
    subnet === undefined ? { subnet: '', gateway: '' } : { subnet: `${subnet}.0/16`, gateway: `${subnet}.1` };
  return toLocalNetwork(engine, {
    name,
    driver,
    createdAt: 0,
    options: fromMap(options),
    labels: [],
    internal: false,
    attachable: false,
    ...range,
  });
}

function toLocalNetwork(engine: Engine, network: LocalNetwork): api.Network {
  const { name, createdAt, driver, subnet } = network;
  return {
    Name: name,
    Id: hexOf(`${engine.host}/network/${name}/${createdAt}`, 64),
    Created: formatInstant(instantOf(engine, createdAt)),
    Scope: 'local',
    Driver: driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: subnet === '' ? null : [{ Subnet: subnet, Gateway: network.gateway }],
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: {},
    Options: toMap(network.options),
    Labels: toMap(network.labels),
  };
}

/** A network of the machine's own, by name or ID. */
export function findLocalNetwork(engine: Engine, key: string): api.Network | undefined {
  return localNetworks(engine).find(({ Name, Id }) => Name === key || Id === key);
}

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
  const builtIn = predefined.includes(network.Name);
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

/** This node's containers on a network. */
function containersOn(engine: Engine, networkId: string): Record<string, api.EndpointResource> {
  const { agent } = memoryOf(engine);
  const found = [...(agent?.tasks.values() ?? [])].flatMap(({ task }) => {
    const container = agent?.containers.get(task.id);
    const attachment = task.networks.find((each) => each.networkId === networkId);
    if (container?.phase !== 'running' || attachment === undefined) return [];
    const [address = ''] = attachment.addresses;
    const endpoint: api.EndpointResource = {
      Name: containerName(task),
      EndpointID: hexOf(`${container.id}/${networkId}`, 64),
      MacAddress: macOf(address),
      IPv4Address: address,
      IPv6Address: '',
    };
    return [[container.id, endpoint] as const];
  });
  return Object.fromEntries(found);
}

export function containerName({ serviceAnnotations, slot, nodeId, id }: Task): string {
  return `${serviceAnnotations.name}.${slot === 0 ? nodeId : slot}.${id}`;
}

/** The hardware address is made of the IP address. */
function macOf(address: string): string {
  const bytes = (address.split('/')[0] ?? '')
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'));
  return `02:42:${bytes.join(':')}`;
}

/** Which services are on a network, with which tasks, and which nodes those are on. */
function inDetail(network: api.Network, { service, task, node }: Tables): api.Network {
  const here = task.filter(
    ({ networks, status }) =>
      networks.some(({ networkId }) => networkId === network.Id) && !isTerminal(status.state),
  );
  const nodes = node.filter(({ id }) => here.some(({ nodeId }) => nodeId === id));
  const services = service.flatMap(({ id, spec, endpoint }) => {
    const own = here.filter(({ serviceId }) => serviceId === id);
    if (own.length === 0) return [];
    const virtualIp = endpoint?.virtualIps.find(({ networkId }) => networkId === network.Id)?.addr ?? '';
    const info: api.NetworkServiceInfo = {
      VIP: virtualIp.split('/')[0] ?? '',
      Ports: [],
      LocalLBIndex: 256,
      Tasks: own.map((each) => ({
        Name: containerName(each),
        EndpointID: hexOf(`${each.id}/${network.Id}`, 64),
        EndpointIP: addressOn(each, network.Id),
        Info: { 'Host IP': nodes.find((host) => host.id === each.nodeId)?.status.addr ?? '' },
      })),
    };
    return [[spec.name, info] as const];
  });
  return {
    ...network,
    Peers: nodes.map(({ id, status }) => ({ Name: hexOf(id, 16).slice(0, 12), IP: status.addr })),
    Services: Object.fromEntries(services),
  };
}

function addressOn({ networks }: Task, networkId: string): string {
  const [address = ''] = networks.find((each) => each.networkId === networkId)?.addresses ?? [];
  return address.split('/')[0] ?? '';
}

function* create(engine: Engine, { request }: Call): Fiber<Reply> {
  const body = readBody(request, networkCreateRequest);
  if (predefined.includes(body.Name)) {
    throw new RequestFailure(403, `operation is not permitted on predefined ${body.Name} network`);
  }
  const tables = yield* swarmTables(engine);
  const taken = (tables?.network ?? []).some(
    ({ spec }) => spec.name.toLowerCase() === body.Name.toLowerCase(),
  );
  if (taken || findLocalNetwork(engine, body.Name) !== undefined) {
    throw new RequestFailure(409, `network with name ${body.Name} already exists`);
  }
  if (body.Driver !== 'overlay' && body.Scope !== 'swarm' && !body.Ingress)
    return yield* createLocal(engine, body);
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
  const created = yield* change(engine, { method: 'network.create', spec: fromNetworkRequest(body) });
  const response: api.NetworkCreateResponse = { Id: created, Warning: '' };
  return json(response, 201);
}

const localDrivers: readonly string[] = ['bridge', 'ipvlan', 'macvlan'];

function* createLocal(engine: Engine, body: api.NetworkCreateRequest): Fiber<Reply> {
  const driver = body.Driver === '' ? 'bridge' : body.Driver;
  if (driver === 'host' || driver === 'null') {
    throw new RequestFailure(403, `only one instance of "${driver}" network is allowed`);
  }
  if (!localDrivers.includes(driver)) throw new RequestFailure(404, `plugin "${driver}" not found`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(body.Name)) {
    throw new RequestFailure(400, `invalid network name ${JSON.stringify(body.Name)}`);
  }
  const [wanted] = body.IPAM?.Config ?? [];
  // The next that the machine has not given away: 172.17 and 172.18 are its own.
  const next = `172.${19 + (memoryOf(engine).localNetworks.size % 12)}.0`;
  const network = {
    name: body.Name,
    driver,
    options: fromMap(body.Options),
    labels: fromMap(body.Labels),
    internal: body.Internal,
    attachable: body.Attachable,
    subnet: wanted?.Subnet ?? `${next}.0/16`,
    gateway: wanted?.Gateway ?? `${next}.1`,
  };
  command(engine, { kind: 'node.make-network', network });
  yield* waitFor(engine, () => memoryOf(engine).localNetworks.has(body.Name));
  const response: api.NetworkCreateResponse = {
    Id: findLocalNetwork(engine, body.Name)?.Id ?? '',
    Warning: '',
  };
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
  if (network.Scope === 'local') {
    if (predefined.includes(network.Name)) {
      throw new RequestFailure(403, `${network.Name} is a pre-defined network and cannot be removed`);
    }
    if (network.Name === gateway.name) {
      throw new RequestFailure(
        403,
        `error while removing network: network ${network.Name} has active endpoints`,
      );
    }
    command(engine, { kind: 'node.drop-network', name: network.Name });
    yield* waitFor(engine, () => !memoryOf(engine).localNetworks.has(network.Name));
    return empty(204);
  }
  yield* change(engine, { method: 'network.remove', networkId: network.Id });
  return empty(204);
}
