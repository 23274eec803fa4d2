// How the store refuses a change (R-R197). The texts reach users.

import type { Kind } from '../model/objects.ts';
import type { Reader } from './reader.ts';

export type StoreErrorText =
  | 'object already exists'
  | 'object does not exist'
  | 'name conflicts with an existing object'
  | 'update out of sequence';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  override readonly message: StoreErrorText;

  constructor(message: StoreErrorText) {
    super(message);
    this.message = message;
  }
}

/**
 * Refuses a client's update of an object that has changed since the client read it (R-R199). The control API calls it last of its checks.
 * @throws StoreError `object does not exist`, `update out of sequence`
 */
export function checkVersion(reader: Reader, kind: Kind, id: string, version: number): void {
  const stored = reader.get(kind, id);
  if (stored === undefined) throw new StoreError('object does not exist');
  if (stored.meta.version !== version) throw new StoreError('update out of sequence');
}
