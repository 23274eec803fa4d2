// `docker pull` at a node. What tasks need is their agent's own business. An answer comes over the network or not at all.

import { second } from '../model/duration.ts';
import { imageName, registryOf } from '../model/image-behaviour.ts';
import type { PullReplyMessage, PullStartedMessage } from '../model/messages.ts';
import { answerError, type NodeContext, nextCall, withAgent } from './identity.ts';
import type { NodeCommand, NodeConfig, NodeMemory } from './types.ts';

/** How long the registry may take to answer; a transfer may be late by as much. */
const answerLimit = 15 * second;

/** A pull that somebody at this node waits for. Plain data. */
export interface OpenPull {
  readonly command: number;
  readonly image: string;
  timer: number;
}

export function pullImage(
  context: NodeContext,
  { description, registry }: NodeConfig,
  memory: NodeMemory,
  { command, image, auth }: Extract<NodeCommand, { readonly kind: 'node.pull' }>,
): void {
  const id = nextCall(memory);
  memory.pulls.set(id, { command, image, timer: limit(context, id, answerLimit) });
  const { platform } = description;
  context.send(registry, { kind: 'registry.pull', id, image, auth, platform });
}

function limit(context: NodeContext, pull: number, delay: number): number {
  return context.later(delay, { kind: 'node.pull-limit', pull });
}

/** False when the transfer is none that was asked for here. */
export function transferBegun(
  context: NodeContext,
  memory: NodeMemory,
  message: PullStartedMessage,
): boolean {
  const pull = memory.pulls.get(message.id);
  if (pull?.image !== message.image) return false;
  context.cancel(pull.timer);
  pull.timer = limit(context, message.id, message.time + answerLimit);
  return true;
}

/** False when the transfer is none that was asked for here. An image that has come is the agent's too. */
export function transferEnded(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  { id, image, error, digest }: PullReplyMessage,
): boolean {
  const pull = memory.pulls.get(id);
  if (pull?.image !== image) return false;
  close(context, memory, id, pull);
  const { command } = pull;
  if (error !== undefined) {
    answerError(context, command, { code: 'Unknown', message: error });
    return true;
  }
  withAgent(context, config, memory, (agentContext, agent) => {
    const name = imageName(image);
    agent.images.set(name, digest);
    agentContext.save(`image/${name}`, { kind: 'image', name, digest });
  });
  context.note({ kind: 'answer', command, image: { digest, platforms: [] } });
  return true;
}

export function pullTimedOut(context: NodeContext, memory: NodeMemory, id: number): void {
  const pull = memory.pulls.get(id);
  if (pull === undefined) return;
  memory.pulls.delete(id);
  const text = 'net/http: request canceled while waiting for connection';
  const message = `Get "https://${registryOf(pull.image)}/v2/": ${text} (Client.Timeout exceeded while awaiting headers)`;
  answerError(context, pull.command, { code: 'Unknown', message });
}

function close(context: NodeContext, memory: NodeMemory, id: number, pull: OpenPull): void {
  context.cancel(pull.timer);
  memory.pulls.delete(id);
}
