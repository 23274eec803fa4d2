// The spec of a swarm with what the flags of `swarm init`, `swarm update` and `swarm ca` change.

import type { ExternalCa, SwarmSpec } from '../engine/api.ts';
import type { Fiber } from '../engine/fiber.ts';
import { type Client, send } from './client.ts';
import type { Flags } from './flags.ts';
import type { DockerHost } from './process.ts';
import { readExternalCa } from './swarm-flags.ts';

/** @param trustRoot what external authorities without a certificate of their own are given */
export function mergeSpec(spec: SwarmSpec, flags: Flags, host: DockerHost, trustRoot: string): SwarmSpec {
  const changed = flags.changed;
  return {
    ...spec,
    Orchestration: changed('task-history-limit')
      ? { ...spec.Orchestration, TaskHistoryRetentionLimit: flags.number('task-history-limit') }
      : spec.Orchestration,
    Raft: {
      SnapshotInterval: changed('snapshot-interval')
        ? flags.number('snapshot-interval') || undefined
        : spec.Raft.SnapshotInterval,
      KeepOldSnapshots: changed('max-snapshots') ? flags.number('max-snapshots') : spec.Raft.KeepOldSnapshots,
      LogEntriesForSlowFollowers: spec.Raft.LogEntriesForSlowFollowers,
      ElectionTick: spec.Raft.ElectionTick,
      HeartbeatTick: spec.Raft.HeartbeatTick,
    },
    Dispatcher: changed('dispatcher-heartbeat')
      ? { HeartbeatPeriod: flags.nanoseconds('dispatcher-heartbeat') || undefined }
      : spec.Dispatcher,
    CAConfig: mergeAuthority(spec, flags, externalCas(flags, host, trustRoot)),
    EncryptionConfig: changed('autolock')
      ? { AutoLockManagers: flags.on('autolock') }
      : spec.EncryptionConfig,
  };
}

export function mergeAuthority(
  { CAConfig: config }: SwarmSpec,
  flags: Flags,
  external: readonly ExternalCa[],
): SwarmSpec['CAConfig'] {
  return {
    NodeCertExpiry: flags.changed('cert-expiry')
      ? flags.nanoseconds('cert-expiry') || undefined
      : config.NodeCertExpiry,
    ExternalCAs: flags.changed('external-ca') ? external : config.ExternalCAs,
    SigningCACert: config.SigningCACert,
    SigningCAKey: config.SigningCAKey,
    ForceRotate: config.ForceRotate,
  };
}

/** The external authorities that flags name. @param certificate what those without one of their own are given */
export function externalCas(flags: Flags, host: DockerHost, certificate: string): ExternalCa[] {
  return flags.list('external-ca').map((given) => {
    const authority = readExternalCa(given, host);
    return authority.CACert === '' ? { ...authority, CACert: certificate } : authority;
  });
}

/** What an update of the swarm rotates beside its spec. */
export interface Rotation {
  readonly workerToken?: boolean;
  readonly managerToken?: boolean;
  readonly unlockKey?: boolean;
}

/** @param version the version of the swarm object that the spec was made from */
export function* updateSwarm(
  client: Client,
  version: number | undefined,
  spec: SwarmSpec,
  { workerToken = false, managerToken = false, unlockKey = false }: Rotation = {},
): Fiber<void> {
  const query = {
    rotateManagerToken: String(managerToken),
    rotateManagerUnlockKey: String(unlockKey),
    rotateWorkerToken: String(workerToken),
    version: String(version ?? 0),
  };
  yield* send(client, { method: 'POST', path: '/swarm/update', query, body: spec });
}
