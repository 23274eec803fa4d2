// Control API: the cluster object (R-R214).

import { castDraft } from 'immer';
import type { ControlChange } from '../../model/calls.ts';
import { defaultClusterSpec } from '../../model/defaults.ts';
import { hour } from '../../model/duration.ts';
import { equalData } from '../../model/equal.ts';
import { CallFailure } from '../../model/failure.ts';
import { formatCaDigest, formatJoinToken, formatTokenSecret, formatUnlockKey } from '../../model/ids.ts';
import type { ClusterSpec } from '../../model/spec.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';
import { expectVersion } from './version.ts';

/** A root rotation was asked for. It has ended as soon as it began: every node is taken to have its certificate renewed at once. */
function isOtherRoot(current: ClusterSpec, wanted: ClusterSpec): boolean {
  return (
    (wanted.forceRotate ?? 0) > (current.forceRotate ?? 0) ||
    (wanted.signingCa !== undefined && !equalData(wanted.signingCa, current.signingCa))
  );
}

type UpdateCall = Extract<ControlChange, { readonly method: 'cluster.update' }>;

/** Rotation replaces a token's secret for one role alone (R-R117). Autolock turned on gets a key (R-R153). */
export function updateCluster(
  desk: ControlDesk,
  tx: Transaction,
  { version, spec, rotate }: UpdateCall,
): string {
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
  const draw = (bound: number) => desk.random('ca', bound);
  const rootCaDigest = isOtherRoot(cluster.spec, spec) ? formatCaDigest(draw) : cluster.rootCaDigest;
  const token = () => formatJoinToken(rootCaDigest, formatTokenSecret(draw));
  tx.update('cluster', cluster.id, (draft) => {
    draft.spec = castDraft(spec);
    if (rootCaDigest !== cluster.rootCaDigest) {
      draft.rootCaDigest = rootCaDigest;
      // New tokens, which begin with the digest of the new root.
      draft.joinTokens = { worker: token(), manager: token() };
    }
    if (rotate.includes('worker-token')) draft.joinTokens.worker = token();
    if (rotate.includes('manager-token')) draft.joinTokens.manager = token();
    if (!spec.autoLock) draft.unlockKey = '';
    else if (draft.unlockKey === '' || rotate.includes('unlock-key')) draft.unlockKey = formatUnlockKey(draw);
  });
  return cluster.id;
}
