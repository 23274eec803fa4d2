// Optimistic locking of the control API: a change must name the version it was made from (R-R199).

import { CallFailure } from '../../model/failure.ts';
import type { Meta } from '../../model/objects.ts';

/** @throws CallFailure Unknown `update out of sequence` */
export function expectVersion(record: { readonly meta: Meta }, version: number): void {
  if (record.meta.version !== version) throw new CallFailure('Unknown', 'update out of sequence');
}
