// The swarm's own object on the wire.

import { clusterSpec } from '../../model/defaults.ts';
import type { Cluster } from '../../model/objects.ts';
import type { ClusterSpec } from '../../model/spec.ts';
import type * as api from '../api.ts';
import {
  bool,
  type Decoder,
  duration,
  int,
  int64,
  list,
  stringMap,
  struct,
  text,
  uint32,
  uint64,
} from '../decode.ts';
import { RequestFailure } from '../failure.ts';
import {
  fromDriver,
  fromMap,
  fromNanoseconds,
  toDriver,
  toMap,
  toMeta,
  toNanoseconds,
  toOptionalMap,
  unlessEmpty,
  unlessZero,
} from './common.ts';
import { driver } from './service-decoder.ts';
import { toTlsInfo } from './tls.ts';

export function toClusterInfo(cluster: Cluster, epoch: number): api.ClusterInfo {
  return {
    ...toMeta(cluster, epoch),
    Spec: toSwarmSpec(cluster.spec),
    TLSInfo: toTlsInfo(cluster.rootCaDigest),
    RootRotationInProgress: false,
    DefaultAddrPool: cluster.defaultAddressPool,
    SubnetSize: cluster.subnetSize,
    DataPathPort: cluster.dataPathPort,
  };
}

export function toSwarm(cluster: Cluster, epoch: number): api.Swarm {
  const { worker, manager } = cluster.joinTokens;
  return { ...toClusterInfo(cluster, epoch), JoinTokens: { Worker: worker, Manager: manager } };
}

function toSwarmSpec(spec: ClusterSpec): api.SwarmSpec {
  return {
    Name: unlessZero(spec.name),
    Labels: toMap(spec.labels),
    Orchestration: { TaskHistoryRetentionLimit: spec.taskHistoryLimit },
    Raft: {
      SnapshotInterval: unlessZero(spec.snapshotInterval),
      KeepOldSnapshots: spec.keepOldSnapshots,
      LogEntriesForSlowFollowers: unlessZero(spec.logEntriesForSlowFollowers),
      ElectionTick: spec.electionTick,
      HeartbeatTick: spec.heartbeatTick,
    },
    Dispatcher: { HeartbeatPeriod: unlessZero(toNanoseconds(spec.dispatcherHeartbeat)) },
    CAConfig: {
      NodeCertExpiry: unlessZero(toNanoseconds(spec.certificateExpiry)),
      ExternalCAs: unlessEmpty(
        spec.externalCas?.map(({ url, options, certificate }) => ({
          Protocol: 'cfssl',
          URL: url,
          Options: toOptionalMap(options),
          CACert: certificate,
        })),
      ),
      // A key is never shown.
      SigningCACert: unlessZero(spec.signingCa?.certificate),
      ForceRotate: unlessZero(spec.forceRotate),
    },
    TaskDefaults: { LogDriver: spec.taskLogDriver && toDriver(spec.taskLogDriver) },
    EncryptionConfig: { AutoLockManagers: spec.autoLock },
  };
}

const raft: Decoder<api.SwarmSpec['Raft']> = struct('swarm.RaftConfig', (field) => ({
  SnapshotInterval: field('SnapshotInterval', uint64),
  KeepOldSnapshots: field('KeepOldSnapshots', uint64),
  LogEntriesForSlowFollowers: field('LogEntriesForSlowFollowers', uint64),
  ElectionTick: field('ElectionTick', int) ?? 0,
  HeartbeatTick: field('HeartbeatTick', int) ?? 0,
}));

const caConfig: Decoder<api.CaConfig> = struct('swarm.CAConfig', (field) => ({
  NodeCertExpiry: field('NodeCertExpiry', duration),
  ExternalCAs: field(
    'ExternalCAs',
    list(
      struct('swarm.ExternalCA', (part) => ({
        Protocol: part('Protocol', text('swarm.ExternalCAProtocol')) ?? '',
        URL: part('URL', text()) ?? '',
        Options: part('Options', stringMap),
        CACert: part('CACert', text()) ?? '',
      })),
    ),
  ),
  SigningCACert: field('SigningCACert', text()),
  SigningCAKey: field('SigningCAKey', text()),
  ForceRotate: field('ForceRotate', uint64),
}));

export const swarmSpec: Decoder<api.SwarmSpec> = struct('swarm.Spec', (field) => ({
  Name: field('Name', text()),
  Labels: field('Labels', stringMap),
  Orchestration:
    field(
      'Orchestration',
      struct('swarm.OrchestrationConfig', (part) => ({
        TaskHistoryRetentionLimit: part('TaskHistoryRetentionLimit', int64),
      })),
    ) ?? {},
  Raft: field('Raft', raft) ?? raft.zero,
  Dispatcher:
    field(
      'Dispatcher',
      struct('swarm.DispatcherConfig', (part) => ({ HeartbeatPeriod: part('HeartbeatPeriod', duration) })),
    ) ?? {},
  CAConfig: field('CAConfig', caConfig) ?? {},
  TaskDefaults:
    field(
      'TaskDefaults',
      struct('swarm.TaskDefaults', (part) => ({ LogDriver: part('LogDriver', driver) })),
    ) ?? {},
  EncryptionConfig: field(
    'EncryptionConfig',
    struct('swarm.EncryptionConfig', (part) => ({
      AutoLockManagers: part('AutoLockManagers', bool) ?? false,
    })),
  ) ?? { AutoLockManagers: false },
}));

