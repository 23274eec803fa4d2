// The swarm itself on the wire: its object, nodes, configs, secrets, networks and volumes. Types alone.

import type {
  Annotations,
  Driver,
  Instant,
  Meta,
  Nanoseconds,
  Platform,
  StringMap,
  Version,
} from './common.ts';
import type { Resources } from './service.ts';

/** Certificates are base64 of what stands for their bytes. */
export interface TlsInfo {
  readonly TrustRoot?: string | undefined;
  readonly CertIssuerSubject?: string | undefined;
  readonly CertIssuerPublicKey?: string | undefined;
}

export interface NodeSpec extends Annotations {
  readonly Role?: string | undefined;
  readonly Availability?: string | undefined;
}

export interface Plugin {
  readonly Type?: string | undefined;
  readonly Name?: string | undefined;
}

export interface NodeDescription {
  readonly Hostname?: string | undefined;
  readonly Platform: Platform;
  readonly Resources: Resources;
  readonly Engine: {
    readonly EngineVersion?: string | undefined;
    readonly Labels?: StringMap | undefined;
    readonly Plugins?: readonly Plugin[] | undefined;
  };
  readonly TLSInfo: TlsInfo;
}

export interface ManagerStatus {
  readonly Leader?: boolean | undefined;
  /** `reachable unreachable unknown`. */
  readonly Reachability?: string | undefined;
  readonly Addr?: string | undefined;
}

export interface Node extends Meta {
  readonly Spec: NodeSpec;
  readonly Description: NodeDescription;
  readonly Status: {
    readonly State?: string | undefined;
    readonly Message?: string | undefined;
    readonly Addr?: string | undefined;
  };
  readonly ManagerStatus?: ManagerStatus | undefined;
}

export interface ExternalCa {
  readonly Protocol: string;
  readonly URL: string;
  readonly Options?: StringMap | undefined;
  readonly CACert: string;
}

export interface CaConfig {
  readonly NodeCertExpiry?: Nanoseconds | undefined;
  readonly ExternalCAs?: readonly ExternalCa[] | undefined;
  readonly SigningCACert?: string | undefined;
  readonly SigningCAKey?: string | undefined;
  readonly ForceRotate?: number | undefined;
}

export interface SwarmSpec extends Annotations {
  readonly Orchestration: { readonly TaskHistoryRetentionLimit?: number | undefined };
  readonly Raft: {
    readonly SnapshotInterval?: number | undefined;
    readonly KeepOldSnapshots?: number | undefined;
    readonly LogEntriesForSlowFollowers?: number | undefined;
    readonly ElectionTick: number;
    readonly HeartbeatTick: number;
  };
  readonly Dispatcher: { readonly HeartbeatPeriod?: Nanoseconds | undefined };
  readonly CAConfig: CaConfig;
  readonly TaskDefaults: { readonly LogDriver?: Driver | undefined };
  readonly EncryptionConfig: { readonly AutoLockManagers: boolean };
}

export interface ClusterInfo extends Meta {
  readonly Spec: SwarmSpec;
  readonly TLSInfo: TlsInfo;
  readonly RootRotationInProgress: boolean;
  readonly DefaultAddrPool: readonly string[] | null;
  readonly SubnetSize: number;
  readonly DataPathPort: number;
}

export interface Swarm extends ClusterInfo {
  readonly JoinTokens: { readonly Worker: string; readonly Manager: string };
}

export interface SwarmInitRequest {
  readonly ListenAddr: string;
  readonly AdvertiseAddr: string;
  readonly DataPathAddr: string;
  readonly DataPathPort: number;
  readonly ForceNewCluster: boolean;
  readonly Spec: SwarmSpec;
  readonly AutoLockManagers: boolean;
  readonly Availability: string;
  readonly DefaultAddrPool: readonly string[] | null;
  readonly SubnetSize: number;
}

export interface SwarmJoinRequest {
  readonly ListenAddr: string;
  readonly AdvertiseAddr: string;
  readonly DataPathAddr: string;
  readonly RemoteAddrs: readonly string[] | null;
  readonly JoinToken: string;
  readonly Availability: string;
}

/** The unlock key: what `GET /swarm/unlockkey` answers and `POST /swarm/unlock` takes. */
export interface UnlockKey {
  readonly UnlockKey: string;
}

export interface ConfigSpec extends Annotations {
  /** Base64. */
  readonly Data?: string | undefined;
  readonly Templating?: Driver | undefined;
}

export interface Config extends Meta {
  readonly Spec: ConfigSpec;
}

export interface SecretSpec extends Annotations {
  /** Base64; in requests alone. */
  readonly Data?: string | undefined;
  readonly Driver?: Driver | undefined;
  readonly Templating?: Driver | undefined;
}

export interface Secret extends Meta {
  readonly Spec: SecretSpec;
}

export interface IpamConfig {
  readonly Subnet?: string | undefined;
  readonly IPRange?: string | undefined;
  readonly Gateway?: string | undefined;
  readonly AuxiliaryAddresses?: StringMap | undefined;
}

