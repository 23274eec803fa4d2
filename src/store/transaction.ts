// A transaction: an isolated view while it runs, a list of store actions when it ends.

import type { Draft } from 'immer';
import type { Kind, Records } from '../model/objects.ts';
import type { Reader } from './reader.ts';

export interface Transaction extends Reader {
  /** The writing manager's clock; the created and updated times of everything written. */
  readonly now: number;
  /** True once 200 changes or 1 179 648 estimated bytes have accumulated: time to stop and write the rest in the next one (R-R202). */
  readonly full: boolean;
  /**
   * Adds a record; the store fills `meta`.
   * @throws StoreError `object already exists`, `name conflicts with an existing object`
   */
  create<K extends Kind>(kind: K, record: Omit<Records[K], 'meta'>): Records[K];
  /**
   * Edits a record through an Immer draft. Nothing made from the draft may leave the recipe. A recipe that changes nothing writes nothing.
   * @throws StoreError `object does not exist`, `name conflicts with an existing object`
   */
  update<K extends Kind>(kind: K, id: string, recipe: (draft: Draft<Records[K]>) => void): Records[K];
  /**
   * Puts new values in the place of whole fields of a record: `update` for the few that write most. With a draft a write takes more than
   * three times as long, which buys nothing where the new values are at hand. What equals the old value changes nothing; objects are equal
   * only to themselves.
   * @throws StoreError `object does not exist`, `name conflicts with an existing object`
   */
  assign<K extends Kind>(kind: K, id: string, fields: Partial<Omit<Records[K], 'id' | 'meta'>>): Records[K];
  /** @throws StoreError `object does not exist` */
  remove<K extends Kind>(kind: K, id: string): void;
}
