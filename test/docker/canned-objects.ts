// What an engine of three nodes has in it: the objects that canned answers show.

const tls = {
  TrustRoot: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  CertIssuerSubject: 'MBMx',
  CertIssuerPublicKey: 'MFkw',
};

export const leaderId = 'ha9pihl3sox421c88zkucn1qs';
const managerId = 'd7si42rfvshy65jo7r84nlj7x';
const workerId = 'iq1yka1bpr9vg6ni6u34z7gim';

function meta(
  index: number,
  created = '2026-11-23T08:53:51.102Z',
  updated = '2026-11-23T08:53:52.5Z',
): object {
  return { Version: { Index: index }, CreatedAt: created, UpdatedAt: updated };
}

export const leader = {
  ID: leaderId,
  ...meta(12),
  Spec: { Labels: { zone: 'a', empty: '' }, Role: 'manager', Availability: 'active' },
  Description: {
    Hostname: 'node10',
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: 4_000_000_000, MemoryBytes: 8_200_000_000 },
    Engine: {
      EngineVersion: '28.2.2',
      Labels: { rack: 'r1' },
      Plugins: [
        { Type: 'Network', Name: 'overlay' },
        { Type: 'Network', Name: 'bridge' },
        { Type: 'Log', Name: 'json-file' },
      ],
    },
    TLSInfo: tls,
  },
  Status: { State: 'ready', Addr: '10.0.0.11' },
  ManagerStatus: { Leader: true, Reachability: 'reachable', Addr: '10.0.0.11:2377' },
};

export const manager = {
  ...leader,
  ID: managerId,
  Description: { ...leader.Description, Hostname: 'node2' },
  Status: { State: 'down', Message: 'heartbeat failure', Addr: '10.0.0.12' },
  ManagerStatus: { Reachability: 'unreachable', Addr: '10.0.0.12:2377' },
};

const { ManagerStatus: _, ...withoutManagerStatus } = leader;

export const worker = {
  ...withoutManagerStatus,
  ID: workerId,
  Spec: { Name: 'alias', Labels: {}, Role: 'worker', Availability: 'drain' },
  Description: {
    Hostname: 'node3',
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: 1_500_000_000, MemoryBytes: 536_870_912 },
    Engine: { EngineVersion: '28.2.2' },
    TLSInfo: { ...tls, TrustRoot: 'x' },
  },
};

const clusterInfo = {
  ID: 'clusterid0000000000000001',
  ...meta(11),
  Spec: {
    Name: 'default',
    Labels: {},
    Orchestration: { TaskHistoryRetentionLimit: 5 },
    Raft: {
      SnapshotInterval: 10_000,
      KeepOldSnapshots: 0,
      LogEntriesForSlowFollowers: 500,
      ElectionTick: 10,
      HeartbeatTick: 1,
    },
    Dispatcher: { HeartbeatPeriod: 5_000_000_000 },
    CAConfig: { NodeCertExpiry: 7_776_000_000_000_000 },
    TaskDefaults: {},
    EncryptionConfig: { AutoLockManagers: false },
  },
  TLSInfo: tls,
  RootRotationInProgress: false,
  DefaultAddrPool: ['10.0.0.0/8', '10.20.0.0/16'],
  SubnetSize: 24,
  DataPathPort: 4789,
};

export const swarm = { ...clusterInfo, JoinTokens: { Worker: 'SWMTKN-1-w-w', Manager: 'SWMTKN-1-m-m' } };

