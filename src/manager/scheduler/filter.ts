// Which nodes can take a task: the filter pipeline, the counters behind the explanation, and its text (R-S24, R-S31).

import { type Constraint, ConstraintError, matches, parseConstraints } from '../../model/constraint.ts';
import type { NodeDescription, Task } from '../../model/objects.ts';
import type { Platform, Resources } from '../../model/spec.ts';
import type { Reader } from '../../store/reader.ts';
import { enough } from './generic.ts';
import { activeOf, hostPortsOf, type NodeInfo } from './nodes.ts';
import { hasVolume, type VolumeDemand, type Volumes, volumeDemandOf } from './volumes.ts';

/** The filters in pipeline order. */
export const filterNames = [
  'ready',
  'resources',
  'plugins',
  'constraints',
  'platform',
  'host ports',
  'max replicas',
  'volumes',
] as const;
export type FilterName = (typeof filterNames)[number];

/** What a task asks of a node, worked out once per group. A filter that is off has nothing to ask. */
export interface Demand {
  readonly serviceId: string;
  /** Undefined when nothing is reserved: then not even negative availability matters. */
  readonly reservations: Resources | undefined;
  readonly plugins: PluginDemand | undefined;
  /** Empty when there are none, or when one of them does not parse. */
  readonly constraints: readonly Constraint[];
  readonly platforms: readonly Platform[];
  readonly hostPorts: readonly string[];
  /** 0 = no limit. */
  readonly maxReplicas: number;
  readonly volumes: VolumeDemand | undefined;
  /** Of the filters whose answer changes with the tasks on a node, those that are on: indexes in `filterNames`. */
  readonly changing: readonly number[];
}

interface PluginDemand {
  readonly volumeDrivers: readonly string[];
  readonly networkDrivers: readonly string[];
  /** Empty: none in particular. */
  readonly logDriver: string;
}

/** How many nodes each filter was the first to reject since a node last passed them all (R-S24); one counter per filter. */
export type Tally = number[];

/**
 * Works out what `task` asks for. Networks are looked up for the names of their drivers. `volumes` are those that the scheduler knows;
 * without, they are what a new leader would find.
 */
export function demandOf(task: Task, store: Reader, volumes?: Volumes): Demand {
  const { reservations, placement } = task.spec;
  const reserves =
    reservations.nanoCpus !== 0 || reservations.memoryBytes !== 0 || reservations.generic.length > 0;
  const hostPorts = hostPortsOf(task);
  const volumeDemand = volumeDemandOf(task, store, volumes);
  const changing: number[] = [];
  if (reserves) changing.push(1);
  if (hostPorts.length > 0) changing.push(5);
  if (placement.maxReplicas !== 0) changing.push(6);
  if (volumeDemand !== undefined) changing.push(7);
  return {
    serviceId: task.serviceId,
    reservations: reserves ? reservations : undefined,
    plugins: pluginDemandOf(task, store),
    constraints: usableConstraints(placement.constraints),
    platforms: placement.platforms,
    hostPorts,
    maxReplicas: placement.maxReplicas,
    volumes: volumeDemand,
    changing,
  };
}

export function newTally(): Tally {
  return new Array<number>(filterNames.length).fill(0);
}

/** Runs the pipeline. @returns the index in `filterNames` of the first filter that rejects the node; -1 when it can take the task */
export function firstRejection(demand: Demand, info: NodeInfo): number {
  for (let filter = 0; filter < filterNames.length; filter++) {
    if (!accepts(filter, demand, info)) return filter;
  }
  return -1;
}

/** The same for a node that has passed before in this pass: what looks at the node alone still accepts it, whatever has been placed there. */
export function laterRejection(demand: Demand, info: NodeInfo): number {
  for (const filter of demand.changing) if (!accepts(filter, demand, info)) return filter;
  return -1;
}

/**
 * Whether the node may ever take the task while it stays as it is, whatever tasks come and go: the filters that look at the node alone.
 * Two demands with the same `standingKey` get the same answers.
 */
export function mayFit(demand: Demand, info: NodeInfo): boolean {
  for (const filter of standing) if (!accepts(filter, demand, info)) return false;
  return true;
}

/** Ready, plugins, constraints, platform. */
const standing: readonly number[] = [0, 2, 3, 4];

export function standingKey({ plugins, constraints, platforms }: Demand): string {
  // No key or value of a constraint holds a `=`, and no key a space, so that the parts can be told from each other.
  let key = plugins === undefined && platforms.length === 0 ? '' : JSON.stringify([plugins, platforms]);
  for (const constraint of constraints) key += `${constraint.key}${constraint.operator}${constraint.value}\n`;
  return key;
}

/** Every filter that rejects the node, in pipeline order: what `firstRejection` would find if it did not stop. */
export function rejections(demand: Demand, info: NodeInfo): readonly FilterName[] {
  return filterNames.filter((_, filter) => !accepts(filter, demand, info));
}

