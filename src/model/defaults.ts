// What a swarm assumes where a user says nothing, and builders that fill partial specs with it (orchestration reference, section 9;
// raft-cluster reference, section 7). A block that may be absent stays absent: absent and empty differ to SwarmKit.
// The constants are frozen from the start: the store freezes what it keeps, and no run may leave a trace in the next.

import { hour, second } from './duration.ts';
import { noLabels } from './labels.ts';
import type {
  ClusterSpec,
  ContainerSpec,
  EndpointSpec,
  FileSpec,
  Labels,
  NetworkSpec,
  NodeSpec,
  Placement,
  PortConfig,
  Resources,
  RestartPolicy,
  ServiceMode,
  ServiceSpec,
  TaskSpec,
  UpdateConfig,
  VolumeSpec,
} from './spec.ts';

/** Between the end of a task and the start of its replacement, when the spec does not say (R-O115). */
export const defaultRestartDelay = 5 * second;
/** How long an updated task is watched for failure, when the spec does not say. */
export const defaultUpdateMonitor = 5 * second;
/** Between the stop signal and the kill, when the spec does not say. */
export const defaultStopGracePeriod = 10 * second;
export const defaultTaskHistoryLimit = 5;
export const defaultAddressPool: readonly string[] = Object.freeze(['10.0.0.0/8']);
export const defaultSubnetSize = 24;
export const defaultDataPathPort = 4789;
/** The port managers listen on. */
export const defaultListenPort = 2377;

const nothing: readonly never[] = Object.freeze([]);

export const emptyResources: Resources = Object.freeze({ nanoCpus: 0, memoryBytes: 0, generic: nothing });
export const emptyPlacement: Placement = Object.freeze({
  constraints: nothing,
  spread: nothing,
  maxReplicas: 0,
  platforms: nothing,
});
export const defaultRestartPolicy: RestartPolicy = Object.freeze<RestartPolicy>({
  condition: 'any',
  delay: defaultRestartDelay,
  maxAttempts: 0,
});
/** What an absent update or rollback block means. */
export const defaultUpdateConfig: UpdateConfig = Object.freeze<UpdateConfig>({
  parallelism: 1,
  delay: 0,
  failureAction: 'pause',
  monitor: defaultUpdateMonitor,
  maxFailureRatio: 0,
  order: 'stop-first',
});
/** What an absent endpoint block means. */
export const defaultEndpointSpec: EndpointSpec = Object.freeze<EndpointSpec>({ mode: 'vip', ports: nothing });

export function containerSpec(partial: Partial<ContainerSpec> & { readonly image: string }): ContainerSpec {
  return {
    labels: noLabels,
    command: [],
    args: [],
    hostname: '',
    env: [],
    dir: '',
    user: '',
    mounts: [],
    stopSignal: '',
    secrets: [],
    configs: [],
    registryAuth: '',
    ...partial,
  };
}

export function taskSpec(partial: Partial<TaskSpec> & { readonly container: ContainerSpec }): TaskSpec {
  return {
    reservations: emptyResources,
    limits: emptyResources,
    placement: emptyPlacement,
    networks: [],
    forceUpdate: 0,
    ...partial,
  };
}

/** The task spec of a service created with an image and nothing else. */
export function defaultTaskSpec(image: string): TaskSpec {
  return taskSpec({ container: containerSpec({ image }) });
}

export function updateConfig(partial: Partial<UpdateConfig>): UpdateConfig {
  return { ...defaultUpdateConfig, ...partial };
}

export function restartPolicy(partial: Partial<RestartPolicy>): RestartPolicy {
  return { ...defaultRestartPolicy, ...partial };
}

export function portConfig(partial: Partial<PortConfig> & { readonly targetPort: number }): PortConfig {
  return { name: '', protocol: 'tcp', publishedPort: 0, publishMode: 'ingress', ...partial };
}

/** A service as someone asks for it: what it must have, and any part of the rest. */
export interface ServiceRequest {
  readonly name: string;
  readonly image: string;
  readonly labels?: Labels;
  /** Shorthand for a replicated mode; `mode` wins. */
  readonly replicas?: number;
  readonly mode?: ServiceMode;
  readonly container?: Partial<ContainerSpec>;
  readonly task?: Partial<TaskSpec>;
  readonly placement?: Partial<Placement>;
  readonly reservations?: Partial<Resources>;
  readonly limits?: Partial<Resources>;
  readonly restart?: Partial<RestartPolicy>;
  readonly update?: Partial<UpdateConfig>;
  readonly rollback?: Partial<UpdateConfig>;
  readonly endpoint?: Partial<EndpointSpec>;
}

/** A complete service spec: replicated, one replica, every block that was not asked for absent. */
export function serviceSpec(request: ServiceRequest): ServiceSpec {
  return {
    name: request.name,
    labels: request.labels ?? noLabels,
    task: taskSpec({
      container: containerSpec({ image: request.image, ...request.container }),
      ...(request.placement && { placement: { ...emptyPlacement, ...request.placement } }),
      ...(request.reservations && { reservations: { ...emptyResources, ...request.reservations } }),
      ...(request.limits && { limits: { ...emptyResources, ...request.limits } }),
      ...(request.restart && { restart: restartPolicy(request.restart) }),
      ...request.task,
    }),
    mode: request.mode ?? { kind: 'replicated', replicas: request.replicas ?? 1 },
    ...(request.update && { update: updateConfig(request.update) }),
    ...(request.rollback && { rollback: updateConfig(request.rollback) }),
    ...(request.endpoint && { endpoint: { ...defaultEndpointSpec, ...request.endpoint } }),
  };
}

/** A worker that takes tasks. A node's spec has no name of its own unless a user gives one. */
export function nodeSpec(partial: Partial<NodeSpec> = {}): NodeSpec {
  return { name: '', labels: noLabels, role: 'worker', availability: 'active', ...partial };
}

/** An overlay network with an automatic subnet. */
export function networkSpec(partial: Partial<NetworkSpec> & { readonly name: string }): NetworkSpec {
  return {
    labels: noLabels,
    driver: 'overlay',
    ingress: false,
    attachable: false,
    internal: false,
    subnets: [],
    ...partial,
  };
}

/** A config or secret. */
export function fileSpec(partial: Partial<FileSpec> & { readonly name: string }): FileSpec {
  return { labels: noLabels, data: '', ...partial };
}

export function volumeSpec(partial: Partial<VolumeSpec> & { readonly name: string }): VolumeSpec {
  return {
    labels: noLabels,
    group: '',
    driver: '',
    driverOptions: noLabels,
    scope: 'single',
    sharing: 'none',
    access: 'mount',
    availability: 'active',
    requisite: nothing,
    preferred: nothing,
    requiredBytes: 0,
    limitBytes: 0,
    secrets: nothing,
    ...partial,
  };
}

/** The spec of the one cluster object, always named `default`. */
export function clusterSpec(partial: Partial<ClusterSpec> = {}): ClusterSpec {
  return { ...defaultClusterSpec, ...partial };
}

export const defaultClusterSpec: ClusterSpec = Object.freeze<ClusterSpec>({
  name: 'default',
  labels: noLabels,
  taskHistoryLimit: defaultTaskHistoryLimit,
  snapshotInterval: 10_000,
  keepOldSnapshots: 0,
  logEntriesForSlowFollowers: 500,
  heartbeatTick: 1,
  electionTick: 10,
  dispatcherHeartbeat: 5 * second,
  certificateExpiry: 2_160 * hour,
  autoLock: false,
});
