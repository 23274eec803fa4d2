// Containers that answer requests: when they listen, how long an answer takes, and what becomes of requests when a container ends.

import { millisecond } from '../../model/duration.ts';
import type { Answer } from '../../model/traffic.ts';
import { assert } from '../../sim/assert.ts';
import type { Container } from '../container.ts';
import type { AgentContext } from '../context.ts';
import type { AgentState } from '../state.ts';
import { taskName } from './endpoints.ts';
import type { Serving } from './state.ts';

/** How long an answer takes where an image does not say. */
const defaultServeTime = 2 * millisecond;
const ok = 200;
const internalServerError = 500;

/** A request that has come to this node for one of its containers. */
export type Arrival = Omit<Serving, 'taskId' | 'timer'>;

/** A request reaches a container, or what is left of it. */
export function serve(
  context: AgentContext,
  state: AgentState,
  container: Container | undefined,
  arrival: Arrival,
): void {
  if (container === undefined || !listens(context, container)) {
    sendAnswer(context, arrival, { kind: 'refused' });
    return;
  }
  const { behaviour, health, taskId } = container;
  const { serves } = behaviour;
  const key = keyOf(arrival);
  // The network may bring a request twice: the second is a segment that the connection has had already.
  if (state.network.serving.has(key)) return;
  // A program that hangs takes connections and never answers.
  const hangs = health.hungAt !== undefined || hasHung(context, container);
  const timer = hangs
    ? undefined
    : context.later(serves?.time ?? defaultServeTime, { kind: 'agent.network', what: 'served', key });
  state.network.serving.set(key, { ...arrival, taskId, timer });
}

/** The program runs and has opened its port; one that has been told to stop, and obeys, takes no new connections. */
function listens(context: AgentContext, { phase, startedAt, behaviour, signalled }: Container): boolean {
  if (phase !== 'running' || (signalled && behaviour.stop?.kind !== 'ignore')) return false;
  return context.now() - startedAt >= (behaviour.serves?.after ?? 0);
}

function hasHung(context: AgentContext, { behaviour: { health }, startedAt }: Container): boolean {
  return health?.kind === 'passes' && health.until !== undefined && context.now() - startedAt >= health.until;
}

/** An answer is ready. */
export function served(context: AgentContext, state: AgentState, key: string): void {
  const serving = state.network.serving.get(key);
  assert(serving !== undefined, 'work on a request ends once');
  state.network.serving.delete(key);
  const container = state.containers.get(serving.taskId);
  assert(container?.phase === 'running', 'only a container that runs answers');
  const { fails } = container.behaviour.serves ?? {};
  const failed =
    fails !== undefined && fails.num > 0 && context.random(`serve/${context.host}`, fails.den) < fails.num;
  const task = state.tasks.get(serving.taskId)?.task;
  sendAnswer(context, serving, {
    kind: 'response',
    status: failed ? internalServerError : ok,
    by: {
      taskId: serving.taskId,
      name: task === undefined ? serving.taskId : taskName(task),
      host: context.host,
      client: serving.client,
    },
  });
}

/** Requests whose container has ended are lost: their connections are closed. */
export function closeEnded(context: AgentContext, state: AgentState): void {
  const { serving } = state.network;
  if (serving.size === 0) return;
  for (const [key, request] of serving) {
    if (state.containers.get(request.taskId)?.phase === 'running') continue;
    if (request.timer !== undefined) context.cancel(request.timer);
    serving.delete(key);
    sendAnswer(context, request, { kind: 'closed' });
  }
}

/** Sends an answer one host back. */
export function sendAnswer(
  context: AgentContext,
  { id, route, overlay }: Pick<Arrival, 'id' | 'route' | 'overlay'>,
  answer: Answer,
): void {
  const to = route[route.length - 1];
  assert(to !== undefined, 'a request comes from somewhere');
  const kind = overlay ? 'overlay.answered' : 'request.answered';
  context.send(to, { kind, id, route: route.slice(0, -1), answer });
}

function keyOf({ id, route }: Arrival): string {
  return `${route[0] ?? ''}/${id}`;
}
