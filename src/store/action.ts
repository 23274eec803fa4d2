// What one Raft entry carries: a list of store actions, each with the whole new record (and, for updates, the patches that made it
// and those that undo it, so that a log entry can say what changed). Plain data; records are frozen and shared by reference.

import type { Patch } from 'immer';
import type { Kind, Records } from '../model/objects.ts';

/** One change of one record. `StoreAction` alone is the union over all kinds. */
export type StoreAction<Of extends Kind = Kind> = {
  [K in Of]:
    | { readonly action: 'create'; readonly kind: K; readonly id: string; readonly record: Records[K] }
    | {
        readonly action: 'update';
        readonly kind: K;
        readonly id: string;
        readonly record: Records[K];
        /** From the record before to this one, `meta` left out. */
        readonly patches: readonly Patch[];
        /** The way back: what the patched places held before. */
        readonly inverse: readonly Patch[];
      }
    | { readonly action: 'remove'; readonly kind: K; readonly id: string };
}[Of];