export const info = {
  ID: 'abc-def',
  Containers: 3,
  ContainersRunning: 1,
  ContainersPaused: 0,
  ContainersStopped: 2,
  Images: 4,
  Driver: 'overlay2',
  DriverStatus: [
    ['Backing Filesystem', 'extfs'],
    ['Supports d_type', 'true'],
  ],
  Plugins: {
    Volume: ['local'],
    Network: ['bridge', 'overlay'],
    Authorization: null,
    Log: ['json-file', 'none'],
  },
  MemoryLimit: true,
  SwapLimit: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  CPUSet: true,
  PidsLimit: true,
  IPv4Forwarding: true,
  Debug: false,
  NFd: 30,
  OomKillDisable: false,
  NGoroutines: 40,
  SystemTime: '2026-11-23T08:53:51.102Z',
  LoggingDriver: 'json-file',
  CgroupDriver: 'systemd',
  CgroupVersion: '2',
  NEventsListener: 0,
  KernelVersion: '6.1.0',
  OperatingSystem: 'Lab',
  OSVersion: '1',
  OSType: 'linux',
  Architecture: 'x86_64',
  IndexServerAddress: 'https://index.docker.io/v1/',
  RegistryConfig: {
    IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Secure: true, Official: true } },
    InsecureRegistryCIDRs: ['127.0.0.0/8'],
    Mirrors: null,
  },
  NCPU: 4,
  MemTotal: 8_200_000_000,
  GenericResources: null,
  DockerRootDir: '/var/lib/docker',
  HttpProxy: '',
  HttpsProxy: '',
  NoProxy: '',
  Name: 'node10',
  Labels: ['rack=r1'],
  ExperimentalBuild: false,
  ServerVersion: '28.2.2',
  Runtimes: { runc: { path: 'runc' } },
  DefaultRuntime: 'runc',
  Swarm: {
    NodeID: leaderId,
    NodeAddr: '10.0.0.11',
    LocalNodeState: 'active',
    ControlAvailable: true,
    Error: '',
    RemoteManagers: [
      { NodeID: managerId, Addr: '10.0.0.12:2377' },
      { NodeID: leaderId, Addr: '10.0.0.11:2377' },
    ],
    Nodes: 3,
    Managers: 2,
    Cluster: clusterInfo,
  },
  LiveRestoreEnabled: false,
  Isolation: '',
  InitBinary: 'docker-init',
  ContainerdCommit: { ID: 'c1' },
  RuncCommit: { ID: 'r1' },
  InitCommit: { ID: 'i1' },
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
  CDISpecDirs: ['/etc/cdi'],
  Warnings: ['WARNING: two managers'],
};

export const version = {
  Platform: { Name: 'Swarm Simulator' },
  Components: [
    {
      Name: 'Engine',
      Version: '28.2.2',
      Details: {
        ApiVersion: '1.50',
        MinAPIVersion: '1.24',
        GitCommit: '45873be',
        GoVersion: 'go1.24.3',
        Os: 'linux',
        Arch: 'amd64',
        BuildTime: '2025-05-30T12:07:10.000000000+00:00',
        Experimental: 'false',
        KernelVersion: '6.1',
      },
    },
    { Name: 'containerd', Version: 'v1.7.27', Details: { GitCommit: 'c0' } },
    { Name: 'runc', Version: '1.2', Details: { Zed: '1', GitCommit: 'r0' } },
  ],
  Version: '28.2.2',
  ApiVersion: '1.50',
  MinAPIVersion: '1.24',
  GitCommit: '45873be',
  GoVersion: 'go1.24.3',
  Os: 'linux',
  Arch: 'amd64',
  KernelVersion: '6.1',
  BuildTime: '2025-05-30T12:07:10.000000000+00:00',
};

/** Whatever JSON can be, for templates to look at. */
export const values = {
  ID: 'c',
  Spec: { Name: 'n' },
  ...{ Name: 'web', Count: 3, Ratio: 0.25, On: true, Off: false, Nothing: null },
  ...{ Tags: ['b', 'a'], Labels: { zone: 'x', 'a b': 'y' }, Inner: { Deep: { Name: 'deep' } } },
};

/** Base64 of `hello`, a newline and `world`. */
const hello = 'aGVsbG8Kd29ybGQ=';
const january = '2026-01-05T10:00:00.1Z';

export const config = {
  ID: 'c1aaaaaaaaaaaaaaaaaaaaaaa',
  ...meta(20, january, '2026-01-05T10:05:00.25Z'),
  Spec: { Name: 'cfg10', Labels: { a: '1<x>' }, Data: hello },
};
export const templated = {
  ...config,
  ID: 'c2aaaaaaaaaaaaaaaaaaaaaaa',
  Spec: { Name: 'cfg2', Labels: {}, Data: 'eA==', Templating: { Name: 'golang' } },
};
export const secret = {
  ...config,
  ID: 's1aaaaaaaaaaaaaaaaaaaaaaa',
  Spec: { Name: 'sec10', Labels: { b: '2' } },
};
export const driven = {
  ...config,
  ID: 's2aaaaaaaaaaaaaaaaaaaaaaa',
  Spec: { Name: 'sec2', Labels: null, Driver: { Name: 'vault' } },
};

