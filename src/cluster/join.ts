// `docker swarm join`: a certificate for the token, for a manager also membership in the Raft group, then the agent
// (R-R116, R-R119 to R-R123).

import { joinManager } from '../manager/manager.ts';
import type { ControlReply } from '../model/calls.ts';
import { defaultListenPort } from '../model/defaults.ts';
import { second } from '../model/duration.ts';
import { parseJoinToken } from '../model/ids.ts';
import { alreadyInSwarm, answerError, enterSwarm, type NodeContext, nextCall } from './identity.ts';
import type { Identity, Joining, NodeCommand, NodeConfig, NodeMemory } from './types.ts';

/** How often a certificate is asked for, and how long apart (R-R116). */
const certificateTries = 5;
const retryPause = 2 * second;
/** How long an answer may take before it is asked for again: that of a request to join the Raft group (R-R10). */
const answerLimit = 25 * second;
/** How long the daemon waits; the attempt goes on in the background (R-R123). */
const joinLimit = 20 * second;

const timeout =
  'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the "docker info" command to see the current swarm status of your node.';

export function beginJoin(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  { command, manager, token, availability }: Extract<NodeCommand, { readonly kind: 'node.join' }>,
): void {
  if (memory.identity !== undefined || memory.joining !== undefined) {
    answerError(context, command, alreadyInSwarm);
    return;
  }
  if (parseJoinToken(token) === undefined) {
    answerError(context, command, { code: 'InvalidArgument', message: 'invalid join token' });
    return;
  }
  memory.joining = {
    command,
    manager,
    token,
    availability,
    call: 0,
    retry: undefined,
    certificate: undefined,
    tries: certificateTries,
  };
  context.later(joinLimit, { kind: 'node.join-limit', command });
  ask(context, config, memory, memory.joining);
}

/** A node that holds the role of a manager asks to become a member of the Raft group, through any manager (R-R120, R-R128). */
export function joinManagers(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  manager: string,
  certificate: NonNullable<Joining['certificate']>,
): void {
  const joining: Joining = {
    command: undefined,
    manager,
    token: '',
    availability: 'active',
    call: 0,
    retry: undefined,
    certificate,
    tries: certificateTries,
  };
  memory.joining = joining;
  ask(context, config, memory, joining);
}

/** Asks for the certificate, or with it for membership. */
function ask(context: NodeContext, config: NodeConfig, memory: NodeMemory, joining: Joining): void {
  const id = nextCall(memory);
  joining.call = id;
  joining.retry = context.later(answerLimit, { kind: 'node.join-retry' });
  const addr = `${config.addr}:${defaultListenPort}`;
  const { token, availability, certificate } = joining;
  const call =
    certificate === undefined
      ? ({
          method: 'swarm.join',
          id,
          token,
          hostname: config.description.hostname,
          addr: config.addr,
          availability,
        } as const)
      : ({ method: 'raft.join', id, nodeId: certificate.nodeId, host: context.host, addr } as const);
  context.send(joining.manager, { kind: 'call', route: [context.host], forwarded: false, call });
}

/** The pause after a refusal, or the wait for an answer, is over. */
export function joinRetry(context: NodeContext, config: NodeConfig, memory: NodeMemory): void {
  if (memory.joining !== undefined) ask(context, config, memory, memory.joining);
}

/** The swarm's answer to what the join asked last. */
export function joinAnswered(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  reply: ControlReply,
): void {
  const { joining } = memory;
  if (joining === undefined || joining.call !== reply.id) return;
  if (joining.retry !== undefined) context.cancel(joining.retry);
  joining.retry = undefined;
  if (reply.method === 'control.failed') {
    refused(context, memory, joining, reply);
    return;
  }
  const { result } = reply;
  if (result.kind === 'certificate') {
    const { nodeId, role, managers } = result;
    joining.certificate = { nodeId, role, managers };
    if (role === 'manager') ask(context, config, memory, joining);
    else joined(context, config, memory, joining, { nodeId, role }, managers);
  } else if (result.kind === 'member' && joining.certificate !== undefined) {
    const { nodeId, role, managers } = joining.certificate;
    const self = result.members.find((member) => member.raftId === result.raftId);
    if (self === undefined) return;
    memory.manager = joinManager(context, self, result.members);
    joined(context, config, memory, joining, { nodeId, role }, managers);
  }
}

/** A certificate is asked for five times; membership until it is granted. */
function refused(
  context: NodeContext,
  memory: NodeMemory,
  joining: Joining,
  reply: Extract<ControlReply, { readonly method: 'control.failed' }>,
): void {
  joining.tries -= 1;
  if (joining.tries > 0 || joining.certificate !== undefined) {
    joining.retry = context.later(retryPause, { kind: 'node.join-retry' });
    return;
  }
  memory.joining = undefined;
  if (joining.command !== undefined) answerError(context, joining.command, reply.error);
}

function joined(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  joining: Joining,
  identity: Identity,
  managers: readonly string[],
): void {
  memory.joining = undefined;
  // A promoted node is in the swarm already, with its agent.
  if (joining.command === undefined) return;
  enterSwarm(context, config, memory, identity, managers);
  context.note({ kind: 'answer', command: joining.command, joined: identity });
}

/** The operator's patience is over; the join itself goes on. */
export function joinTimedOut(context: NodeContext, memory: NodeMemory, command: number): void {
  if (memory.joining?.command !== command) return;
  answerError(context, command, { code: 'Unavailable', message: timeout });
}
