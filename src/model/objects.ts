// The records of the replicated store: what the managers agree on. Plain data, frozen once stored.
// Times are the writing manager's clock in integer microseconds since the start of the run.

import type {
  ClusterSpec,
  EndpointSpec,
  FileSpec,
  GenericResource,
  Labels,
  LogDriver,
  NetworkSpec,
  NodeSpec,
  Platform,
  PortConfig,
  Resources,
  ServiceSpec,
  TaskSpec,
  VolumeSpec,
} from './spec.ts';
import type { NodeRole, NodeState, TaskState, UpdateState } from './state.ts';

/** Version and times of a stored object. The store fills them (R-R198). */
export interface Meta {
  /** Commit index at the start of the writing transaction. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Stored {
  /** 25 characters, base 36. */
  readonly id: string;
  readonly meta: Meta;
}

/** What a node says of itself when it registers. */
export interface NodeDescription {
  readonly hostname: string;
  readonly platform: Platform;
  readonly resources: Resources;
  readonly engineVersion: string;
  readonly engineLabels: Labels;
  /** Pairs of type and name: `Network`/`overlay`, `Log`/`json-file` ... */
  readonly plugins: ReadonlyArray<{ readonly type: string; readonly name: string }>;
  /** Its CSI plugins, with the node's place as each sees it. */
  readonly csi?: ReadonlyArray<{ readonly plugin: string; readonly topology: Labels }>;
}

export interface NodeStatus {
  readonly state: NodeState;
  readonly message: string;
  /** IP address as the dispatcher saw it. */
  readonly addr: string;
}

export interface ManagerStatus {
  readonly raftId: number;
  /** `ip:2377`. */
  readonly addr: string;
}

export interface Node extends Stored {
  readonly spec: NodeSpec;
  /** The actual role (the spec holds the desired one): `node.role` constraints look at this (R-R193). */
  readonly role: NodeRole;
  readonly description?: NodeDescription;
  readonly status: NodeStatus;
  /** Present on a node that is a Raft member. */
  readonly manager?: ManagerStatus;
  /** One load-balancer address per overlay network in use on the node. */
  readonly attachments: readonly NetworkAttachment[];
}

export interface UpdateStatus {
  readonly state: UpdateState;
  readonly message: string;
  readonly startedAt?: number;
  readonly completedAt?: number;
}

export interface Endpoint {
  readonly spec: EndpointSpec;
  /** The spec's ports with published ports filled in. */
  readonly ports: readonly PortConfig[];
  readonly virtualIps: ReadonlyArray<{ readonly networkId: string; readonly addr: string }>;
}

export interface JobStatus {
  readonly iteration: number;
  readonly lastExecution: number;
}

export interface Service extends Stored {
  readonly spec: ServiceSpec;
  /** The object version the client sent with the update that brought this spec; 0 at creation. */
  readonly specVersion: number;
  readonly previousSpec?: ServiceSpec;
  readonly previousSpecVersion?: number;
  readonly updateStatus?: UpdateStatus;
  readonly jobStatus?: JobStatus;
  /** Absent until the allocator has been. */
  readonly endpoint?: Endpoint;
}

export interface TaskStatus {
  readonly state: TaskState;
  readonly timestamp: number;
  readonly message: string;
  readonly err: string;
  /** When a manager stored the last agent report, and which (R-R183). */
  readonly appliedAt?: number;
  readonly appliedBy?: string;
  readonly container?: { readonly id: string; readonly pid: number; readonly exitCode: number };
  /** Host-mode ports as the node bound them. */
  readonly ports?: readonly PortConfig[];
}

export interface NetworkAttachment {
  readonly networkId: string;
  /** CIDR, e.g. `10.0.1.5/24`. */
  readonly addresses: readonly string[];
  readonly aliases: readonly string[];
}

/** A cluster volume that the scheduler has chosen for a mount. */
export interface VolumeAttachment {
  readonly volumeId: string;
  readonly source: string;
  readonly target: string;
}

export interface Task extends Stored {
  /** Copied from the service when the task was created (R-O10). */
  readonly annotations: { readonly name: string; readonly labels: Labels };
  readonly serviceAnnotations: { readonly name: string; readonly labels: Labels };
  /** Empty for a task outside any service. */
  readonly serviceId: string;
  /** 0 for global services; replicated slots start at 1. */
  readonly slot: number;
  /** Empty until assigned; preset for global services. */
  readonly nodeId: string;
  readonly spec: TaskSpec;
  /** The service's spec version when the task was created; absent on tasks without one. */
  readonly specVersion?: number;
  readonly desiredState: TaskState;
  readonly status: TaskStatus;
  /** At creation the service's endpoint spec; ports and VIPs are filled in by the allocator. */
  readonly endpoint?: Endpoint;
  readonly networks: readonly NetworkAttachment[];
  readonly assignedGenericResources: readonly GenericResource[];
  /** The cluster volumes of its mounts; absent without any. */
  readonly volumes?: readonly VolumeAttachment[];
  readonly jobIteration?: number;
  readonly logDriver?: LogDriver;
}

export interface Network extends Stored {
  readonly spec: NetworkSpec;
  /** Absent until allocated. */
  readonly ipam?: {
    readonly subnet: string;
    readonly gateway: string;
    readonly vxlanId: number;
  };
}

export interface Config extends Stored {
  readonly spec: FileSpec;
}

export interface Secret extends Stored {
  readonly spec: FileSpec;
}

/**
 * A volume on its way to a node and back: the plugin makes it reachable for the node (`published`), the node readies it for containers; once
 * nobody uses it there the node lets it go (`pending-node-unpublish`), then the plugin (`pending-unpublish`).
 */
export type PublishState = 'pending-publish' | 'published' | 'pending-node-unpublish' | 'pending-unpublish';

export interface Volume extends Stored {
  readonly spec: VolumeSpec;
  /** The plugin's own ID; only volumes that have one can be scheduled (R-S41). */
  readonly pluginVolumeId: string;
  /** Where the plugin says it can be reached from; absent: from everywhere. */
  readonly accessible?: readonly Labels[];
  /** The nodes it is wanted on, is on, or is to leave. */
  readonly publish: ReadonlyArray<{ readonly nodeId: string; readonly state: PublishState }>;
  /** It is to be removed as soon as the plugin has deleted it. */
  readonly pendingDelete?: true;
}

export interface Cluster extends Stored {
  readonly spec: ClusterSpec;
  readonly rootCaDigest: string;
  readonly joinTokens: { readonly worker: string; readonly manager: string };
  /** Empty unless autolock is on. */
  readonly unlockKey: string;
  /** IDs of removed nodes, whose certificates are refused for ever (R-R140). */
  readonly blacklist: readonly string[];
  readonly defaultAddressPool: readonly string[];
  readonly subnetSize: number;
  readonly dataPathPort: number;
}

/** Every table of the store with its record. */
export interface Records {
  cluster: Cluster;
  config: Config;
  network: Network;
  node: Node;
  secret: Secret;
  service: Service;
  task: Task;
  volume: Volume;
}
export type Kind = keyof Records;

/** Tables in alphabetical order: the order in which a snapshot is restored (R-R205). */
export const kinds: readonly Kind[] = [
  'cluster',
  'config',
  'network',
  'node',
  'secret',
  'service',
  'task',
  'volume',
];
