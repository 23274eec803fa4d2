// One engine on the wire: what it is, its containers and images, its events. Types alone.

import type { ClusterInfo } from './cluster.ts';
import type { GenericResource, StringMap } from './common.ts';

export interface VersionComponent {
  readonly Name: string;
  readonly Version: string;
  readonly Details?: StringMap | undefined;
}

export interface VersionResponse {
  readonly Platform: { readonly Name: string };
  readonly Components: readonly VersionComponent[];
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion: string;
  readonly GitCommit: string;
  readonly GoVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly KernelVersion?: string | undefined;
  readonly Experimental?: boolean | undefined;
  readonly BuildTime?: string | undefined;
}

export interface SwarmInfo {
  readonly NodeID: string;
  readonly NodeAddr: string;
  /** `inactive pending active error locked`. */
  readonly LocalNodeState: string;
  readonly ControlAvailable: boolean;
  readonly Error: string;
  readonly RemoteManagers: readonly { readonly NodeID: string; readonly Addr: string }[] | null;
  readonly Nodes?: number | undefined;
  readonly Managers?: number | undefined;
  readonly Cluster?: ClusterInfo | undefined;
  readonly Warnings?: readonly string[] | undefined;
}

export interface Info {
  readonly ID: string;
  readonly Containers: number;
  readonly ContainersRunning: number;
  readonly ContainersPaused: number;
  readonly ContainersStopped: number;
  readonly Images: number;
  readonly Driver: string;
  readonly DriverStatus: readonly (readonly [string, string])[] | null;
  readonly Plugins: {
    readonly Volume: readonly string[] | null;
    readonly Network: readonly string[] | null;
    readonly Authorization: readonly string[] | null;
    readonly Log: readonly string[] | null;
  };
  readonly MemoryLimit: boolean;
  readonly SwapLimit: boolean;
  readonly CpuCfsPeriod: boolean;
  readonly CpuCfsQuota: boolean;
  readonly CPUShares: boolean;
  readonly CPUSet: boolean;
  readonly PidsLimit: boolean;
  readonly IPv4Forwarding: boolean;
  readonly Debug: boolean;
  readonly NFd: number;
  readonly OomKillDisable: boolean;
  readonly NGoroutines: number;
  readonly SystemTime: string;
  readonly LoggingDriver: string;
  readonly CgroupDriver: string;
  readonly CgroupVersion?: string | undefined;
  readonly NEventsListener: number;
  readonly KernelVersion: string;
  readonly OperatingSystem: string;
  readonly OSVersion: string;
  readonly OSType: string;
  readonly Architecture: string;
  readonly IndexServerAddress: string;
  readonly RegistryConfig: RegistryConfig | null;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly GenericResources: readonly GenericResource[] | null;
  readonly DockerRootDir: string;
  readonly HttpProxy: string;
  readonly HttpsProxy: string;
  readonly NoProxy: string;
  readonly Name: string;
  readonly Labels: readonly string[] | null;
  readonly ExperimentalBuild: boolean;
  readonly ServerVersion: string;
  readonly Runtimes: Readonly<Record<string, { readonly path: string }>> | null;
  readonly DefaultRuntime: string;
  readonly Swarm: SwarmInfo;
  readonly LiveRestoreEnabled: boolean;
  readonly Isolation: string;
  readonly InitBinary: string;
  readonly ContainerdCommit: { readonly ID: string };
  readonly RuncCommit: { readonly ID: string };
  readonly InitCommit: { readonly ID: string };
  readonly SecurityOptions: readonly string[] | null;
  readonly CDISpecDirs: readonly string[] | null;
  readonly Warnings: readonly string[] | null;
}

export interface RegistryConfig {
  readonly IndexConfigs: Readonly<
    Record<
      string,
      {
        readonly Name: string;
        readonly Mirrors: readonly string[];
        readonly Secure: boolean;
        readonly Official: boolean;
      }
    >
  >;
  readonly InsecureRegistryCIDRs: readonly string[];
  readonly Mirrors: readonly string[] | null;
}

export interface Distribution {
  readonly Descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly Platforms: readonly { readonly architecture: string; readonly os: string }[];
}

export interface Event {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: StringMap };
  readonly scope: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly timeNano: number;
}

export interface ContainerPort {
  readonly IP?: string | undefined;
  readonly PrivatePort: number;
  readonly PublicPort?: number | undefined;
  readonly Type: string;
}

export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Ports: readonly ContainerPort[];
  readonly Labels: StringMap;
  readonly State: string;
  readonly Status: string;
  readonly HostConfig: { readonly NetworkMode: string };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, ContainerEndpoint>> };
  readonly Mounts: readonly ContainerMount[];
}

export interface ContainerEndpoint {
  readonly NetworkID: string;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
}

export interface ContainerMount {
  readonly Type: string;
  readonly Name?: string | undefined;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: string | undefined;
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: string;
}

export interface ImageSummary {
  readonly Containers: number;
  readonly Created: number;
  readonly Id: string;
  readonly Labels: StringMap | null;
  readonly ParentId: string;
  readonly RepoDigests: readonly string[];
  readonly RepoTags: readonly string[];
  readonly SharedSize: number;
  readonly Size: number;
}

/** A message of `POST /images/create`; one JSON object a line. */
export interface PullProgress {
  readonly status?: string | undefined;
  readonly id?: string | undefined;
  readonly errorDetail?: { readonly message: string } | undefined;
  readonly error?: string | undefined;
}

export interface AuthConfig {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly auth?: string | undefined;
  readonly email?: string | undefined;
  readonly serveraddress?: string | undefined;
  readonly identitytoken?: string | undefined;
  readonly registrytoken?: string | undefined;
}

export interface AuthResponse {
  readonly IdentityToken: string;
  readonly Status: string;
}
