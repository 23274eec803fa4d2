// The log broker: `docker service logs` becomes a subscription that goes to the agents whose nodes have tasks concerned, and is answered
// once each has published its lines or cannot. An agent is reached by its session. Nothing is kept when it is answered.

import type { ControlReply, LogsCall } from '../../model/calls.ts';
import { second } from '../../model/duration.ts';
import type { CallError, LogRequest, TaskLog } from '../../model/messages.ts';
import type { Task } from '../../model/objects.ts';
import type { DispatcherLeader } from './leader.ts';
import { findSession } from './nodes.ts';
import type { Call, DispatcherState } from './state.ts';

/** Nobody waits longer for an answer (R-R207). */
const subscriptionLimit = 20 * second;

/** Plain data. */
export interface Subscription {
  /** The call it is for. */
  readonly route: readonly string[];
  readonly call: number;
  /** Nodes that have not published yet. */
  readonly awaited: Set<string>;
  readonly logs: TaskLog[];
  /** Why lines are missing. */
  readonly reasons: string[];
  /** Ends the wait. */
  readonly timer: number;
}

/** Asks the nodes of all tasks concerned, whatever has become of them. */
export function subscribe(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  { id: call, request }: LogsCall,
): void {
  const tasks = tasksOf(leader, request);
  const nodeIds = new Set(tasks.map(({ nodeId }) => nodeId).filter((nodeId) => nodeId !== ''));
  state.lastSubscription += 1;
  const number = state.lastSubscription;
  const subscription: Subscription = {
    route,
    call,
    awaited: new Set(),
    logs: [],
    reasons: [],
    timer: leader.later(subscriptionLimit, { kind: 'logs', subscription: number }),
  };
  state.subscriptions.set(number, subscription);
  for (const nodeId of nodeIds) {
    const session = state.nodes.get(nodeId)?.session;
    if (session === undefined) {
      subscription.reasons.push(`node ${nodeId} is not available`);
      continue;
    }
    subscription.awaited.add(nodeId);
    const reply = {
      method: 'dispatcher.subscription',
      id: session.call,
      subscription: number,
      request,
    } as const;
    leader.reply(session.route, reply);
  }
  for (const { id, nodeId } of tasks) {
    if (nodeId === '') subscription.reasons.push(`task ${id} has not been scheduled`);
  }
  answerIfComplete(leader, state, number);
}

function tasksOf({ store }: DispatcherLeader, { of: { kind, id } }: LogRequest): readonly Task[] {
  if (kind === 'service') return store.tasksOfService(id);
  const task = store.get('task', id);
  return task === undefined ? [] : [task];
}

/** A node tells its lines. Those of a subscription that has ended, and those it repeats, are nobody's. */
export function publish(
  leader: DispatcherLeader,
  state: DispatcherState,
  { nodeId, sessionId, subscription: number, logs }: Call<'dispatcher.publish'>,
): CallError | undefined {
  const found = findSession(state.nodes, nodeId, sessionId);
  if ('error' in found) return found.error;
  const subscription = state.subscriptions.get(number);
  if (!subscription?.awaited.delete(nodeId)) return undefined;
  subscription.logs.push(...logs);
  answerIfComplete(leader, state, number);
  return undefined;
}

/** The session of a node has ended: it publishes nothing more. */
export function endSubscriptionsOf(leader: DispatcherLeader, state: DispatcherState, nodeId: string): void {
  for (const [number, { awaited, reasons }] of state.subscriptions) {
    if (!awaited.delete(nodeId)) continue;
    reasons.push(`node ${nodeId} disconnected unexpectedly`);
    answerIfComplete(leader, state, number);
  }
}

/** Nobody waits for it any more. */
export function forgetSubscription(state: DispatcherState, number: number): void {
  state.subscriptions.delete(number);
}

/** The leadership ends, and the broker with it. */
export function cancelSubscriptions(leader: DispatcherLeader, state: DispatcherState): void {
  for (const { route, call: id, timer } of state.subscriptions.values()) {
    leader.cancel(timer);
    const error = { code: 'Canceled', message: 'context canceled' } as const;
    leader.reply(route, { method: 'control.failed', id, error });
  }
  state.subscriptions.clear();
}

function answerIfComplete(leader: DispatcherLeader, state: DispatcherState, number: number): void {
  const subscription = state.subscriptions.get(number);
  if (subscription === undefined || subscription.awaited.size > 0) return;
  const { route, call: id, logs, reasons, timer } = subscription;
  leader.cancel(timer);
  state.subscriptions.delete(number);
  const warning =
    reasons.length === 0
      ? ''
      : `warning: incomplete log stream. some logs could not be retrieved for the following reasons: ${reasons.join(', ')}`;
  const reply: ControlReply = { method: 'control.done', id, result: { kind: 'logs', logs, warning } };
  leader.reply(route, reply);
}
