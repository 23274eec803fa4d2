// Control API: the cluster object (R-R214).

import { castDraft } from 'immer';
import type { ControlChange } from '../../model/calls.ts';
import { defaultClusterSpec } from '../../model/defaults.ts';
import { hour } from '../../model/duration.ts';
import { CallFailure } from '../../model/failure.ts';
import { formatJoinToken, formatTokenSecret, formatUnlockKey } from '../../model/ids.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';
import { expectVersion } from './version.ts';

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
  const token = () => formatJoinToken(cluster.rootCaDigest, formatTokenSecret(draw));
  tx.update('cluster', cluster.id, (draft) => {
    draft.spec = castDraft(spec);
    if (rotate.includes('worker-token')) draft.joinTokens.worker = token();
    if (rotate.includes('manager-token')) draft.joinTokens.manager = token();
    if (!spec.autoLock) draft.unlockKey = '';
    else if (draft.unlockKey === '' || rotate.includes('unlock-key')) draft.unlockKey = formatUnlockKey(draw);
  });
  return cluster.id;
}
