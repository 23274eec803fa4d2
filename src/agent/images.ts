// The images of a node: which are here, and the pulls under way. One pull brings an image for all tasks that want it.

import { second } from '../model/duration.ts';
import { parseImage } from '../model/image.ts';
import { imageName, registryOf } from '../model/image-behaviour.ts';
import type { PullMessage, PullReplyMessage, PullStartedMessage } from '../model/messages.ts';
import type { Task } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';
import type { AgentContext } from './context.ts';
import { type AgentState, nextCall } from './state.ts';

/** A registry must answer a pull within this; a transfer may be late by as much. */
const answerLimit = 15 * second;

/**
 * True when the image of a task is here; else it is on its way from now on. An image that is here is not pulled again, whatever its tag has
 * come to mean; a reference with a digest is that one image.
 */
export function demandImage(context: AgentContext, state: AgentState, task: Task): boolean {
  const { image, registryAuth } = task.spec.container;
  const name = imageName(image);
  const { digest } = parseImage(image);
  const held = state.images.get(name);
  if (held !== undefined && (digest === undefined || digest === held)) return true;
  if (state.pulls.has(name)) return false;
  const { platform } = state.description;
  const id = nextCall(state);
  const message: PullMessage = { kind: 'registry.pull', id, image, auth: registryAuth, platform };
  state.pulls.set(name, { message, started: false, timer: ask(context, message) });
  return false;
}

function ask(context: AgentContext, message: PullMessage): number {
  context.pull(message);
  return waitFor(context, message, answerLimit);
}

function waitFor(context: AgentContext, { image }: PullMessage, limit: number): number {
  return context.later(limit, { kind: 'agent.pull-limit', image: imageName(image) });
}

/** The registry has taken the pull. */
export function pullStarted(context: AgentContext, state: AgentState, message: PullStartedMessage): void {
  const pull = state.pulls.get(imageName(message.image));
  if (pull?.message.id !== message.id) return;
  context.cancel(pull.timer);
  pull.started = true;
  pull.timer = waitFor(context, pull.message, message.time + answerLimit);
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
  if (pull?.message.id !== message.id) return undefined;
  context.cancel(pull.timer);
  state.pulls.delete(name);
  if (message.error === undefined) {
    state.images.set(name, message.digest);
    context.save(`image/${name}`, { kind: 'image', name, digest: message.digest });
  }
  return { name, error: message.error ?? '' };
}

/** The registry has said nothing in time. A transfer that has broken off is begun again; one that never began has failed. */
export function pullSilent(context: AgentContext, state: AgentState, name: string): PullEnd | undefined {
  const pull = state.pulls.get(name);
  assert(pull !== undefined, 'the timer of a pull ends with it');
  if (pull.started) {
    pull.started = false;
    pull.timer = ask(context, pull.message);
    return undefined;
  }
  state.pulls.delete(name);
  const text = 'net/http: request canceled while waiting for connection';
  const error = `Get "https://${registryOf(name)}/v2/": ${text} (Client.Timeout exceeded while awaiting headers)`;
  return { name, error };
}
