// A snapshot of the state machine (§7): what replaces the log up to and including its index.

import type { Configuration } from './configuration.ts';

/** Data is the application's; it is shared by reference and never changed. */
export interface Snapshot<S> {
  /** The last entry the snapshot contains. */
  readonly index: number;
  readonly term: number;
  /** The configuration after that entry. */
  readonly configuration: Configuration;
  readonly data: S;
}