/** The text that ends up in `Status.Err`; empty when no node was rejected (R-S24). */
export function explain(tally: Tally): string {
  return tally
    .map((nodes, filter) => ({ nodes, filter }))
    .filter(({ nodes }) => nodes > 0)
    .sort((a, b) => b.nodes - a.nodes || a.filter - b.filter)
    .map(({ nodes, filter }) => describe(filterNames[filter] ?? 'ready', nodes))
    .join('; ');
}

function describe(filter: FilterName, nodes: number): string {
  const onNodes = nodes === 1 ? 'on 1 node' : `on ${nodes} nodes`;
  switch (filter) {
    case 'ready':
      return `${nodes === 1 ? '1 node' : `${nodes} nodes`} not available for new tasks`;
    case 'resources':
      return `insufficient resources ${onNodes}`;
    case 'plugins':
      return `missing plugin ${onNodes}`;
    case 'constraints':
      return `scheduling constraints not satisfied ${onNodes}`;
    case 'platform':
      return `unsupported platform ${onNodes}`;
    case 'host ports':
      return `host-mode port already in use ${onNodes}`;
    case 'max replicas':
      return 'max replicas per node limit exceed';
    case 'volumes':
      return `cannot fulfill requested CSI volume mounts ${onNodes}`;
  }
}

/** `filter` is an index into `filterNames`: a switch on small integers, because this is where a large pass spends its time. */
function accepts(filter: number, demand: Demand, info: NodeInfo): boolean {
  switch (filter) {
    case 0:
      return info.node.status.state === 'ready' && info.node.spec.availability === 'active';
    case 1:
      return demand.reservations === undefined || hasRoom(demand.reservations, info);
    case 2:
      return demand.plugins === undefined || hasPlugins(demand.plugins, info.node.description);
    case 3:
      return demand.constraints.length === 0 || matches(demand.constraints, info.node);
    case 4:
      return demand.platforms.length === 0 || supports(demand.platforms, info.node.description?.platform);
    case 5:
      return demand.hostPorts.length === 0 || !demand.hostPorts.some((port) => info.hostPorts.has(port));
    case 6:
      return demand.maxReplicas === 0 || activeOf(info, demand.serviceId) < demand.maxReplicas;
    default:
      return demand.volumes === undefined || hasVolume(demand.volumes, info.node);
  }
}

/** All comparisons are made even for a request of 0: a node with negative memory refuses a task that reserves only CPU. */
function hasRoom(wanted: Resources, info: NodeInfo): boolean {
  return (
    wanted.nanoCpus <= info.nanoCpus &&
    wanted.memoryBytes <= info.memoryBytes &&
    (wanted.generic.length === 0 || enough(info.generic, wanted.generic))
  );
}

function hasPlugins(wanted: PluginDemand, description: NodeDescription | undefined): boolean {
  if (description === undefined) return true;
  const { plugins } = description;
  const has = (type: string, name: string): boolean =>
    plugins.some(
      (plugin) => plugin.type === type && (plugin.name === name || plugin.name === `${name}:latest`),
    );
  return (
    wanted.volumeDrivers.every((driver) => has('Volume', driver)) &&
    wanted.networkDrivers.every((driver) => has('Network', driver)) &&
    // A node that lists no log plugin at all is taken to have any.
    (wanted.logDriver === '' || has('Log', wanted.logDriver) || !plugins.some(({ type }) => type === 'Log'))
  );
}

function supports(platforms: readonly Platform[], actual: Platform | undefined): boolean {
  if (actual === undefined) return false;
  return platforms.some(
    ({ architecture, os }) =>
      (architecture === '' || normalise(architecture) === normalise(actual.architecture)) &&
      (os === '' || os === actual.os),
  );
}

function normalise(architecture: string): string {
  if (architecture === 'x86_64') return 'amd64';
  return architecture === 'aarch64' ? 'arm64' : architecture;
}

function pluginDemandOf(task: Task, store: Reader): PluginDemand | undefined {
  const { container, logDriver } = task.spec;
  if (task.networks.length === 0 && logDriver === undefined && container.mounts.length === 0)
    return undefined;
  const volumeDrivers = container.mounts
    .filter(({ type, driver }) => type === 'volume' && driver !== '' && driver !== 'local')
    .map(({ driver }) => driver);
  if (task.networks.length === 0 && logDriver === undefined && volumeDrivers.length === 0) return undefined;
  const networkDrivers: string[] = [];
  for (const { networkId } of task.networks) {
    const network = store.get('network', networkId);
    if (network !== undefined) networkDrivers.push(network.spec.driver || 'overlay');
  }
  const name = logDriver?.name ?? '';
  return { volumeDrivers, networkDrivers, logDriver: name === 'none' ? '' : name };
}

/** One expression that does not parse switches all of them off. */
function usableConstraints(expressions: readonly string[]): readonly Constraint[] {
  try {
    return parseConstraints(expressions);
  } catch (error) {
    if (error instanceof ConstraintError) return [];
    throw error;
  }
}
