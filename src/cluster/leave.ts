// `docker swarm leave` (R-R136 to R-R139, R-R210). The swarm is not told: the node's object stays, and a manager that leaves by force still
// counts in the quorum of those it left.

import { stopAgent } from '../agent/agent.ts';
import { callManager } from '../manager/manager.ts';
import type { ManagerState } from '../manager/state.ts';
import type { ControlReply } from '../model/calls.ts';
import { second } from '../model/duration.ts';
import { answerError, forgetSwarm, type NodeContext, nextCall, withAgent } from './identity.ts';
import { followLeader } from './logs.ts';
import type { NodeConfig, NodeMemory } from './types.ts';

/** How long the tasks of a leaving node may take to stop. */
const stopLimit = 15 * second;
/** How long the question for the managers may take, before the refusal goes without numbers. */
const inquiryLimit = 5 * second;

const notInSwarm = 'This node is not part of a swarm';
const locked =
  'Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.';
const opening = 'You are attempting to leave the swarm on a node that is participating as a manager. ';
const unusable = 'Doing so may lose the consensus of your cluster. ';
const closing =
  'The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.';
const last =
  'Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ';

export function leaveSwarm(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  { command, force }: { readonly command: number; readonly force: boolean },
): void {
  const { identity, joining, manager } = memory;
  const refuse = (message: string) => answerError(context, command, { code: 'Unavailable', message });
  if (identity === undefined && joining === undefined && memory.locked === undefined) refuse(notInSwarm);
  else if (force) stopNode(context, config, memory, command);
  else if (memory.locked !== undefined) refuse(locked);
  else if (manager !== undefined) inquire(context, manager, memory, command);
  else if (joining?.certificate?.role === 'manager') refuse(opening + unusable + closing);
  else stopNode(context, config, memory, command);
}

/** A manager is refused with the numbers that the swarm gives. */
function inquire(context: NodeContext, manager: ManagerState, memory: NodeMemory, command: number): void {
  const id = nextCall(memory);
  const limit = context.later(inquiryLimit, { kind: 'node.call-limit', call: id });
  memory.calls.set(id, { purpose: 'leave', command, limit });
  const call = { method: 'list', kind: 'node', id } as const;
  callManager(context, manager, { kind: 'call', route: [context.host], forwarded: false, call });
}

/** The managers have been counted, or could not be: the refusal (R-R210). */
export function refuseLeave(context: NodeContext, command: number, reply: ControlReply | undefined): void {
  let reason = '';
  if (reply?.method === 'control.done' && reply.result.kind === 'records') {
    const { managers } = reply.result;
    const reachable = managers.filter(([, view]) => view.reachable).length;
    const unreachable = managers.length - reachable;
    if (reachable === 1 && unreachable === 0) {
      answerError(context, command, { code: 'Unavailable', message: opening + last });
      return;
    }
    // R-R138.
    if (reachable - 2 <= unreachable) {
      reason = `Removing this node leaves ${reachable - 1} managers out of ${managers.length}. Without a Raft quorum your swarm will be inaccessible. `;
    }
  }
  answerError(context, command, { code: 'Unavailable', message: opening + reason + closing });
}

/** Nobody is told: a manager that leaves by force still counts (R-R137). */
function stopNode(context: NodeContext, config: NodeConfig, memory: NodeMemory, command: number): void {
  memory.manager = undefined;
  followLeader(context, memory);
  memory.leaving = { command };
  withAgent(context, config, memory, (agentContext, agent) => stopAgent(agentContext, agent));
  context.later(stopLimit, { kind: 'node.leave-limit', command });
  finishLeaving(context, memory);
}

/** To be asked after whatever the agent did: once nothing runs any more, the node has left. */
export function finishLeaving(context: NodeContext, memory: NodeMemory): void {
  if (memory.leaving !== undefined && (memory.agent?.containers.size ?? 0) === 0) left(context, memory);
}

/** The tasks have had their time. */
export function leaveLimitReached(context: NodeContext, memory: NodeMemory, command: number): void {
  if (memory.leaving?.command === command) left(context, memory);
}

function left(context: NodeContext, memory: NodeMemory): void {
  const { leaving } = memory;
  forgetSwarm(context, memory);
  if (leaving !== undefined) context.note({ kind: 'answer', command: leaving.command, done: 'left' });
}