export const initRequest: Decoder<api.SwarmInitRequest> = struct('swarm.InitRequest', (field) => ({
  ListenAddr: field('ListenAddr', text()) ?? '',
  AdvertiseAddr: field('AdvertiseAddr', text()) ?? '',
  DataPathAddr: field('DataPathAddr', text()) ?? '',
  DataPathPort: field('DataPathPort', uint32) ?? 0,
  ForceNewCluster: field('ForceNewCluster', bool) ?? false,
  Spec: field('Spec', swarmSpec) ?? swarmSpec.zero,
  AutoLockManagers: field('AutoLockManagers', bool) ?? false,
  Availability: field('Availability', text('swarm.NodeAvailability')) ?? '',
  DefaultAddrPool: field('DefaultAddrPool', list(text())) ?? null,
  SubnetSize: field('SubnetSize', uint32) ?? 0,
}));

export const joinRequest: Decoder<api.SwarmJoinRequest> = struct('swarm.JoinRequest', (field) => ({
  ListenAddr: field('ListenAddr', text()) ?? '',
  AdvertiseAddr: field('AdvertiseAddr', text()) ?? '',
  DataPathAddr: field('DataPathAddr', text()) ?? '',
  RemoteAddrs: field('RemoteAddrs', list(text())) ?? null,
  JoinToken: field('JoinToken', text()) ?? '',
  Availability: field('Availability', text('swarm.NodeAvailability')) ?? '',
}));

export const unlockRequest: Decoder<api.UnlockKey> = struct('swarm.UnlockRequest', (field) => ({
  UnlockKey: field('UnlockKey', text()) ?? '',
}));

/**
 * A spec as a client sends it: what is zero or absent is as in `base`, and the swarm's own root stays if its certificate does.
 * @throws RequestFailure 400
 */
export function fromSwarmSpec(spec: api.SwarmSpec, base: ClusterSpec, current: ClusterSpec): ClusterSpec {
  const { Orchestration, Raft, Dispatcher, CAConfig, TaskDefaults } = spec;
  const labels = fromMap(spec.Labels);
  const externalCas = (CAConfig.ExternalCAs ?? []).map(fromExternalCa);
  const signingCa = signingCaOf(CAConfig, current);
  return clusterSpec({
    name: spec.Name || base.name,
    labels: labels.length > 0 ? labels : base.labels,
    taskHistoryLimit: Orchestration.TaskHistoryRetentionLimit ?? base.taskHistoryLimit,
    snapshotInterval: Raft.SnapshotInterval || base.snapshotInterval,
    keepOldSnapshots: Raft.KeepOldSnapshots ?? base.keepOldSnapshots,
    logEntriesForSlowFollowers: Raft.LogEntriesForSlowFollowers || base.logEntriesForSlowFollowers,
    heartbeatTick: Raft.HeartbeatTick || base.heartbeatTick,
    electionTick: Raft.ElectionTick || base.electionTick,
    dispatcherHeartbeat: fromNanoseconds(Dispatcher.HeartbeatPeriod ?? 0) || base.dispatcherHeartbeat,
    certificateExpiry: fromNanoseconds(CAConfig.NodeCertExpiry ?? 0) || base.certificateExpiry,
    autoLock: spec.EncryptionConfig.AutoLockManagers,
    ...(CAConfig.ForceRotate && { forceRotate: CAConfig.ForceRotate }),
    ...(signingCa && { signingCa }),
    ...(externalCas.length > 0 && { externalCas }),
    ...(TaskDefaults.LogDriver && { taskLogDriver: fromDriver(TaskDefaults.LogDriver) }),
  });
}

function fromExternalCa({
  Protocol,
  URL,
  Options,
  CACert,
}: api.ExternalCa): NonNullable<ClusterSpec['externalCas']>[number] {
  if (Protocol.toLowerCase() !== 'cfssl') {
    throw new RequestFailure(400, `invalid protocol: ${JSON.stringify(Protocol)}`);
  }
  return { url: URL, options: fromMap(Options), certificate: CACert };
}

function signingCaOf(
  { SigningCACert = '', SigningCAKey = '' }: api.CaConfig,
  { signingCa }: ClusterSpec,
): ClusterSpec['signingCa'] {
  if (SigningCACert === '') return undefined;
  if (SigningCACert === signingCa?.certificate) return signingCa;
  return { certificate: SigningCACert, key: SigningCAKey };
}
