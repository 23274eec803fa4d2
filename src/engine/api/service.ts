// Services on the wire: their specs, with all that docker can ask of a container, and what becomes of them. Types alone.

import type {
  Annotations,
  Driver,
  GenericResource,
  Instant,
  Meta,
  Nanoseconds,
  Platform,
  StringMap,
  Version,
} from './common.ts';

export interface HealthConfig {
  readonly Test?: readonly string[] | undefined;
  readonly Interval?: Nanoseconds | undefined;
  readonly Timeout?: Nanoseconds | undefined;
  readonly StartPeriod?: Nanoseconds | undefined;
  readonly StartInterval?: Nanoseconds | undefined;
  readonly Retries?: number | undefined;
}

export interface Mount {
  /** `bind volume tmpfs npipe cluster image`. */
  readonly Type?: string | undefined;
  readonly Source?: string | undefined;
  readonly Target?: string | undefined;
  readonly ReadOnly?: boolean | undefined;
  readonly Consistency?: string | undefined;
  readonly BindOptions?: BindOptions | undefined;
  readonly VolumeOptions?: VolumeOptions | undefined;
  readonly ImageOptions?: { readonly Subpath?: string | undefined } | undefined;
  readonly TmpfsOptions?: TmpfsOptions | undefined;
  /** Always empty. */
  readonly ClusterOptions?: ClusterOptions | undefined;
}

export type ClusterOptions = Readonly<Record<never, never>>;

export interface BindOptions {
  readonly Propagation?: string | undefined;
  readonly NonRecursive?: boolean | undefined;
  readonly CreateMountpoint?: boolean | undefined;
  readonly ReadOnlyNonRecursive?: boolean | undefined;
  readonly ReadOnlyForceRecursive?: boolean | undefined;
}

export interface VolumeOptions {
  readonly NoCopy?: boolean | undefined;
  readonly Labels?: StringMap | undefined;
  readonly Subpath?: string | undefined;
  readonly DriverConfig?: Driver | undefined;
}

export interface TmpfsOptions {
  readonly SizeBytes?: number | undefined;
  /** Decimal of the octal permissions. */
  readonly Mode?: number | undefined;
  readonly Options?: readonly (readonly string[])[] | undefined;
}

export interface Privileges {
  readonly CredentialSpec: CredentialSpec | null;
  readonly SELinuxContext: SELinuxContext | null;
  readonly Seccomp?:
    | { readonly Mode?: string | undefined; readonly Profile?: string | undefined }
    | undefined;
  readonly AppArmor?: { readonly Mode?: string | undefined } | undefined;
  readonly NoNewPrivileges: boolean;
}

export interface CredentialSpec {
  readonly Config: string;
  readonly File: string;
  readonly Registry: string;
}

export interface SELinuxContext {
  readonly Disable: boolean;
  readonly User: string;
  readonly Role: string;
  readonly Type: string;
  readonly Level: string;
}

export interface DnsConfig {
  readonly Nameservers?: readonly string[] | undefined;
  readonly Search?: readonly string[] | undefined;
  readonly Options?: readonly string[] | undefined;
}

export interface Ulimit {
  readonly Name: string;
  readonly Hard: number;
  readonly Soft: number;
}

export interface FileTarget {
  readonly Name: string;
  readonly UID: string;
  readonly GID: string;
  /** Decimal of the octal permissions: 292 is 0444. */
  readonly Mode: number;
}

export interface SecretReference {
  readonly File: FileTarget | null;
  readonly SecretID: string;
  readonly SecretName: string;
}

export interface ConfigReference {
  readonly File?: FileTarget | undefined;
  /** The config is not mounted but used by the runtime, as a credential spec. */
  readonly Runtime?: ClusterOptions | undefined;
  readonly ConfigID: string;
  readonly ConfigName: string;
}

