// Volumes: those of this machine, and those of the swarm.

import type { Volume } from '../../model/objects.ts';
import type * as api from '../api.ts';
import { readBody } from '../body.ts';
import { RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import { acceptFilters, matchesExactly, matchesLabels, parseFilters, valuesFor } from '../filters.ts';
import { hexOf } from '../hash.ts';
import { change, command, type Engine, instantOf, look, memoryOf, requireManager, waitFor } from '../node.ts';
import { isOn, parseBool, parseVersion } from '../query.ts';
import { type Call, empty, json, type Reply, type Route } from '../route.ts';
import { formatInstant } from '../time.ts';
import { fromMap, toMap, toOptionalMap } from '../wire/common.ts';
import {
  fromVolumeRequest,
  toClusterVolume,
  volumeCreateRequest,
  volumeUpdateRequest,
} from '../wire/volume.ts';

export const volumeRoutes: readonly Route[] = [
  { method: 'GET', path: '/volumes', handle: list },
  { method: 'POST', path: '/volumes/create', handle: create },
  { method: 'GET', path: '/volumes/{*}', handle: inspect },
  { method: 'PUT', path: '/volumes/{*}', handle: update },
  { method: 'DELETE', path: '/volumes/{*}', handle: remove },
];

/** Volumes of the machine by name, in ascending order; directories of it are none. */
function localVolumes(engine: Engine): readonly api.Volume[] {
  const memory = memoryOf(engine);
  const names = [...memory.volumes.keys()].filter((name) => !name.startsWith('/'));
  return names
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const {
        createdAt = 0,
        driver = 'local',
        options = [],
        labels = [],
      } = memory.volumeInfo.get(name) ?? {};
      return {
        CreatedAt: formatInstant(instantOf(engine, createdAt)),
        Driver: driver,
        Labels: toOptionalMap(labels) ?? null,
        Mountpoint: `/var/lib/docker/volumes/${name}/_data`,
        Name: name,
        Options: toOptionalMap(options) ?? null,
        Scope: 'local',
      };
    });
}

/** Volumes of the swarm, as far as this node can ask for them. */
function* clusterVolumes(engine: Engine): Fiber<readonly Volume[]> {
  if (memoryOf(engine).manager === undefined) return [];
  try {
    return (yield* look(engine, 'volume')).volume;
  } catch (error) {
    if (error instanceof RequestFailure) return [];
    throw error;
  }
}

/** The IDs of the containers that have a volume mounted. */
function usersOf(engine: Engine, name: string): readonly string[] {
  const containers = [...(memoryOf(engine).agent?.containers.values() ?? [])];
  return containers
    .filter(({ mounts }) => mounts.some(({ type, source }) => type === 'volume' && source === name))
    .map(({ id }) => id);
}

function* list(engine: Engine, { query }: Call): Fiber<Reply> {
  const filters = parseFilters(query);
  acceptFilters(filters, ['dangling', 'name', 'driver', 'label']);
  const cluster = yield* clusterVolumes(engine);
  const volumes = [
    ...localVolumes(engine),
    ...cluster.map((volume) => toClusterVolume(volume, engine.epoch())),
  ].filter((volume) => {
    const names = valuesFor(filters, 'name');
    const unused = usersOf(engine, volume.Name).length === 0;
    return (
      (names.length === 0 || names.some((name) => volume.Name.includes(name))) &&
      matchesExactly(filters, 'driver', volume.Driver) &&
      matchesLabels(filters, 'label', fromMap(volume.Labels)) &&
      valuesFor(filters, 'dangling').every((value) => parseBool(value) === unused)
    );
  });
  const response: api.VolumeList = { Volumes: volumes, Warnings: null };
  return json(response);
}

/** By full ID, by name, or by the only ID that begins so. */
function findCluster(key: string, volumes: readonly Volume[]): Volume | undefined {
  const prefixed = volumes.filter(({ id }) => id.startsWith(key));
  return (
    volumes.find(({ id }) => id === key) ??
    volumes.find(({ spec }) => spec.name === key) ??
    (prefixed.length === 1 ? prefixed[0] : undefined)
  );
}

