// Go's types system.Info and types.Version, with what the client adds of itself.

import { annotations, driver, genericResource, meta, tlsInfo } from './common.ts';
import {
  any,
  duration,
  embed,
  field,
  int,
  int64,
  labels,
  map,
  optional,
  pointer,
  slice,
  struct,
  text,
  textType,
  truth,
  uint32,
  uint64,
} from './schema.ts';

const spec = struct('swarm.Spec', [
  embed('Annotations', annotations),
  field(
    'Orchestration',
    struct('swarm.OrchestrationConfig', [optional('TaskHistoryRetentionLimit', pointer(int64))]),
  ),
  field(
    'Raft',
    struct('swarm.RaftConfig', [
      optional('SnapshotInterval', uint64),
      optional('KeepOldSnapshots', pointer(uint64)),
      optional('LogEntriesForSlowFollowers', uint64),
      field('ElectionTick', int),
      field('HeartbeatTick', int),
    ]),
  ),
  field('Dispatcher', struct('swarm.DispatcherConfig', [optional('HeartbeatPeriod', duration)])),
  field(
    'CAConfig',
    struct('swarm.CAConfig', [
      optional('NodeCertExpiry', duration),
      optional(
        'ExternalCAs',
        slice(
          pointer(
            struct('swarm.ExternalCA', [
              field('Protocol', textType('swarm.ExternalCAProtocol')),
              field('URL', text),
              optional('Options', labels),
              field('CACert', text),
            ]),
          ),
        ),
      ),
      optional('SigningCACert', text),
      optional('SigningCAKey', text),
      optional('ForceRotate', uint64),
    ]),
  ),
  field('TaskDefaults', struct('swarm.TaskDefaults', [optional('LogDriver', pointer(driver))])),
  field('EncryptionConfig', struct('swarm.EncryptionConfig', [field('AutoLockManagers', truth)])),
]);

const clusterInfo = struct('swarm.ClusterInfo', [
  field('ID', text),
  embed('Meta', meta),
  field('Spec', spec),
  field('TLSInfo', tlsInfo),
  field('RootRotationInProgress', truth),
  field('DefaultAddrPool', slice(text)),
  field('SubnetSize', uint32),
  field('DataPathPort', uint32),
]);

const swarmInfo = struct('swarm.Info', [
  field('NodeID', text),
  field('NodeAddr', text),
  field('LocalNodeState', textType('swarm.LocalNodeState')),
  field('ControlAvailable', truth),
  field('Error', text),
  field('RemoteManagers', slice(struct('swarm.Peer', [field('NodeID', text), field('Addr', text)]))),
  optional('Nodes', int),
  optional('Managers', int),
  optional('Cluster', pointer(clusterInfo)),
  optional('Warnings', slice(text)),
]);

const plugins = struct('system.PluginsInfo', [
  field('Volume', slice(text)),
  field('Network', slice(text)),
  field('Authorization', slice(text)),
  field('Log', slice(text)),
]);

const indexInfo = struct('registry.IndexInfo', [
  field('Mirrors', slice(text)),
  field('Name', text),
  field('Official', truth),
  field('Secure', truth),
]);

const registryConfig = struct('registry.ServiceConfig', [
  field('IndexConfigs', map(pointer(indexInfo))),
  field('InsecureRegistryCIDRs', slice(text)),
  field('Mirrors', slice(text)),
]);

const commit = struct('system.Commit', [field('ID', text)]);

const runtime = struct('system.RuntimeWithStatus', [
  optional('Path', text, 'path'),
  optional('Args', slice(text), 'runtimeArgs'),
]);

