// What one Raft entry carries: a list of store actions, each with the whole new record (and, for updates, the patches that made it,
// so that a log entry can say what changed). Plain data; records are frozen and shared by reference.

import type { Patch } from 'immer';
import type { Kind, Records } from '../model/objects.ts';

export type StoreAction = {
  [K in Kind]:
    | { readonly action: 'create'; readonly kind: K; readonly id: string; readonly record: Records[K] }
    | {
        readonly action: 'update';
        readonly kind: K;
        readonly id: string;
        readonly record: Records[K];
        readonly patches: readonly Patch[];
      }
    | { readonly action: 'remove'; readonly kind: K; readonly id: string };
}[Kind];
