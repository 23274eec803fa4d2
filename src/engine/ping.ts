// `/_ping`: the first request of every docker command, and what this node is in a swarm.

import { type Engine, memoryOf } from './node.ts';
import type { Reply } from './route.ts';
import { swarmState } from './swarm-state.ts';

/** `GET /_ping`; the answer to HEAD loses its body on the way. */
export function ping(engine: Engine): Reply {
  const { state, manager } = swarmState(memoryOf(engine));
  const swarm = state === 'active' ? `active/${manager ? 'manager' : 'worker'}` : state;
  return {
    status: 200,
    type: 'text/plain; charset=utf-8',
    headers: [
      ['builder-version', '2'],
      ['cache-control', 'no-cache, no-store, must-revalidate'],
      ['pragma', 'no-cache'],
      ['swarm', swarm],
    ],
    body: 'OK',
  };
}