function network(
  name: string,
  id: string,
  more: object = {},
): { readonly Name: string; readonly Id: string } {
  const network = {
    Name: name,
    Id: id,
    ...{ Created: '2026-11-23T08:56:40.007Z', Scope: 'swarm', Driver: 'overlay' },
    ...{ EnableIPv4: true, EnableIPv6: false },
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: [{ Subnet: '10.0.1.0/24', Gateway: '10.0.1.1' }],
    },
    ...{ Internal: false, Attachable: false, Ingress: false },
    ...{ ConfigFrom: { Network: '' }, ConfigOnly: false, Containers: null },
    ...{ Options: {}, Labels: { a: '<b>' } },
    ...more,
  };
  return network;
}
export const networks = [
  network('net10', 'ho5ztc7irgh9aaaaaaaaaaaaa'),
  network('bridge', `97da2849d73e${'0'.repeat(52)}`, {
    ...{ Scope: 'local', Driver: 'bridge', Labels: null, EnableIPv6: true },
  }),
  network('ingress', 'h15ztc7irgh9aaaaaaaaaaaaa', { Ingress: true }),
  network('net2', 'h25ztc7irgh9aaaaaaaaaaaaa', { Internal: true }),
];

export const volumes = [
  {
    ...{ CreatedAt: '2026-01-05T10:00:00Z', Driver: 'local', Labels: { a: 'b' } },
    ...{ Mountpoint: '/var/lib/docker/volumes/v1/_data', Name: 'v10', Options: null, Scope: 'local' },
  },
  { Driver: 'local', Labels: null, Mountpoint: '/x', Name: 'v2', Options: { o: 'p' }, Scope: 'global' },
  {
    ClusterVolume: {
      ID: 'vol3aaaaaaaaaaaaaaaaaaaaa',
      ...meta(5, '2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z'),
      Spec: {
        Group: 'g1',
        AccessMode: { Scope: 'single', Sharing: 'none', MountVolume: {} },
        Availability: 'active',
      },
      PublishStatus: [{ NodeID: leaderId, State: 'published' }],
      Info: { VolumeID: 'ext1' },
    },
    ...{ CreatedAt: '2026-01-05T10:00:00Z', Driver: 'csi', Labels: null, Mountpoint: '' },
    ...{ Name: 'v3', Options: null, Scope: 'global' },
  },
];

export const web = 't1ljhihgk0p0o6dqxamwg1khf';
export const everywhere = 'q0ov9lwgdumbgjz6l2nsfluel';

export function service(id: string, name: string): object {
  return {
    ID: id,
    ...meta(57, january, '2026-01-05T10:05:00.2Z'),
    Spec: {
      Name: name,
      Labels: {},
      TaskTemplate: { ContainerSpec: { Image: 'nginx:1.25' }, ForceUpdate: 0 },
      Mode: { Replicated: { Replicas: 3 } },
    },
    Endpoint: { Spec: {} },
  };
}

function task(id: string, status: object, more: object): object {
  return {
    ID: id,
    ...meta(61, '2026-01-05T10:00:00Z', '2026-01-05T10:00:00Z'),
    Labels: {},
    Spec: { ContainerSpec: { Image: `nginx:1.25@sha256:${'a'.repeat(64)}` }, ForceUpdate: 0 },
    Status: { Timestamp: '2026-01-05T10:00:00Z', Message: 'started', PortStatus: {}, ...status },
    DesiredState: 'running',
    Volumes: null,
    ...more,
  };
}
const published = [
  { Protocol: 'tcp', TargetPort: 80, PublishedPort: 32_768, PublishMode: 'host' },
  { Protocol: 'udp', TargetPort: 53, PublishedPort: 53, PublishMode: 'host' },
];
export const tasks = [
  task(
    'bidg6kwnjvlufmglnme60pdb0',
    { State: 'running', PortStatus: { Ports: published } },
    { ServiceID: web, Slot: 10, NodeID: leaderId },
  ),
  task('gr4plyth0w2ihojlunzzytyt5', { State: 'running' }, { ServiceID: web, Slot: 2, NodeID: managerId }),
  task(
    '3z1hvorbugxn95dq148mdmzes',
    { State: 'failed', Err: 'task: non-zero exit (1): something very long here' },
    {
      ...{ ServiceID: web, Slot: 2, NodeID: managerId, DesiredState: 'shutdown' },
      CreatedAt: '2026-01-05T09:00:00Z',
    },
  ),
  task(
    'qn1mlukelel74pqaxxflcnzwo',
    { State: 'running' },
    {
      ...{ ServiceID: everywhere, NodeID: workerId },
      Spec: { ContainerSpec: { Image: `redis@sha256:${'b'.repeat(64)}` }, ForceUpdate: 0 },
    },
  ),
  task(
    '0uwx840yom3maaaaaaaaaaaaa',
    { State: 'pending' },
    {
      ServiceID: everywhere,
      Spec: { ContainerSpec: { Image: 'docker.io/library/redis:7' }, ForceUpdate: 0 },
    },
  ),
];

