// Control API: the cluster object (R-R214).

import { castDraft } from 'immer';
import { defaultClusterSpec } from '../../model/defaults.ts';
import { hour } from '../../model/duration.ts';
import { CallFailure } from '../../model/failure.ts';
import type { ClusterSpec } from '../../model/spec.ts';
import type { Transaction } from '../../store/transaction.ts';
import { expectVersion } from './version.ts';

export function updateCluster(tx: Transaction, version: number, spec: ClusterSpec): string {
  const cluster = tx.findByName('cluster', defaultClusterSpec.name);
  if (cluster === undefined) throw new CallFailure('NotFound', 'cluster default not found');
  if (spec.name !== defaultClusterSpec.name) {
    throw new CallFailure('InvalidArgument', 'modification of cluster name is not allowed');
  }
  if (spec.certificateExpiry < hour) {
    throw new CallFailure('InvalidArgument', 'minimum certificate expiry time is: 1h0m0s');
  }
  if (spec.dispatcherHeartbeat < 0) {
    throw new CallFailure('InvalidArgument', 'heartbeat time period cannot be a negative duration');
  }
  expectVersion(cluster, version);
  tx.update('cluster', cluster.id, (draft) => {
    draft.spec = castDraft(spec);
  });
  return cluster.id;
}
