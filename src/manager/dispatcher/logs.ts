// The log broker: `docker service logs` becomes a subscription that goes to the agents whose nodes have tasks concerned, on their sessions.
// What they publish is passed on as it comes. A subscription ends once each has told what it has; one that follows goes on, takes in nodes
// that get such tasks later, and ends when its caller wants no more. Nothing is kept when it has ended.

import type { LogsCall } from '../../model/calls.ts';
import { second } from '../../model/duration.ts';
import type { CallError, LogRequest, TaskLog } from '../../model/messages.ts';
import type { Task } from '../../model/objects.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { DispatcherLeader } from './leader.ts';
import { findSession, nextSequence } from './nodes.ts';
import type { Call, DispatcherState } from './state.ts';

/** Nobody waits longer for the end of what does not follow (R-R207). */
const subscriptionLimit = 20 * second;

/** Plain data. */
export interface Subscription {
  /** The call it is for. */
  readonly route: readonly string[];
  readonly call: number;
  readonly request: LogRequest;
  /** How many messages the caller has been sent. */
  messages: number;
  /** The nodes that have tasks concerned, and how many parts each has published; undefined: none is awaited from it. */
  readonly nodes: Map<string, number | undefined>;
  /** Why lines are missing. */
  readonly reasons: string[];
  /** Ends the wait, unless it follows. */
  readonly timer: number | undefined;
}

/** Asks the nodes of all tasks concerned, whatever has become of them. */
export function subscribe(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  { id: call, request }: LogsCall,
): void {
  const tasks = tasksOf(leader, request);
  state.lastSubscription += 1;
  const number = state.lastSubscription;
  const subscription: Subscription = {
    route,
    call,
    request,
    messages: 0,
    nodes: new Map(),
    reasons: [],
    timer: request.follow
      ? undefined
      : leader.later(subscriptionLimit, { kind: 'logs', subscription: number }),
  };
  state.subscriptions.set(number, subscription);
  pass(leader, subscription, []);
  for (const { nodeId } of tasks) {
    if (nodeId === '' || subscription.nodes.has(nodeId)) continue;
    if (!ask(leader, state, number, subscription, nodeId)) {
      subscription.reasons.push(`node ${nodeId} is not available`);
    }
  }
  for (const { id, nodeId } of tasks) {
    if (nodeId === '') subscription.reasons.push(`task ${id} has not been scheduled`);
  }
  endIfComplete(leader, state, number);
}

function tasksOf({ store }: DispatcherLeader, { of: { kind, id } }: LogRequest): readonly Task[] {
  if (kind === 'service') return store.tasksOfService(id);
  const task = store.get('task', id);
  return task === undefined ? [] : [task];
}

/** Sends a subscription to a node. False when the node has no session now. */
function ask(
  leader: DispatcherLeader,
  state: DispatcherState,
  number: number,
  { nodes, request }: Subscription,
  nodeId: string,
): boolean {
  const session = state.nodes.get(nodeId)?.session;
  nodes.set(nodeId, session && 0);
  if (session === undefined) return false;
  const sequence = nextSequence(session);
  const { call: id, route } = session;
  leader.reply(route, { method: 'dispatcher.subscription', id, sequence, subscription: number, request });
  return true;
}

/** Tells the caller. */
function pass(leader: DispatcherLeader, subscription: Subscription, logs: readonly TaskLog[]): void {
  subscription.messages += 1;
  const { route, call: id, messages: sequence } = subscription;
  leader.reply(route, { method: 'control.lines', id, sequence, logs });
}

/** A node tells its lines. Those of a subscription that has ended, and those it repeats, are nobody's. */
export function publish(
  leader: DispatcherLeader,
  state: DispatcherState,
  { nodeId, sessionId, subscription: number, part, logs, last }: Call<'dispatcher.publish'>,
): CallError | undefined {
  const found = findSession(state.nodes, nodeId, sessionId);
  if ('error' in found) return found.error;
  const subscription = state.subscriptions.get(number);
  const parts = subscription?.nodes.get(nodeId);
  if (subscription === undefined || parts === undefined || part <= parts) return undefined;
  if (part > parts + 1) {
    // The stream of a real connection would have broken.
    leave(leader, state, number, subscription, nodeId);
    return undefined;
  }
  subscription.nodes.set(nodeId, last ? undefined : part);
  if (logs.length > 0) pass(leader, subscription, logs);
  endIfComplete(leader, state, number);
  return undefined;
}