function* inspect(engine: Engine, { params: [name = ''] }: Call): Fiber<Reply> {
  const local = localVolumes(engine).find((volume) => volume.Name === name);
  if (local !== undefined) return json(local);
  const found = findCluster(name, yield* clusterVolumes(engine));
  if (found === undefined) throw missing(name);
  return json(toClusterVolume(found, engine.epoch()));
}

function missing(name: string): RequestFailure {
  return new RequestFailure(404, `get ${name}: no such volume`);
}

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

function* create(engine: Engine, { request }: Call): Fiber<Reply> {
  const body = readBody(request, volumeCreateRequest);
  const { ClusterVolumeSpec, Driver = '', DriverOpts, Labels, Name = '' } = body;
  if (ClusterVolumeSpec !== undefined) {
    const rest = { name: Name, labels: fromMap(Labels), driver: Driver, driverOptions: fromMap(DriverOpts) };
    requireManager(engine);
    const spec = fromVolumeRequest(ClusterVolumeSpec, rest);
    const id = yield* change(engine, { method: 'volume.create', spec });
    const made = (yield* look(engine, 'volume')).volume.find((volume) => volume.id === id);
    if (made === undefined) throw missing(Name);
    return json(toClusterVolume(made, engine.epoch()), 201);
  }
  if (Driver !== '' && Driver !== 'local') {
    throw new RequestFailure(
      404,
      `create ${Name}: error looking up volume plugin ${Driver}: plugin "${Driver}" not found`,
    );
  }
  const { seed, handled } = engine.swarm.world;
  const name = Name === '' ? hexOf(`${seed}/${engine.host}/${handled}`, 64) : Name;
  if (!namePattern.test(name)) {
    const rule =
      'only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path';
    const text =
      name.length === 1
        ? 'volume name is too short, names should be at least two alphanumeric characters'
        : `create ${name}: ${JSON.stringify(name)} includes invalid characters for a local volume name, ${rule}`;
    throw new RequestFailure(400, text);
  }
  memoryOf(engine);
  const made = { name, options: fromMap(DriverOpts), labels: fromMap(Labels) };
  command(engine, { kind: 'node.make-volume', ...made });
  yield* waitFor(engine, () => memoryOf(engine).volumes.has(name));
  const volume = localVolumes(engine).find((each) => each.Name === name);
  return json({ ...volume, Labels: toMap(memoryOf(engine).volumeInfo.get(name)?.labels ?? []) }, 201);
}

function* update(engine: Engine, { request, query, params: [key = ''] }: Call): Fiber<Reply> {
  requireManager(engine);
  const version = parseVersion(query, 'volume');
  const { Spec } = readBody(request, volumeUpdateRequest);
  const found = findCluster(key, (yield* look(engine, 'volume')).volume);
  if (found === undefined) throw new RequestFailure(404, `volume ${key} not found`);
  if (Spec === undefined) return empty();
  const { name, labels, driver, driverOptions } = found.spec;
  const spec = fromVolumeRequest(Spec, { name, labels, driver, driverOptions });
  yield* change(engine, { method: 'volume.update', volumeId: found.id, version, spec });
  return empty();
}

function* remove(engine: Engine, { query, params: [name = ''] }: Call): Fiber<Reply> {
  const force = isOn(query, 'force');
  if (localVolumes(engine).some((volume) => volume.Name === name)) {
    const users = usersOf(engine, name);
    if (users.length > 0) {
      throw new RequestFailure(409, `remove ${name}: volume is in use - [${users.join(', ')}]`);
    }
    command(engine, { kind: 'node.drop-volume', name });
    yield* waitFor(engine, () => !memoryOf(engine).volumes.has(name));
    return empty(204);
  }
  const found = findCluster(name, yield* clusterVolumes(engine));
  if (found === undefined) {
    if (force) return empty(204);
    throw missing(name);
  }
  yield* change(engine, { method: 'volume.remove', volumeId: found.id, force });
  return empty(204);
}