export interface Ipam {
  readonly Driver: string;
  readonly Options: StringMap | null;
  readonly Config: readonly IpamConfig[] | null;
}

export interface NetworkCreateRequest {
  readonly Driver: string;
  readonly Scope: string;
  readonly EnableIPv4?: boolean | undefined;
  readonly EnableIPv6?: boolean | undefined;
  readonly IPAM: Ipam | null;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly ConfigOnly: boolean;
  readonly ConfigFrom: { readonly Network: string } | null;
  readonly Options: StringMap | null;
  readonly Labels: StringMap | null;
  readonly Name: string;
}

export interface NetworkCreateResponse {
  readonly Id: string;
  readonly Warning: string;
}

export interface EndpointResource {
  readonly Name: string;
  readonly EndpointID: string;
  readonly MacAddress: string;
  readonly IPv4Address: string;
  readonly IPv6Address: string;
}

export interface PeerInfo {
  readonly Name: string;
  readonly IP: string;
}

export interface NetworkServiceTask {
  readonly Name: string;
  readonly EndpointID: string;
  readonly EndpointIP: string;
  readonly Info: StringMap | null;
}

/** With `verbose`. */
export interface NetworkServiceInfo {
  readonly VIP: string;
  readonly Ports: readonly string[] | null;
  readonly LocalLBIndex: number;
  readonly Tasks: readonly NetworkServiceTask[] | null;
}

export interface Network {
  readonly Name: string;
  readonly Id: string;
  readonly Created: Instant;
  readonly Scope: string;
  readonly Driver: string;
  readonly EnableIPv4: boolean;
  readonly EnableIPv6: boolean;
  readonly IPAM: Ipam;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly ConfigFrom: { readonly Network: string };
  readonly ConfigOnly: boolean;
  readonly Containers: Readonly<Record<string, EndpointResource>> | null;
  readonly Options: StringMap | null;
  readonly Labels: StringMap | null;
  readonly Peers?: readonly PeerInfo[] | undefined;
  readonly Services?: Readonly<Record<string, NetworkServiceInfo>> | undefined;
}

export interface VolumeTopology {
  readonly Segments?: StringMap | undefined;
}

export interface VolumeAccessMode {
  readonly Scope?: string | undefined;
  readonly Sharing?: string | undefined;
  readonly MountVolume?:
    | { readonly FsType?: string | undefined; readonly MountFlags?: readonly string[] | undefined }
    | undefined;
  readonly BlockVolume?: Readonly<Record<never, never>> | undefined;
}

export interface ClusterVolumeSpec {
  readonly Group?: string | undefined;
  readonly AccessMode?: VolumeAccessMode | undefined;
  readonly AccessibilityRequirements?:
    | {
        readonly Requisite?: readonly VolumeTopology[] | undefined;
        readonly Preferred?: readonly VolumeTopology[] | undefined;
      }
    | undefined;
  readonly CapacityRange?: { readonly RequiredBytes: number; readonly LimitBytes: number } | undefined;
  readonly Secrets?:
    | readonly { readonly Key?: string | undefined; readonly Secret?: string | undefined }[]
    | undefined;
  readonly Availability?: string | undefined;
}

export interface VolumePublishStatus {
  readonly NodeID?: string | undefined;
  /** `pending-publish published pending-node-unpublish pending-controller-unpublish`. */
  readonly State?: string | undefined;
  readonly PublishContext?: StringMap | undefined;
}

export interface VolumeInfo {
  readonly CapacityBytes?: number | undefined;
  readonly VolumeContext?: StringMap | undefined;
  readonly VolumeID?: string | undefined;
  readonly AccessibleTopology?: readonly VolumeTopology[] | undefined;
}

/** The swarm's part of a volume; it has no `Meta` order of its own. */
export interface ClusterVolume {
  readonly ID: string;
  readonly Version: Version;
  readonly CreatedAt: Instant;
  readonly UpdatedAt: Instant;
  readonly Spec: ClusterVolumeSpec;
  readonly PublishStatus?: readonly VolumePublishStatus[] | undefined;
  readonly Info?: VolumeInfo | undefined;
}

export interface Volume {
  readonly ClusterVolume?: ClusterVolume | undefined;
  readonly CreatedAt?: Instant | undefined;
  readonly Driver: string;
  readonly Labels: StringMap | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: StringMap | null;
  readonly Scope: string;
}

export interface VolumeList {
  readonly Volumes: readonly Volume[] | null;
  readonly Warnings: readonly string[] | null;
}

export interface VolumeCreateRequest {
  readonly ClusterVolumeSpec?: ClusterVolumeSpec | undefined;
  readonly Driver?: string | undefined;
  readonly DriverOpts?: StringMap | undefined;
  readonly Labels?: StringMap | undefined;
  readonly Name?: string | undefined;
}

export interface VolumeUpdateRequest {
  readonly Spec?: ClusterVolumeSpec | undefined;
}
