// The swarm itself: begun, joined, left, changed, unlocked and shown.

import { notManagerError } from '../../cluster/init.ts';
import type { NodeAnswer } from '../../cluster/types.ts';
import type { ClusterSeed } from '../../manager/state.ts';
import { defaultClusterSpec, defaultListenPort } from '../../model/defaults.ts';
import { millisecond, second } from '../../model/duration.ts';
import type { CallError } from '../../model/messages.ts';
import type { Cluster } from '../../model/objects.ts';
import type { Availability } from '../../model/state.ts';
import {
  checkAdvertiseAddress,
  checkDataPathAddress,
  checkListenAddress,
  hostOf,
  sanitizeAddress,
} from '../address.ts';
import type * as api from '../api.ts';
import { readBody } from '../body.ts';
import { callRefused, engineRefused, RequestFailure } from '../failure.ts';
import { type Fiber, sleepUntil } from '../fiber.ts';
import { change, configOf, type Engine, look, memoryOf, order, requireManager, waitFor } from '../node.ts';
import { isOn, parseBool, parseVersion, type Query } from '../query.ts';
import { type Call, empty, json, type Reply, type Route } from '../route.ts';
import { swarmState } from '../swarm-state.ts';
import {
  fromSwarmSpec,
  initRequest,
  joinRequest,
  swarmSpec,
  toSwarm,
  unlockRequest,
} from '../wire/cluster.ts';
import { parseAvailability } from '../wire/node.ts';
import { checkAddressPools, dataPathPort } from './swarm-pools.ts';

export const swarmRoutes: readonly Route[] = [
  { method: 'POST', path: '/swarm/init', handle: init },
  { method: 'POST', path: '/swarm/join', handle: join },
  { method: 'POST', path: '/swarm/leave', handle: leave },
  { method: 'GET', path: '/swarm', handle: inspect },
  { method: 'GET', path: '/swarm/unlockkey', handle: unlockKey },
  { method: 'POST', path: '/swarm/update', handle: update },
  { method: 'POST', path: '/swarm/unlock', handle: unlock },
];

/** How long the engine waits for a join; it goes on in the background (R-R123). */
const joinLimit = 20 * second;
/** How often and how long a new swarm's own object is looked for. */
const clusterTries = 10;
const clusterPause = 200 * millisecond;

const alreadyInSwarm =
  'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.';
const joinTimeout =
  'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.';
const notInSwarm = 'This node is not part of a swarm';

function refuseInSwarm(engine: Engine): void {
  const { state } = swarmState(memoryOf(engine));
  if (state !== 'inactive') throw new RequestFailure(503, alreadyInSwarm);
}

function* init(engine: Engine, { request }: Call): Fiber<Reply> {
  const body = readBody(request, initRequest);
  if (!body.ForceNewCluster) refuseInSwarm(engine);
  else if (swarmState(memoryOf(engine)).state !== 'inactive') requireManager(engine);
  const own = configOf(engine).addr;
  const listen = sanitizeAddress('ListenAddr', body.ListenAddr);
  checkSpecName(body.Spec);
  checkListenAddress(listen, own);
  checkAdvertiseAddress(body.AdvertiseAddr, own);
  checkDataPathAddress(body.DataPathAddr);
  checkAddressPools(body.DefaultAddrPool ?? [], body.SubnetSize);
  const port = dataPathPort(body.DataPathPort);
  const forceNewCluster = body.ForceNewCluster && memoryOf(engine).manager !== undefined;
  const answer = yield* order(engine, { kind: 'node.init', forceNewCluster, seed: seedOf(body, port) });
  if ('error' in answer) throw engineRefused(answer.error);
  yield* waitFor(engine, () => swarmState(memoryOf(engine)).state === 'active');
  const cluster = yield* newCluster(engine);
  const spec = fromSwarmSpec(body.Spec, cluster.spec, cluster.spec);
  const autoLock = cluster.spec.autoLock || spec.autoLock;
  try {
    const call = { method: 'cluster.update', version: cluster.meta.version, rotate: [] } as const;
    yield* change(engine, { ...call, spec: { ...spec, autoLock } });
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    throw new RequestFailure(500, `error updating cluster settings: ${error.message}`);
  }
  return json(memoryOf(engine).identity?.nodeId ?? '');
}

function seedOf(request: api.SwarmInitRequest, port: number): ClusterSeed {
  const pools = request.DefaultAddrPool ?? [];
  return {
    availability: parseNewAvailability(request.Availability),
    autoLock: request.AutoLockManagers,
    ...(pools.length > 0 && { defaultAddressPool: pools }),
    ...(request.SubnetSize !== 0 && { subnetSize: request.SubnetSize }),
    dataPathPort: port,
  };
}

/** As in requests about nodes, only that the error has no status of its own. */
function parseNewAvailability(text: string): Availability {
  try {
    return parseAvailability(text);
  } catch (error) {
    if (error instanceof RequestFailure) throw new RequestFailure(500, error.message);
    throw error;
  }
}

