// What a scenario is: a title, a cluster, and a synchronous script against a lab. The default export of a scenario file is one scenario,
// or an array of them, which run one after the other, each in a world of its own.

import type { ClusterRequest } from './cluster.ts';
import type { Lab } from './lab.ts';

export interface Scenario {
  /** One line that says what the scenario shows. */
  readonly title: string;
  readonly cluster: ClusterRequest;
  /** Runs the lab. Must not be async: time passes only where the script says so. */
  readonly script: (lab: Lab) => void;
  /** Where the scenario is stopped if it does not end: virtual time (default 24h) and events (default 20 000 000). */
  readonly limits?: { readonly time?: string; readonly events?: number };
}