export interface ContainerSpec {
  readonly Image?: string | undefined;
  readonly Labels?: StringMap | undefined;
  readonly Command?: readonly string[] | undefined;
  readonly Args?: readonly string[] | undefined;
  readonly Hostname?: string | undefined;
  readonly Env?: readonly string[] | undefined;
  readonly Dir?: string | undefined;
  readonly User?: string | undefined;
  readonly Groups?: readonly string[] | undefined;
  readonly Privileges?: Privileges | undefined;
  readonly Init?: boolean | undefined;
  readonly StopSignal?: string | undefined;
  readonly TTY?: boolean | undefined;
  readonly OpenStdin?: boolean | undefined;
  readonly ReadOnly?: boolean | undefined;
  readonly Mounts?: readonly Mount[] | undefined;
  readonly StopGracePeriod?: Nanoseconds | undefined;
  readonly Healthcheck?: HealthConfig | undefined;
  /** Lines of a hosts file: `ip name`. */
  readonly Hosts?: readonly string[] | undefined;
  readonly DNSConfig?: DnsConfig | undefined;
  readonly Secrets?: readonly SecretReference[] | undefined;
  readonly Configs?: readonly ConfigReference[] | undefined;
  readonly Isolation?: string | undefined;
  readonly Sysctls?: StringMap | undefined;
  readonly CapabilityAdd?: readonly string[] | undefined;
  readonly CapabilityDrop?: readonly string[] | undefined;
  readonly Ulimits?: readonly Ulimit[] | undefined;
  readonly OomScoreAdj?: number | undefined;
}

export interface Limit {
  readonly NanoCPUs?: number | undefined;
  readonly MemoryBytes?: number | undefined;
  readonly Pids?: number | undefined;
}

/** What is reserved for a task, and what a node has. */
export interface Resources {
  readonly NanoCPUs?: number | undefined;
  readonly MemoryBytes?: number | undefined;
  readonly GenericResources?: readonly GenericResource[] | undefined;
}

export interface ResourceRequirements {
  readonly Limits?: Limit | undefined;
  readonly Reservations?: Resources | undefined;
}

export interface RestartPolicy {
  readonly Condition?: string | undefined;
  readonly Delay?: Nanoseconds | undefined;
  readonly MaxAttempts?: number | undefined;
  readonly Window?: Nanoseconds | undefined;
}

export interface PlacementPreference {
  readonly Spread?: { readonly SpreadDescriptor: string } | undefined;
}

export interface Placement {
  readonly Constraints?: readonly string[] | undefined;
  readonly Preferences?: readonly PlacementPreference[] | undefined;
  readonly MaxReplicas?: number | undefined;
  readonly Platforms?: readonly Platform[] | undefined;
}

export interface NetworkAttachmentConfig {
  readonly Target?: string | undefined;
  readonly Aliases?: readonly string[] | undefined;
  readonly DriverOpts?: StringMap | undefined;
}

export interface TaskSpec {
  readonly ContainerSpec?: ContainerSpec | undefined;
  readonly Resources?: ResourceRequirements | undefined;
  readonly RestartPolicy?: RestartPolicy | undefined;
  readonly Placement?: Placement | undefined;
  readonly Networks?: readonly NetworkAttachmentConfig[] | undefined;
  readonly LogDriver?: Driver | undefined;
  readonly ForceUpdate: number;
  readonly Runtime?: string | undefined;
}

/** Exactly one of them. */
export interface ServiceMode {
  readonly Replicated?: { readonly Replicas?: number | undefined } | undefined;
  readonly Global?: ClusterOptions | undefined;
  readonly ReplicatedJob?: ReplicatedJob | undefined;
  readonly GlobalJob?: ClusterOptions | undefined;
}

export interface ReplicatedJob {
  readonly MaxConcurrent?: number | undefined;
  readonly TotalCompletions?: number | undefined;
}

export interface UpdateConfig {
  readonly Parallelism: number;
  readonly Delay?: Nanoseconds | undefined;
  readonly FailureAction?: string | undefined;
  readonly Monitor?: Nanoseconds | undefined;
  readonly MaxFailureRatio: number;
  readonly Order: string;
}

export interface PortConfig {
  readonly Name?: string | undefined;
  readonly Protocol?: string | undefined;
  readonly TargetPort?: number | undefined;
  readonly PublishedPort?: number | undefined;
  readonly PublishMode?: string | undefined;
}

