// What a node says of its own part in a swarm, without asking anybody (R-R217).

import type { NodeMemory } from '../cluster/types.ts';

export type LocalNodeState = 'inactive' | 'pending' | 'active' | 'error' | 'locked';

export interface SwarmState {
  readonly state: LocalNodeState;
  /** The control API can be reached here. */
  readonly manager: boolean;
}

/** A node is active from its first session with a manager on, whatever becomes of later ones. */
export function swarmState({ locked, identity, joining, agent, manager }: NodeMemory): SwarmState {
  if (locked !== undefined) return { state: 'locked', manager: false };
  if (identity === undefined)
    return { state: joining === undefined ? 'inactive' : 'pending', manager: false };
  const connected = agent !== undefined && agent.sessionId !== '';
  return { state: connected ? 'active' : 'pending', manager: manager !== undefined };
}
