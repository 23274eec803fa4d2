// What Raft needs and is not data: a draw for its election timeout, and the size of an entry.

import type { Environment } from '../raft/index.ts';
import type { ManagerContext } from './context.ts';
import type { EntryData } from './peer.ts';

/** Estimated bytes of the member a configuration change carries. */
const memberSize = 80;

const sizeOf = (data: EntryData): number => (data.kind === 'transaction' ? data.bytes : memberSize);

/** Draws come from the manager's own stream, `election/<host>`. */
export function raftEnvironment(context: ManagerContext): Environment<EntryData> {
  return { random: (bound) => context.random(`election/${context.host}`, bound), sizeOf };
}