export const containers = [
  {
    ...{ Id: 'f'.repeat(64), Names: ['/web.1.abc'], Image: 'nginx:1.25', ImageID: 'sha256:1' },
    ...{ Command: "nginx -g 'daemon off;'", Created: 1_767_600_000 },
    Ports: [
      { PrivatePort: 80, PublicPort: 8080, Type: 'tcp', IP: '0.0.0.0' },
      { PrivatePort: 443, Type: 'tcp' },
      { PrivatePort: 444, Type: 'tcp' },
      { PrivatePort: 53, PublicPort: 53, Type: 'udp', IP: '::' },
    ],
    ...{ Labels: { b: '2', a: '1' }, State: 'running', Status: 'Up 2 hours' },
    ...{ HostConfig: { NetworkMode: 'default' }, NetworkSettings: { Networks: { bridge: {} } } },
    Mounts: [
      { Type: 'volume', Name: 'v1', Source: '/x', Destination: '/d', Driver: 'local', Mode: 'z', RW: true },
      { Type: 'bind', Source: '/a/rather/long/path', Destination: '/e', Mode: '', RW: true },
    ],
  },
  {
    ...{ Id: 'e'.repeat(64), Names: ['/two', '/x/y'], Image: `sha256:${'c'.repeat(64)}` },
    ...{ ImageID: `sha256:${'c'.repeat(64)}`, Command: 'sh', Created: 1_767_500_000, Ports: [] },
    ...{ Labels: {}, State: 'exited', Status: 'Exited (1) 3 hours ago' },
    ...{ HostConfig: { NetworkMode: 'default' }, NetworkSettings: { Networks: {} }, Mounts: [] },
  },
];

const ofImage = { Containers: -1, Labels: null, ParentId: '', SharedSize: -1 };
export const images = [
  {
    ...ofImage,
    ...{ Created: 1_767_500_000, Id: `sha256:${'a'.repeat(64)}`, Size: 187_000_000 },
    RepoDigests: [`nginx@sha256:${'d'.repeat(64)}`],
    RepoTags: ['nginx:1.25', 'nginx:latest'],
  },
  {
    ...ofImage,
    ...{ Created: 1_767_400_000, Id: `sha256:${'b'.repeat(64)}`, Size: 999_900_000 },
    ...{ RepoDigests: [], RepoTags: [] },
  },
  {
    ...ofImage,
    ...{ Created: 1_767_300_000, Id: `sha256:${'9'.repeat(64)}`, Size: 5 },
    ...{ RepoDigests: [`redis@sha256:${'e'.repeat(64)}`], RepoTags: [] },
  },
];

export const events = [
  {
    ...{ Type: 'service', Action: 'create', Actor: { ID: web, Attributes: { name: 'web' } } },
    ...{ scope: 'swarm', time: 1_795_424_242, timeNano: 1_795_424_242_525_000_000 },
  },
  {
    ...{ Type: 'service', Action: 'update', scope: 'swarm' },
    Actor: { ID: web, Attributes: { name: 'web', 'replicas.old': '2', 'replicas.new': '<4>' } },
    ...{ time: 1_795_424_242, timeNano: 1_795_424_242_560_000_000 },
  },
  {
    ...{ Type: 'node', Action: 'update', Actor: { ID: 'x', Attributes: {} } },
    ...{ scope: 'swarm', time: 1_795_424_243, timeNano: 1_795_424_243_000_000_000 },
  },
];

export function lines(messages: readonly object[]): string {
  return messages.map((message) => `${JSON.stringify(message)}\n`).join('');
}

export const progress = [
  { status: 'Pulling from library/nginx', id: '1.25' },
  { status: 'Pulling fs layer', progressDetail: {}, id: 'abc' },
  { status: 'Downloading', progressDetail: { current: 1, total: 2 }, progress: '[==>  ]', id: 'abc' },
  { status: 'Pull complete', progressDetail: {}, id: 'abc' },
  { status: `Digest: sha256:${'d'.repeat(64)}` },
  { status: 'Status: Downloaded newer image for nginx:1.25' },
];