export interface EndpointSpec {
  readonly Mode?: string | undefined;
  readonly Ports?: readonly PortConfig[] | undefined;
}

export interface ServiceSpec extends Annotations {
  readonly TaskTemplate: TaskSpec;
  readonly Mode: ServiceMode;
  readonly UpdateConfig?: UpdateConfig | undefined;
  readonly RollbackConfig?: UpdateConfig | undefined;
  /** The old place of `TaskTemplate.Networks`; never in an answer. */
  readonly Networks?: readonly NetworkAttachmentConfig[] | undefined;
  readonly EndpointSpec?: EndpointSpec | undefined;
}

export interface VirtualIp {
  readonly NetworkID?: string | undefined;
  readonly Addr?: string | undefined;
}

export interface Endpoint {
  readonly Spec: EndpointSpec;
  readonly Ports?: readonly PortConfig[] | undefined;
  readonly VirtualIPs?: readonly VirtualIp[] | undefined;
}

export interface UpdateStatus {
  readonly State?: string | undefined;
  readonly StartedAt?: Instant | undefined;
  readonly CompletedAt?: Instant | undefined;
  readonly Message?: string | undefined;
}

export interface ServiceStatus {
  readonly RunningTasks: number;
  readonly DesiredTasks: number;
  readonly CompletedTasks: number;
}

export interface JobStatus {
  readonly JobIteration: Version;
  readonly LastExecution?: Instant | undefined;
}

export interface Service extends Meta {
  readonly Spec: ServiceSpec;
  readonly PreviousSpec?: ServiceSpec | undefined;
  readonly Endpoint: Endpoint;
  readonly UpdateStatus?: UpdateStatus | undefined;
  /** In lists that ask for it alone. */
  readonly ServiceStatus?: ServiceStatus | undefined;
  readonly JobStatus?: JobStatus | undefined;
}

export interface ContainerStatus {
  readonly ContainerID: string;
  readonly PID: number;
  readonly ExitCode: number;
}

export interface TaskStatus {
  readonly Timestamp: Instant;
  readonly State?: string | undefined;
  readonly Message?: string | undefined;
  readonly Err?: string | undefined;
  readonly ContainerStatus?: ContainerStatus | undefined;
  readonly PortStatus: { readonly Ports?: readonly PortConfig[] | undefined };
}

export interface IpamConfigOfSwarm {
  readonly Subnet?: string | undefined;
  readonly Range?: string | undefined;
  readonly Gateway?: string | undefined;
}

export interface IpamOptions {
  readonly Driver: Driver;
  readonly Configs?: readonly IpamConfigOfSwarm[] | undefined;
}

/** A network as tasks carry it; the API of networks has another shape. */
export interface SwarmNetwork extends Meta {
  readonly Spec: Annotations & {
    readonly DriverConfiguration?: Driver | undefined;
    readonly IPv6Enabled?: boolean | undefined;
    readonly Internal?: boolean | undefined;
    readonly Attachable?: boolean | undefined;
    readonly Ingress?: boolean | undefined;
    readonly IPAMOptions?: IpamOptions | undefined;
    readonly Scope?: string | undefined;
  };
  readonly DriverState: Driver;
  readonly IPAMOptions?: IpamOptions | undefined;
}

export interface NetworkAttachment {
  readonly Network: SwarmNetwork;
  readonly Addresses?: readonly string[] | undefined;
}

export interface Task extends Meta, Annotations {
  readonly Spec: TaskSpec;
  readonly ServiceID?: string | undefined;
  readonly Slot?: number | undefined;
  readonly NodeID?: string | undefined;
  readonly Status: TaskStatus;
  readonly DesiredState?: string | undefined;
  readonly NetworksAttachments?: readonly NetworkAttachment[] | undefined;
  readonly GenericResources?: readonly GenericResource[] | undefined;
  readonly JobIteration?: Version | undefined;
  readonly Volumes: readonly VolumeAttachment[] | null;
}

export interface VolumeAttachment {
  readonly ID?: string | undefined;
  readonly Source?: string | undefined;
  readonly Target?: string | undefined;
}
