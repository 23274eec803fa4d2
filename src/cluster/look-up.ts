// What a docker client asks a registry before it makes a service: the digest of an image, and the platforms it is for. The node's engine asks,
// over the network, and nobody keeps the answer.

import { second } from '../model/duration.ts';
import type { LookedUpMessage } from '../model/messages.ts';
import { answerError, type NodeContext, nextCall } from './identity.ts';
import type { NodeCommand, NodeConfig, NodeMemory } from './types.ts';

/** A registry that says nothing is given up after this. */
const limit = 15 * second;

export function lookUpImage(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  { command, image, auth }: Extract<NodeCommand, { readonly kind: 'node.look-up' }>,
): void {
  const id = nextCall(memory);
  memory.lookUps.set(id, { command, timer: context.later(limit, { kind: 'node.look-up-limit', call: id }) });
  context.send(config.registry, { kind: 'registry.look-up', id, image, auth });
}

export function imageLookedUp(context: NodeContext, memory: NodeMemory, message: LookedUpMessage): void {
  const waiting = memory.lookUps.get(message.id);
  if (waiting === undefined) return;
  memory.lookUps.delete(message.id);
  context.cancel(waiting.timer);
  const { error, digest, platforms } = message;
  if (error !== undefined) answerError(context, waiting.command, { code: 'Unknown', message: error });
  else context.note({ kind: 'answer', command: waiting.command, image: { digest, platforms } });
}

export function lookUpTimedOut(context: NodeContext, memory: NodeMemory, call: number): void {
  const waiting = memory.lookUps.get(call);
  if (waiting === undefined) return;
  memory.lookUps.delete(call);
  answerError(context, waiting.command, { code: 'DeadlineExceeded', message: 'context deadline exceeded' });
}
