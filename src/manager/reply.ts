// Answers on their way back: hop by hop the way the call came (nothing teleports).

import type { Reply } from '../model/calls.ts';
import type { ManagerContext } from './context.ts';

/** Sends `reply` back to the caller. `route` lists the hosts the call has passed, the caller's first. */
export function sendReply(context: ManagerContext, route: readonly string[], reply: Reply): void {
  passReply(context, route.toReversed(), reply);
}

/** Passes a reply to the next host of what is left of its way. */
export function passReply(context: ManagerContext, left: readonly string[], reply: Reply): void {
  const [next, ...rest] = left;
  if (next !== undefined) context.send(next, { kind: 'reply', route: rest, reply });
}
