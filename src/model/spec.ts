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

/** How a directory of the machine is shown in a container. Kept and shown; nothing here follows it. */
export interface BindOptions {
  /** `rprivate private rshared shared rslave slave`. */
  readonly propagation: string;
  readonly nonRecursive?: boolean;
  readonly createMountpoint?: boolean;
  readonly readOnlyNonRecursive?: boolean;
  readonly readOnlyForceRecursive?: boolean;
}

/** What is said of a volume beside its driver. Kept and shown; nothing here follows it. */
export interface VolumeOptions {
  readonly noCopy?: boolean;
  readonly labels?: Labels;
  readonly subpath?: string;
  /** A driver was given, were it an empty one. */
  readonly driver?: boolean;
}

export interface TmpfsOptions {
  /** 0 = no limit. */
  readonly sizeBytes: number;
  /** Permissions; 0 = the engine's own. */
  readonly mode: number;
  readonly options?: readonly (readonly string[])[];
}

export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'npipe' | 'cluster';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Volume driver name; empty or `local` needs no plugin. */
  readonly driver: string;
  readonly options: Labels;
  readonly bind?: BindOptions;
  readonly volume?: VolumeOptions;
  readonly tmpfs?: TmpfsOptions;
}

export interface FileReference {
  readonly id: string;
  readonly name: string;
  readonly target: string;
  readonly uid: string;
  readonly gid: string;
  readonly mode: number;
  /** A config that is no file, but used by the runtime itself: as a credential spec. */
  readonly runtime?: true;
}

/** Kept and shown; nothing here follows it. */
export interface Privileges {
  readonly credentialSpec?: { readonly kind: 'config' | 'file' | 'registry'; readonly source: string };
  readonly seLinux?: {
    readonly disable: boolean;
    readonly user: string;
    readonly role: string;
    readonly type: string;
    readonly level: string;
  };
  readonly seccomp?: { readonly mode: string; readonly profile: string };
  readonly appArmor?: { readonly mode: string };
  readonly noNewPrivileges: boolean;
}

export interface DnsConfig {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

export interface Ulimit {
  readonly name: string;
  readonly hard: number;
  readonly soft: number;
}

/** What a container may be told that means nothing in the simulation: it is kept, shown, and makes tasks dirty. What is empty is absent. */
export interface ContainerSettings {
  readonly groups?: readonly string[];
  readonly privileges?: Privileges;
  readonly init?: boolean;
  readonly tty?: boolean;
  readonly openStdin?: boolean;
  readonly readOnly?: boolean;
  /** Lines of a hosts file: `ip name`. */
  readonly hosts?: readonly string[];
  readonly dns?: DnsConfig;
  /** Absent: the engine's default. */
  readonly isolation?: 'process' | 'hyperv';
  readonly sysctls?: Labels;
  readonly capabilityAdd?: readonly string[];
  readonly capabilityDrop?: readonly string[];
  readonly ulimits?: readonly Ulimit[];
  readonly oomScoreAdj?: number;
  readonly pidsLimit?: number;
}

export interface ContainerSpec extends ContainerSettings {
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
  readonly driverOptions?: Labels;
}

/** A driver of logs, secrets, templates or addresses. */
export interface Driver {
  readonly name: string;
  readonly options: Labels;
}
export type LogDriver = Driver;

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
  /** Blocks that were left out of the request. Absent and empty differ to SwarmKit, and to whoever reads the service again. */
  readonly unsent?: readonly ('resources' | 'limits' | 'reservations')[];
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
  readonly subnets: readonly {
    readonly subnet: string;
    readonly gateway: string;
    /** The part of the subnet that addresses are taken from; kept and shown alone. */
    readonly range?: string;
  }[];
  /** Of the driver. */
  readonly options?: Labels;
  readonly ipv6?: boolean;
  readonly ipam?: Driver;
}

export interface FileSpec extends Annotations {
  /** Base64; empty for a secret that a driver provides. */
  readonly data: string;
  readonly driver?: Driver;
  readonly templating?: Driver;
}

/** A cluster volume, which a CSI plugin makes and brings to nodes. */
export interface VolumeSpec extends Annotations {
  readonly group: string;
  readonly driver: string;
  readonly driverOptions: Labels;
  readonly scope: 'single' | 'multi';
  readonly sharing: 'none' | 'readonly' | 'onewriter' | 'all';
  readonly access: 'mount' | 'block';
  readonly availability: Availability;
  /** Places it must be reachable from, one of them at least. A place is a set of segments, such as zone and rack. */
  readonly requisite: readonly Labels[];
  /** Places it had better be reachable from. */
  readonly preferred: readonly Labels[];
  /** Bytes; 0 = not said. */
  readonly requiredBytes: number;
  readonly limitBytes: number;
  /** By the name the plugin knows them by. */
  readonly secrets: ReadonlyArray<{ readonly key: string; readonly secret: string }>;
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
  /** Grows with every `docker swarm ca --rotate`: a new root takes the place of the old. */
  readonly forceRotate?: number;
  /** A root that a user brings. */
  readonly signingCa?: { readonly certificate: string; readonly key: string };
  readonly externalCas?: readonly ExternalCa[];
  /** For tasks whose service names none (R-O10). */
  readonly taskLogDriver?: Driver;
}

/** Kept and shown: nobody signs anything. */
export interface ExternalCa {
  readonly url: string;
  readonly options: Labels;
  readonly certificate: string;
}
