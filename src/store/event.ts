// One change of one record: a store action, of which a Raft entry carries a list, and the event that watchers see when it is committed, one an
// action, in order (R-R203). Plain data; records are frozen and shared by reference, so the record before costs nothing and lets a log entry say
// what it changes.

import type { Kind, Records } from '../model/objects.ts';

/** One change of one record. `StoreEvent` alone is the union over all kinds. */
export type StoreEvent<Of extends Kind = Kind> = {
  [K in Of]:
    | { readonly action: 'create'; readonly kind: K; readonly id: string; readonly after: Records[K] }
    | {
        readonly action: 'update';
        readonly kind: K;
        readonly id: string;
        readonly before: Records[K];
        readonly after: Records[K];
      }
    | { readonly action: 'remove'; readonly kind: K; readonly id: string; readonly before: Records[K] };
}[Of];

/** What an event does to the table of its kind: a record comes, goes, or takes the place of another. */
export interface Change<R> {
  readonly id: string;
  readonly before?: R;
  readonly after?: R;
}
