// `docker swarm join`: the root certificate, a certificate for the token, for a manager also membership in the Raft group, then the agent
// (R-R116, R-R119 to R-R123).

import { joinManager } from '../manager/manager.ts';
import { writeMember } from '../manager/storage.ts';
import type { Call, ControlReply, ControlResult } from '../model/calls.ts';
import { defaultListenPort } from '../model/defaults.ts';
import { millisecond, second } from '../model/duration.ts';
import { digestInHex, parseJoinToken } from '../model/ids.ts';
import type { CallError } from '../model/messages.ts';
import {
  alreadyInSwarm,
  answerError,
  enterSwarm,
  managerOptions,
  type NodeContext,
  nextCall,
} from './identity.ts';
import type { Certificate, Joining, NodeCommand, NodeConfig, NodeMemory } from './types.ts';

/** How often each certificate is asked for, and the pause after every refusal (R-R116). */
const certificateTries = 5;
const certificatePause = 2 * second;
/** How long each answer may take; that to a request to join the Raft group by R-R10. */
const answerLimits = { root: 5 * second, certificate: 25 * second, membership: 25 * second };
/** A node part that could not join the managers is started again after a pause that doubles (R-R154). */
const restartPause = 200 * millisecond;
const restartPauseMax = 30 * second;
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
  context.later(joinLimit, { kind: 'node.join-limit', command });
  begin(context, config, memory, { command, manager, token, availability, certificate: undefined });
}

/** A node that holds the role of a manager asks to become a member of the Raft group, through any manager (R-R120, R-R128). */
export function joinManagers(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  manager: string,
  certificate: Certificate,
): void {
  begin(context, config, memory, {
    command: undefined,
    manager,
    token: '',
    availability: 'active',
    certificate,
  });
}

type Beginning = Pick<Joining, 'command' | 'manager' | 'token' | 'availability' | 'certificate'>;

function begin(context: NodeContext, config: NodeConfig, memory: NodeMemory, beginning: Beginning): void {
  const phase = beginning.certificate === undefined ? 'root' : 'membership';
  const joining: Joining = { ...beginning, phase, tries: 0, call: 0, timer: 0, refusal: undefined };
  memory.joining = joining;
  ask(context, config, memory, joining);
}

function ask(context: NodeContext, config: NodeConfig, memory: NodeMemory, joining: Joining): void {
  const id = nextCall(memory);
  joining.call = id;
  joining.tries += 1;
  joining.refusal = undefined;
  joining.timer = context.later(answerLimits[joining.phase], { kind: 'node.join-retry' });
  const call = request(context, config, joining, id);
  context.send(joining.manager, { kind: 'call', route: [context.host], forwarded: false, call });
}

function request(context: NodeContext, config: NodeConfig, joining: Joining, id: number): Call {
  const { token, availability, certificate } = joining;
  if (joining.phase === 'root') return { method: 'swarm.root', id };
  if (certificate === undefined) {
    const { hostname } = config.description;
    return { method: 'swarm.join', id, token, hostname, addr: config.addr, availability };
  }
  const addr = `${config.addr}:${defaultListenPort}`;
  return { method: 'raft.join', id, nodeId: certificate.nodeId, host: context.host, addr };
}

/** The pause after a refusal, or the wait for an answer, is over. */
export function joinRetry(context: NodeContext, config: NodeConfig, memory: NodeMemory): void {
  const { joining } = memory;
  if (joining === undefined) return;
  if (joining.refusal === undefined) {
    refused(context, memory, joining, { code: 'DeadlineExceeded', message: 'context deadline exceeded' });
  } else if (joining.phase !== 'membership' && joining.tries >= certificateTries) {
    giveUp(context, memory, joining, joining.refusal);
  } else {
    // A node that is part of the swarm knows more managers than the one it asked.
    const known = joining.command === undefined ? (joining.certificate?.managers ?? []) : [];
    const manager = known[joining.tries % known.length] ?? joining.manager;
    memory.joining = { ...joining, manager };
    ask(context, config, memory, memory.joining);
  }
}

/** The swarm's answer to what the join asked last. */
export function joinAnswered(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  reply: ControlReply,
): void {
  const { joining } = memory;
  if (joining === undefined || joining.call !== reply.id || joining.refusal !== undefined) return;
  context.cancel(joining.timer);
  if (reply.method === 'control.failed') refused(context, memory, joining, reply.error);
  else proceed(context, config, memory, joining, reply.result);
}

/** The next step after one that went well. */
function proceed(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  joining: Joining,
  result: ControlResult,
): void {
  switch (result.kind) {
    case 'root': {
      const expected = parseJoinToken(joining.token)?.caDigest ?? '';
      if (result.caDigest === expected) enterPhase(context, config, memory, joining, 'certificate');
      else {
        const message = `remote CA does not match fingerprint. Expected: ${digestInHex(expected)}`;
        refused(context, memory, joining, { code: 'Unknown', message });
      }
      return;
    }
    case 'certificate': {
      const { nodeId, role, managers } = result;
      joining.certificate = { nodeId, role, managers };
      if (role === 'manager') enterPhase(context, config, memory, joining, 'membership');
      else joined(context, config, memory, joining, joining.certificate);
      return;
    }
    case 'member': {
      const { raftId, members } = result;
      const self = members.find((member) => member.raftId === raftId);
      if (self === undefined || joining.certificate === undefined) return;
      // A running manager has asked for its new address to be known, and can be sure now that it is.
      if (memory.manager?.self.raftId === raftId) writeMember(context, self);
      else memory.manager = joinManager(context, self, members, managerOptions(config, memory));
      joined(context, config, memory, joining, joining.certificate);
      return;
    }
    default:
      return;
  }
}

function enterPhase(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  joining: Joining,
  phase: Joining['phase'],
): void {
  joining.phase = phase;
  joining.tries = 0;
  ask(context, config, memory, joining);
}

/**
 * Certificates are asked for five times. Membership ends a `docker swarm join` when it is refused, as any failure of a node part that has
 * not been ready yet (R-R123); one that has been is started again, and asks again.
 */
function refused(context: NodeContext, memory: NodeMemory, joining: Joining, error: CallError): void {
  if (joining.phase === 'membership' && joining.command !== undefined) {
    giveUp(context, memory, joining, error);
    return;
  }
  joining.refusal = error;
  const pause =
    joining.phase === 'membership'
      ? Math.min(restartPause * 2 ** (joining.tries - 1), restartPauseMax)
      : certificatePause;
  joining.timer = context.later(pause, { kind: 'node.join-retry' });
}

function giveUp(context: NodeContext, memory: NodeMemory, { command }: Joining, error: CallError): void {
  memory.joining = undefined;
  if (command !== undefined) answerError(context, command, error);
}

function joined(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  { command }: Joining,
  { nodeId, role, managers }: Certificate,
): void {
  memory.joining = undefined;
  // A promoted node is in the swarm already, with its agent.
  if (command === undefined) return;
  enterSwarm(context, config, memory, { nodeId, role }, managers);
  context.note({ kind: 'answer', command, joined: { nodeId, role } });
}

/** The operator's patience is over; the join itself goes on. */
export function joinTimedOut(context: NodeContext, memory: NodeMemory, command: number): void {
  if (memory.joining?.command !== command) return;
  answerError(context, command, { code: 'Unavailable', message: timeout });
}
