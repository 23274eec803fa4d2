// What users ask for: the specs of services, nodes, networks and the rest, as the Docker API has them, in camelCase.
// Durations are integer microseconds, memory is bytes, CPU is nano-CPUs (1 CPU = 1e9). Defaults live in defaults.ts, checks in validate.ts.

import type { Availability, NodeRole } from './state.ts';

/** Label keys are case-sensitive. An array of pairs sorted by key, so that its order is ours. */
export type Labels = ReadonlyArray<readonly [key: string, value: string]>;

/** A name and its labels: the head of every spec. */
export interface Annotations {
  readonly name: string;
  readonly labels: Labels;
}

export interface Resources {
  readonly nanoCpus: number;
  readonly memoryBytes: number;
  readonly generic: readonly GenericResource[];
}

/** A discrete amount (`gpu=4`) or one member of a named set (`fpga=x`); tasks may ask for discrete amounts only (R-G4). */
export type GenericResource =
  | { readonly kind: string; readonly value: number }
  | { readonly kind: string; readonly named: string };

export interface Platform {
  /** Empty matches anything. */
  readonly architecture: string;
  readonly os: string;
}

export interface Placement {
  /** Expressions such as `node.labels.zone == a`. */
  readonly constraints: readonly string[];
  /** Spread descriptors such as `node.labels.rack`, outermost first. */
  readonly spread: readonly string[];
  /** 0 = no limit. */
  readonly maxReplicas: number;
  readonly platforms: readonly Platform[];
}

export type RestartCondition = 'none' | 'on-failure' | 'any';

export interface RestartPolicy {
  readonly condition: RestartCondition;
  /** Absent: 5 s (R-O115). */
  readonly delay?: number;
  /** 0 = unlimited. */
  readonly maxAttempts: number;
  /** 0 or absent = unbounded. */
  readonly window?: number;
}

export interface HealthCheck {
  /** `['NONE']` switches off, `['CMD', ...]` and `['CMD-SHELL', ...]` switch on. */
  readonly test: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod: number;
  readonly startInterval: number;
}

export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'npipe' | 'cluster';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Volume driver name; empty or `local` needs no plugin. */
  readonly driver: string;
  readonly options: Labels;
}

export interface FileReference {
  readonly id: string;
  readonly name: string;
  readonly target: string;
  readonly uid: string;
  readonly gid: string;
  readonly mode: number;
}

export interface ContainerSpec {
  readonly image: string;
  readonly labels: Labels;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly hostname: string;
  readonly env: readonly string[];
  readonly dir: string;
  readonly user: string;
  readonly mounts: readonly Mount[];
  readonly healthCheck?: HealthCheck;
  readonly stopSignal: string;
  /** Absent: the container's own stop timeout, 10 s. */
  readonly stopGracePeriod?: number;
  readonly secrets: readonly FileReference[];
  readonly configs: readonly FileReference[];
  /** Registry credentials sent with `--with-registry-auth`; a pull option, see the dirty rules (R-O16). */
  readonly registryAuth: string;
}

export interface NetworkAttachmentSpec {
  readonly target: string;
  readonly aliases: readonly string[];
}

export interface LogDriver {
  readonly name: string;
  readonly options: Labels;
}

export interface TaskSpec {
  readonly container: ContainerSpec;
  readonly reservations: Resources;
  readonly limits: Resources;
  /** Absent: condition any, delay 5 s, no max (R-O115). */
  readonly restart?: RestartPolicy;
  readonly placement: Placement;
  readonly networks: readonly NetworkAttachmentSpec[];
  readonly logDriver?: LogDriver;
  /** The counter behind `docker service update --force`. */
  readonly forceUpdate: number;
}

export interface PortConfig {
  readonly name: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly targetPort: number;
  /** 0 = chosen by the allocator (ingress) or by the node (host). */
  readonly publishedPort: number;
  readonly publishMode: 'ingress' | 'host';
}

export interface EndpointSpec {
  readonly mode: 'vip' | 'dnsrr';
  readonly ports: readonly PortConfig[];
}

export type FailureAction = 'pause' | 'continue' | 'rollback';

export interface UpdateConfig {
  /** 0 = all at once (R-O74). */
  readonly parallelism: number;
  readonly delay: number;
  readonly failureAction: FailureAction;
  /** Absent: 5 s. */
  readonly monitor?: number;
  /** 0..1, compared as a 32-bit float, strictly greater (R-O88). */
  readonly maxFailureRatio: number;
  readonly order: 'stop-first' | 'start-first';
}

export type ServiceMode =
  | { readonly kind: 'replicated'; readonly replicas: number }
  | { readonly kind: 'global' }
  | { readonly kind: 'replicated-job'; readonly maxConcurrent: number; readonly totalCompletions: number }
  | { readonly kind: 'global-job' };

export interface ServiceSpec extends Annotations {
  readonly task: TaskSpec;
  readonly mode: ServiceMode;
  /** Absent: the update defaults. */
  readonly update?: UpdateConfig;
  readonly rollback?: UpdateConfig;
  readonly endpoint?: EndpointSpec;
}

export interface NodeSpec extends Annotations {
  readonly role: NodeRole;
  readonly availability: Availability;
}

export interface NetworkSpec extends Annotations {
  readonly driver: string;
  readonly ingress: boolean;
  readonly attachable: boolean;
  readonly internal: boolean;
  readonly subnets: readonly { readonly subnet: string; readonly gateway: string }[];
}

export interface FileSpec extends Annotations {
  /** Base64. */
  readonly data: string;
}

export interface VolumeSpec extends Annotations {
  readonly group: string;
  readonly driver: string;
  readonly scope: 'single' | 'multi';
  readonly sharing: 'none' | 'readonly' | 'onewriter' | 'all';
  readonly availability: Availability;
}

export interface ClusterSpec extends Annotations {
  /** Negative = keep all history (R-O26). */
  readonly taskHistoryLimit: number;
  readonly snapshotInterval: number;
  readonly keepOldSnapshots: number;
  readonly logEntriesForSlowFollowers: number;
  /** Informational only (R-R7). */
  readonly heartbeatTick: number;
  readonly electionTick: number;
  readonly dispatcherHeartbeat: number;
  readonly certificateExpiry: number;
  readonly autoLock: boolean;
}
