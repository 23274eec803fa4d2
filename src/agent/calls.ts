// Calls to a manager: numbered, and waited for no longer than their limit.

import { second } from '../model/duration.ts';
import type { DispatcherCall } from '../model/messages.ts';
import type { AgentContext } from './context.ts';
import { type AgentState, nextCall, type PendingCall } from './state.ts';

/** A call must be answered within this, the first message of a stream come within it (R-R167, R-R186). */
export const callLimit = 5 * second;

/** Sends what `make` gives for a new call number. */
export function sendCall(
  context: AgentContext,
  state: AgentState,
  manager: string,
  make: (id: number) => DispatcherCall,
): PendingCall {
  const call = nextCall(state);
  const timer = context.later(callLimit, { kind: 'agent.limit', call });
  context.call(manager, make(call));
  return { call, timer };
}
