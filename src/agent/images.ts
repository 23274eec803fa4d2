// The images of a node: which are here, and the pulls under way. One pull brings an image for all tasks that want it.

import { minute, second } from '../model/duration.ts';
import { imageName, registryOf } from '../model/image-behaviour.ts';
import type { PullReplyMessage, PullStartedMessage } from '../model/messages.ts';
import type { Task } from '../model/objects.ts';
import type { AgentContext } from './context.ts';
import { type AgentState, nextCall } from './state.ts';

/** A registry must answer within this ... */
const headerLimit = 15 * second;
/** ... and be done within this, or the connection is taken for dead. */
const transferLimit = 15 * minute;

/** True when the image of a task is here; else it is on its way from now on. An image that is here is not pulled again. */
export function demandImage(context: AgentContext, state: AgentState, task: Task): boolean {
  const { image, registryAuth } = task.spec.container;
  const name = imageName(image);
  if (state.images.has(name)) return true;
  if (state.pulls.has(name)) return false;
  const id = nextCall(state);
  state.pulls.set(name, { id, started: false, timer: waitForRegistry(context, name, headerLimit) });
  const { platform } = state.description;
  context.pull({ kind: 'registry.pull', id, image, auth: registryAuth, platform });
  return false;
}

function waitForRegistry(context: AgentContext, image: string, limit: number): number {
  return context.later(limit, { kind: 'agent.pull-limit', image });
}

/** The registry has taken the pull. */
export function pullStarted(context: AgentContext, state: AgentState, message: PullStartedMessage): void {
  const name = imageName(message.image);
  const pull = state.pulls.get(name);
  if (pull?.id !== message.id) return;
  context.cancel(pull.timer);
  pull.started = true;
  pull.timer = waitForRegistry(context, name, transferLimit);
}

/** The end of a pull; undefined when it is none that is waited for. */
export interface PullEnd {
  readonly name: string;
  /** Empty when the image is here. */
  readonly error: string;
}

export function pullEnded(
  context: AgentContext,
  state: AgentState,
  message: PullReplyMessage,
): PullEnd | undefined {
  const name = imageName(message.image);
  const pull = state.pulls.get(name);
  if (pull?.id !== message.id) return undefined;
  context.cancel(pull.timer);
  state.pulls.delete(name);
  if (message.error === undefined) {
    state.images.set(name, message.digest);
    context.save(`image/${name}`, { kind: 'image', name, digest: message.digest });
  }
  return { name, error: message.error ?? '' };
}

/** The registry has been silent for too long. */
export function pullTimedOut(state: AgentState, name: string): PullEnd {
  const started = state.pulls.get(name)?.started;
  state.pulls.delete(name);
  if (started) return { name, error: 'unexpected EOF' };
  const text = 'net/http: request canceled while waiting for connection';
  const error = `Get "https://${registryOf(name)}/v2/": ${text} (Client.Timeout exceeded while awaiting headers)`;
  return { name, error };
}
