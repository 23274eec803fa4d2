// A committed change as watchers see it: one event an action, in order (R-R203). Plain data.

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