/** The first leader makes the swarm's object; a node is ready a little earlier. */
function* newCluster(engine: Engine): Fiber<Cluster> {
  for (let tries = 0; tries < clusterTries; tries++) {
    const [cluster] = (yield* look(engine, 'cluster')).cluster;
    if (cluster !== undefined) return cluster;
    yield* sleepUntil(engine.swarm.world.now + clusterPause);
  }
  throw new RequestFailure(500, 'empty list of clusters was returned');
}

function checkSpecName({ Name = '' }: api.SwarmSpec): void {
  if (Name !== '' && Name !== defaultClusterSpec.name) {
    throw new RequestFailure(400, `swarm spec must be named "${defaultClusterSpec.name}"`);
  }
}

function* join(engine: Engine, { request }: Call): Fiber<Reply> {
  const body = readBody(request, joinRequest);
  refuseInSwarm(engine);
  const own = configOf(engine).addr;
  const listen = sanitizeAddress('ListenAddr', body.ListenAddr);
  const [remote, ...others] = body.RemoteAddrs ?? [];
  if (remote === undefined) throw new RequestFailure(400, 'at least 1 RemoteAddr is required to join');
  const [manager = ''] = [remote, ...others].map((address) => sanitizeAddress('remoteAddr', address));
  checkListenAddress(listen, own);
  checkDataPathAddress(body.DataPathAddr);
  const availability = parseNewAvailability(body.Availability);
  const end = engine.swarm.world.now + joinLimit;
  const answer = yield* order(engine, {
    kind: 'node.join',
    manager: hostAt(engine, manager),
    token: body.JoinToken,
    availability,
  });
  if ('error' in answer) throw joinRefused(answer.error);
  const isReady = (): boolean => swarmState(memoryOf(engine)).state === 'active';
  yield* waitFor(engine, isReady, end);
  if (!isReady()) throw new RequestFailure(503, joinTimeout);
  return empty();
}

/** The machine that has an address, or a name. Nobody answers where there is none, and the join runs into its limit. */
function hostAt(engine: Engine, address: string): string {
  const host = hostOf(address) ?? address;
  const { world } = engine.swarm;
  const machine = world.hostNames().find((name) => {
    const config = world.configOf(name);
    return config.role === 'node' && (config.addr === host || name === host);
  });
  return address.endsWith(`:${defaultListenPort}`) && machine !== undefined ? machine : address;
}

/** What the swarm refused has its code; what this node found wrong by itself has no status of its own, or 503. */
function joinRefused(error: CallError): RequestFailure {
  if (error.message === 'invalid join token') return new RequestFailure(500, error.message);
  const own = error.code === 'Unavailable' || error.message.startsWith('remote CA does not match');
  return own ? engineRefused(error) : callRefused(error);
}

function* leave(engine: Engine, { query }: Call): Fiber<Reply> {
  return yield* orderDone(engine, { kind: 'node.leave', force: isOn(query, 'force') });
}

/** A command that is done, or refused by the node itself. */
function* orderDone(engine: Engine, command: Parameters<typeof order>[1]): Fiber<Reply> {
  const answer: NodeAnswer = yield* order(engine, command);
  if ('error' in answer) throw engineRefused(answer.error);
  return empty();
}

function* inspect(engine: Engine): Fiber<Reply> {
  return json(toSwarm(yield* currentCluster(engine), engine.epoch()));
}

function* currentCluster(engine: Engine): Fiber<Cluster> {
  const [cluster] = (yield* look(engine, 'cluster')).cluster;
  if (cluster === undefined) throw new RequestFailure(503, notInSwarm);
  return cluster;
}

function* unlockKey(engine: Engine): Fiber<Reply> {
  const response: api.UnlockKey = { UnlockKey: (yield* currentCluster(engine)).unlockKey };
  return json(response);
}

const rotations = [
  ['rotateWorkerToken', 'worker-token'],
  ['rotateManagerToken', 'manager-token'],
  ['rotateManagerUnlockKey', 'unlock-key'],
] as const;

function isRotated(query: Query, name: string): boolean {
  const text = query.get(name) ?? '';
  const value = text === '' ? false : parseBool(text);
  if (value === undefined) throw new RequestFailure(400, `invalid value for ${name}: ${text}`);
  return value;
}

function* update(engine: Engine, { request, query }: Call): Fiber<Reply> {
  const body = readBody(request, swarmSpec);
  const version = parseVersion(query, 'swarm');
  const rotate = rotations.flatMap(([name, what]) => (isRotated(query, name) ? [what] : []));
  const cluster = yield* currentCluster(engine);
  checkSpecName(body);
  const spec = fromSwarmSpec(body, defaultClusterSpec, cluster.spec);
  yield* change(engine, { method: 'cluster.update', version, spec, rotate });
  return empty();
}

function* unlock(engine: Engine, { request }: Call): Fiber<Reply> {
  const { UnlockKey: key } = readBody(request, unlockRequest);
  const memory = memoryOf(engine);
  if (memory.locked === undefined) {
    if (memory.manager !== undefined) throw new RequestFailure(409, 'swarm is not locked');
    throw engineRefused(notManagerError(memory));
  }
  return yield* orderDone(engine, { kind: 'node.unlock', key });
}