const systemInfo = struct('system.Info', [
  field('ID', text),
  field('Containers', int),
  field('ContainersRunning', int),
  field('ContainersPaused', int),
  field('ContainersStopped', int),
  field('Images', int),
  field('Driver', text),
  field('DriverStatus', slice(slice(text))),
  optional('SystemStatus', slice(slice(text))),
  field('Plugins', plugins),
  field('MemoryLimit', truth),
  field('SwapLimit', truth),
  optional('KernelMemory', truth),
  optional('KernelMemoryTCP', truth),
  field('CPUCfsPeriod', truth, 'CpuCfsPeriod'),
  field('CPUCfsQuota', truth, 'CpuCfsQuota'),
  field('CPUShares', truth),
  field('CPUSet', truth),
  field('PidsLimit', truth),
  field('IPv4Forwarding', truth),
  field('Debug', truth),
  field('NFd', int),
  field('OomKillDisable', truth),
  field('NGoroutines', int),
  field('SystemTime', text),
  field('LoggingDriver', text),
  field('CgroupDriver', text),
  optional('CgroupVersion', text),
  field('NEventsListener', int),
  field('KernelVersion', text),
  field('OperatingSystem', text),
  field('OSVersion', text),
  field('OSType', text),
  field('Architecture', text),
  field('IndexServerAddress', text),
  field('RegistryConfig', pointer(registryConfig)),
  field('NCPU', int),
  field('MemTotal', int64),
  field('GenericResources', slice(genericResource)),
  field('DockerRootDir', text),
  field('HTTPProxy', text, 'HttpProxy'),
  field('HTTPSProxy', text, 'HttpsProxy'),
  field('NoProxy', text),
  field('Name', text),
  field('Labels', slice(text)),
  field('ExperimentalBuild', truth),
  field('ServerVersion', text),
  field('Runtimes', map(runtime)),
  field('DefaultRuntime', text),
  field('Swarm', swarmInfo),
  field('LiveRestoreEnabled', truth),
  field('Isolation', text),
  field('InitBinary', text),
  field('ContainerdCommit', commit),
  field('RuncCommit', commit),
  field('InitCommit', commit),
  field('SecurityOptions', slice(text)),
  optional('ProductLicense', text),
  optional('DefaultAddressPools', slice(any)),
  field('CDISpecDirs', slice(text)),
  field('Warnings', slice(text)),
]);

const clientPlatform = pointer(struct('struct { Name string }', [field('Name', text)]));

const clientVersion = struct('system.clientVersion', [
  optional('Platform', clientPlatform),
  optional('Version', text),
  optional('APIVersion', text, 'ApiVersion'),
  optional('DefaultAPIVersion', text),
  optional('GitCommit', text),
  optional('GoVersion', text),
  optional('Os', text),
  optional('Arch', text),
  optional('BuildTime', text),
  field('Context', text),
]);

const clientInfo = struct('system.clientInfo', [
  field('Debug', truth),
  embed('clientVersion', clientVersion),
  field('Plugins', slice(any)),
  field('Warnings', slice(text)),
]);

/** What `docker info` knows of itself. */
export const ownInfo = struct('system.sparseInfo', [field('ClientInfo', pointer(clientInfo))]);

/** What `docker info` knows: of the engine, and of itself. */
export const dockerInfo = struct('system.dockerInfo', [
  embed('Info', systemInfo),
  optional('ServerErrors', slice(text)),
  field('ClientInfo', pointer(clientInfo)),
  optional('ClientErrors', slice(text)),
]);

const serverVersion = struct('types.Version', [
  field('Platform', struct('struct { Name string }', [field('Name', text)])),
  optional(
    'Components',
    slice(
      struct('types.ComponentVersion', [
        field('Name', text),
        field('Version', text),
        optional('Details', labels),
      ]),
    ),
  ),
  field('Version', text),
  field('APIVersion', text, 'ApiVersion'),
  optional('MinAPIVersion', text),
  field('GitCommit', text),
  field('GoVersion', text),
  field('Os', text),
  field('Arch', text),
  optional('KernelVersion', text),
  optional('Experimental', truth),
  optional('BuildTime', text),
]);

export const versionInfo = struct('system.versionInfo', [
  field('Client', clientVersion),
  field('Server', pointer(serverVersion)),
]);