/** A task of some node is new or has got its node: those who follow its service hear of it from now on. */
export function followLogs(
  leader: DispatcherLeader,
  state: DispatcherState,
  event: StoreEvent & { readonly kind: 'task' },
): void {
  if (event.action === 'remove' || event.after.nodeId === '') return;
  const { id, serviceId, nodeId } = event.after;
  for (const [number, subscription] of state.subscriptions) {
    const { of, follow } = subscription.request;
    const concerned = (of.kind === 'service' ? serviceId : id) === of.id;
    if (follow && concerned && !subscription.nodes.has(nodeId)) {
      ask(leader, state, number, subscription, nodeId);
    }
  }
}

/** A node has a new session: it is asked again for what is followed there, from the beginning. */
export function resubscribe(leader: DispatcherLeader, state: DispatcherState, nodeId: string): void {
  for (const [number, subscription] of state.subscriptions) {
    if (subscription.request.follow && subscription.nodes.has(nodeId)) {
      ask(leader, state, number, subscription, nodeId);
    }
  }
}

/** The session of a node has ended: it publishes nothing more in it. */
export function endSubscriptionsOf(leader: DispatcherLeader, state: DispatcherState, nodeId: string): void {
  for (const [number, subscription] of state.subscriptions) {
    if (subscription.nodes.get(nodeId) !== undefined) leave(leader, state, number, subscription, nodeId);
  }
}

function leave(
  leader: DispatcherLeader,
  state: DispatcherState,
  number: number,
  { nodes, reasons, request }: Subscription,
  nodeId: string,
): void {
  nodes.set(nodeId, undefined);
  if (!request.follow) reasons.push(`node ${nodeId} disconnected unexpectedly`);
  endIfComplete(leader, state, number);
}

/** The caller wants no more, or is not there any more. */
export function unsubscribe(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  call: number,
): void {
  for (const [number, subscription] of state.subscriptions) {
    if (subscription.call !== call || subscription.route[0] !== route[0]) continue;
    forgetSubscription(leader, state, number);
  }
}

/** Only managers carry streams: what was opened at one that is none any more has no reader. */
export function dropStrangers(leader: DispatcherLeader, state: DispatcherState): void {
  const hosts = new Set(state.managers.map(({ host }) => host));
  for (const [number, { route }] of state.subscriptions) {
    if (!hosts.has(route[0] ?? '')) forgetSubscription(leader, state, number);
  }
}

/** Agents that still publish for it are told to stop. */
export function forgetSubscription(leader: DispatcherLeader, state: DispatcherState, number: number): void {
  const subscription = state.subscriptions.get(number);
  if (subscription === undefined) return;
  state.subscriptions.delete(number);
  if (subscription.timer !== undefined) leader.cancel(subscription.timer);
  for (const [nodeId, parts] of subscription.nodes) {
    const session = state.nodes.get(nodeId)?.session;
    if (parts === undefined || session === undefined) continue;
    const { call: id, route } = session;
    const sequence = nextSequence(session);
    leader.reply(route, { method: 'dispatcher.unsubscribe', id, sequence, subscription: number });
  }
}

/** The leadership ends, and the broker with it. */
export function cancelSubscriptions(leader: DispatcherLeader, state: DispatcherState): void {
  for (const { route, call: id, timer } of state.subscriptions.values()) {
    if (timer !== undefined) leader.cancel(timer);
    const error = { code: 'Canceled', message: 'context canceled' } as const;
    leader.reply(route, { method: 'control.failed', id, error });
  }
  state.subscriptions.clear();
}

function endIfComplete(leader: DispatcherLeader, state: DispatcherState, number: number): void {
  const subscription = state.subscriptions.get(number);
  if (subscription === undefined || subscription.request.follow) return;
  const { route, call: id, messages, nodes, reasons } = subscription;
  for (const parts of nodes.values()) if (parts !== undefined) return;
  forgetSubscription(leader, state, number);
  const warning =
    reasons.length === 0
      ? ''
      : `warning: incomplete log stream. some logs could not be retrieved for the following reasons: ${reasons.join(', ')}`;
  leader.reply(route, { method: 'control.done', id, result: { kind: 'logs', messages, warning } });
}
