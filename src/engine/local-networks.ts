// Networks of one machine: those that every machine has, and those that somebody has made there.

import type { LocalNetwork } from '../cluster/local-networks.ts';
import type * as api from './api.ts';
import { RequestFailure } from './failure.ts';
import type { Fiber } from './fiber.ts';
import { hexOf } from './hash.ts';
import { command, type Engine, instantOf, memoryOf, waitFor } from './node.ts';
import { formatInstant } from './time.ts';
import { fromMap, toMap } from './wire/common.ts';

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
export const gateway: LocalDefinition = {
  name: 'docker_gwbridge',
  driver: 'bridge',
  subnet: '172.18.0',
  options: {
    'com.docker.network.bridge.enable_icc': 'false',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.name': 'docker_gwbridge',
  },
};
/** Names that nobody may give away or take. */
export const predefinedNetworks: readonly string[] = ['bridge', 'host', 'none', 'default'];

/** All networks of this machine, its own first. */
export function localNetworks(engine: Engine): readonly api.Network[] {
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

const localDrivers: readonly string[] = ['bridge', 'ipvlan', 'macvlan'];

/**
 * Makes a network of this machine alone; its name is free.
 * @returns its ID
 * @throws RequestFailure
 */
export function* makeLocalNetwork(engine: Engine, body: api.NetworkCreateRequest): Fiber<string> {
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
  return findLocalNetwork(engine, body.Name)?.Id ?? '';
}

/** Removes a network of this machine alone. @throws RequestFailure 403 for one that it must have */
export function* dropLocalNetwork(engine: Engine, { Name: name }: api.Network): Fiber<void> {
  if (predefinedNetworks.includes(name)) {
    throw new RequestFailure(403, `${name} is a pre-defined network and cannot be removed`);
  }
  if (name === gateway.name) {
    throw new RequestFailure(403, `error while removing network: network ${name} has active endpoints`);
  }
  command(engine, { kind: 'node.drop-network', name });
  yield* waitFor(engine, () => !memoryOf(engine).localNetworks.has(name));
}
