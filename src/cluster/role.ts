// A node's role changes: it learns so from its session, renews its certificate, and becomes a manager or stops being one
// (R-R128, R-R134).

import { callManager } from '../manager/manager.ts';
import { managerFiles } from '../manager/storage.ts';
import type { ControlReply } from '../model/calls.ts';
import { hour, millisecond, second } from '../model/duration.ts';
import type { Node } from '../model/objects.ts';
import { type NodeContext, nextCall, setIdentity } from './identity.ts';
import { joinManagers } from './join.ts';
import { unlockForGood } from './lock.ts';
import { followLeader } from './logs.ts';
import type { Identity, NodeConfig, NodeMemory } from './types.ts';

/** Between the news of another role and the first request for a certificate. */
const renewalPause = 500 * millisecond;
/** The k-th pause between requests is drawn below this and this times 2^(k-1) more, an hour at most. */
const retryBase = 5 * second;
const retryMax = hour;
/** How long an answer may take before it is asked for again. */
const answerLimit = 5 * second;
/** How long a manager that was removed waits for a worker's certificate, twice, before it joins again. */
const expelledWait = 16 * second;

/** The swarm's view of this node has come. */
export function roleSeen(context: NodeContext, memory: NodeMemory, node: Node): void {
  const { identity, renewal } = memory;
  if (identity === undefined || renewal?.wanted === node.spec.role) return;
  // The role may have changed back before the certificate followed.
  if (renewal !== undefined) context.cancel(renewal.timer);
  memory.renewal = undefined;
  if (node.spec.role === identity.role) return;
  const timer = context.later(renewalPause, { kind: 'node.renew' });
  memory.renewal = { wanted: node.spec.role, attempt: 0, call: 0, timer };
}

/** Asks for a certificate, and again after a pause for as long as it does not come with the role that is wanted. */
export function renew(context: NodeContext, memory: NodeMemory): void {
  const { identity, renewal } = memory;
  if (identity === undefined || renewal === undefined) return;
  const id = nextCall(memory);
  renewal.call = id;
  renewal.attempt += 1;
  renewal.timer = context.later(answerLimit, { kind: 'node.renew' });
  const call = { method: 'swarm.renew', id, nodeId: identity.nodeId } as const;
  const message = { kind: 'call', route: [context.host], forwarded: false, call } as const;
  if (memory.manager !== undefined) {
    callManager(context, memory.manager, message);
    return;
  }
  const manager = anyManager(memory);
  if (manager !== undefined) context.send(manager, message);
}

/** The host of a manager that the agent knows: the one it has its session with, else the first. */
function anyManager({ agent }: NodeMemory): string | undefined {
  if (agent === undefined) return undefined;
  const { session } = agent;
  if (session.phase === 'open') return session.manager;
  return agent.remotes.keys().next().value;
}

/** The answer to a request for a certificate; false when the reply is not that. */
export function renewalAnswered(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  reply: ControlReply,
): boolean {
  const { renewal } = memory;
  if (renewal === undefined || renewal.call !== reply.id) return false;
  context.cancel(renewal.timer);
  const granted =
    reply.method === 'control.done' && reply.result.kind === 'certificate' ? reply.result : undefined;
  if (granted?.role !== renewal.wanted) {
    const bound = Math.min(retryBase + retryBase * 2 ** (renewal.attempt - 1), retryMax);
    const pause = context.random(`renewal/${context.host}`, bound);
    renewal.timer = context.later(pause, { kind: 'node.renew' });
    return true;
  }
  const { nodeId, role, managers } = granted;
  memory.renewal = undefined;
  setIdentity(context, memory, { nodeId, role });
  if (role === 'worker') {
    dropManager(context, memory);
    unlockForGood(context, memory);
  } else {
    const [manager] = managers;
    if (manager !== undefined && memory.manager === undefined) {
      joinManagers(context, config, memory, manager, { nodeId, role, managers });
    }
  }
  return true;
}

/** The manager part stops, and its Raft data goes. */
function dropManager(context: NodeContext, memory: NodeMemory): void {
  memory.manager = undefined;
  followLeader(context, memory);
  if (memory.joining !== undefined) context.cancel(memory.joining.timer);
  memory.joining = undefined;
  for (const file of managerFiles) context.replace(file, []);
  context.sync({ kind: 'node.saved' });
}

/** To be asked after whatever a manager did: one that has learned of its removal stops for good, and waits for the role of a worker. */
export function noticeExpulsion(context: NodeContext, memory: NodeMemory): void {
  if (memory.manager?.expelled !== true || memory.identity === undefined) return;
  dropManager(context, memory);
  const { nodeId } = memory.identity;
  context.later(expelledWait, { kind: 'node.expelled', nodeId, again: false });
}

/** The wait is over: it forces a renewal, and after a second wait joins the managers again if it still holds their role. */
export function expelledWaited(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  nodeId: string,
  again: boolean,
): void {
  const { identity, manager } = memory;
  if (identity?.nodeId !== nodeId || identity.role !== 'manager' || manager !== undefined) return;
  if (!again) {
    if (memory.renewal === undefined) {
      memory.renewal = { wanted: 'worker', attempt: 0, call: 0, timer: 0 };
      renew(context, memory);
    }
    context.later(expelledWait, { kind: 'node.expelled', nodeId, again: true });
    return;
  }
  if (memory.renewal !== undefined) context.cancel(memory.renewal.timer);
  memory.renewal = undefined;
  becomeManager(context, config, memory, identity);
}

/** A node with a manager's certificate and no place in the Raft group asks for one. */
export function becomeManager(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  identity: Identity,
): void {
  const host = anyManager(memory);
  if (host === undefined || memory.joining !== undefined) return;
  const managers = [...(memory.agent?.remotes.keys() ?? [])];
  joinManagers(context, config, memory, host, { ...identity, managers });
}
