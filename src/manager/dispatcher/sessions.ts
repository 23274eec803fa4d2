// Sessions: how a node becomes ready, stays so by heartbeats and goes down in silence (R-R160 to R-R172).

import type { CallError } from '../../model/messages.ts';
import type { Node } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import { assert } from '../../sim/assert.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Transaction } from '../../store/transaction.ts';
import { armBatch, type Registration } from './batch.ts';
import type { DispatcherLeader } from './leader.ts';
import { endSubscriptionsOf, resubscribe } from './logs.ts';
import {
  countRegistration,
  endSession,
  findSession,
  graceNormal,
  graceUnknown,
  type KnownNode,
  type NodeSession,
  nextSequence,
  orphanTimeout,
  restartGrace,
  stopGrace,
} from './nodes.ts';
import type { Call, DispatcherState } from './state.ts';

const nodeNotFound: CallError = { code: 'Unknown', message: 'node not found' };

/** A node the new leader finds: down stays down, with 24 h more; any other has six periods to show itself (R-R156). */
export function awaitNode(leader: DispatcherLeader, state: DispatcherState, node: Node): void {
  if (node.status.state === 'down') {
    listDown(leader, state, node.id);
    return;
  }
  const known: KnownNode = {
    session: undefined,
    registrations: 0,
    acceptedAt: undefined,
    timer: undefined,
  };
  restartGrace(leader, known, node.id, state.period, graceUnknown);
  state.nodes.set(node.id, known);
  state.unmarked.add(node.id);
}

export function markUnknown(state: DispatcherState, tx: Transaction): 'done' | 'again' {
  for (const nodeId of state.unmarked) {
    if (tx.full) return 'again';
    state.unmarked.delete(nodeId);
    if (tx.get('node', nodeId) === undefined) continue;
    tx.update('node', nodeId, (draft) => {
      draft.status.state = 'unknown';
      draft.status.message = 'Node moved to "unknown" state due to leadership change in cluster';
    });
  }
  return 'done';
}

/** Queues a node as ready; it is answered when that is written. Returns why it is refused, if it is. */
export function openSession(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  message: Call<'dispatcher.session'>,
): CallError | undefined {
  const { nodeId, sessionId, addr, description, id } = message;
  const known = state.nodes.get(nodeId);
  const resumes = known?.session?.id === sessionId ? sessionId : '';
  // A live session opened again is no registration and not counted (R-R160).
  if (resumes === '') {
    const refusal = known && countRegistration(known, nodeId, leader.now());
    if (refusal !== undefined) return refusal;
    if (leader.store.get('node', nodeId) === undefined) return nodeNotFound;
    // The node is here: no grace may end while it waits to be written as ready.
    if (known !== undefined) stopGrace(leader, known);
  }
  unlistDown(leader, state, nodeId);
  state.unmarked.delete(nodeId);
  const { queued } = state.batch;
  queued.nodes.set(nodeId, { state: 'ready', message: '', said: { addr, description } });
  queued.registrations.push({ nodeId, route, call: id, resumes });
  armBatch(leader, state.batch);
  return undefined;
}

/** The node is written as ready: its session begins, or goes on (R-R161). Returns why it does not, if so. */
export function register(
  leader: DispatcherLeader,
  state: DispatcherState,
  { nodeId, route, call, resumes }: Registration,
): CallError | undefined {
  const node = leader.store.get('node', nodeId);
  if (node === undefined) return nodeNotFound;
  if (resumes !== '') {
    const found = findSession(state.nodes, nodeId, resumes);
    if ('error' in found) return found.error;
    // The network may hold up or repeat a call that its agent has given up for a later one; a broken stream carries none.
    if (call <= found.session.call) return undefined;
    endSession(leader, found.known);
    endSubscriptionsOf(leader, state, nodeId);
    beginSession(leader, state, found.known, node, { id: resumes, route, call });
    return undefined;
  }
  const known = state.nodes.get(nodeId) ?? {
    session: undefined,
    registrations: 0,
    acceptedAt: leader.now(),
    timer: undefined,
  };
  endSession(leader, known);
  endSubscriptionsOf(leader, state, nodeId);
  state.nodes.set(nodeId, known);
  restartGrace(leader, known, nodeId, state.period, graceNormal);
  beginSession(leader, state, known, node, { id: leader.newId(), route, call });
  return undefined;
}

function beginSession(
  leader: DispatcherLeader,
  state: DispatcherState,
  known: KnownNode,
  node: Node,
  session: Pick<NodeSession, 'id' | 'route' | 'call'>,
): void {
  known.session = { ...session, sequence: 0, stream: undefined };
  pushSession(leader, state, known.session, node);
  resubscribe(leader, state, node.id);
}

export function pushSession(
  leader: DispatcherLeader,
  state: DispatcherState,
  session: NodeSession,
  node: Node,
): void {
  leader.reply(session.route, {
    method: 'dispatcher.session',
    id: session.call,
    sequence: nextSequence(session),
    sessionId: session.id,
    managers: state.managers,
    node,
  });
}

export function followNode(
  leader: DispatcherLeader,
  state: DispatcherState,
  event: StoreEvent & { readonly kind: 'node' },
): void {
  state.nodesChanged = true;
  const known = state.nodes.get(event.id);
  if (event.action === 'remove') {
    unlistDown(leader, state, event.id);
    if (known === undefined) return;
    stopGrace(leader, known);
    endSession(leader, known);
    endSubscriptionsOf(leader, state, event.id);
    state.nodes.delete(event.id);
  } else if (known?.session !== undefined) {
    pushSession(leader, state, known.session, event.after);
  }
}

/** Every accepted heartbeat draws a period, tells it and gives three of them (R-R168). */
export function heartbeat(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  { id, nodeId, sessionId }: Call<'dispatcher.heartbeat'>,
): CallError | undefined {
  const found = findSession(state.nodes, nodeId, sessionId);
  if ('error' in found) return found.error;
  const period = restartGrace(leader, found.known, nodeId, state.period, graceNormal);
  const { sequence } = found.session;
  leader.reply(route, { method: 'dispatcher.heartbeat', id, sequence, period });
  return undefined;
}

/** A running grace keeps its length; an absent period keeps the one in force (R-R159). */
export function followPeriod(state: DispatcherState, period: number): void {
  if (period > 0) state.period = period;
}

export function expire(leader: DispatcherLeader, state: DispatcherState, nodeId: string): void {
  const known = state.nodes.get(nodeId);
  assert(known !== undefined, 'the grace of a node ends with its session');
  known.timer = undefined;
  const message =
    known.session === undefined ? 'heartbeat failure for node in "unknown" state' : 'heartbeat failure';
  endSession(leader, known);
  endSubscriptionsOf(leader, state, nodeId);
  state.nodes.delete(nodeId);
  state.batch.queued.nodes.set(nodeId, { state: 'down', message });
  listDown(leader, state, nodeId);
  armBatch(leader, state.batch);
}

function listDown(leader: DispatcherLeader, state: DispatcherState, nodeId: string): void {
  unlistDown(leader, state, nodeId);
  state.down.set(nodeId, leader.later(orphanTimeout, { kind: 'orphan', nodeId }));
}

function unlistDown(leader: DispatcherLeader, state: DispatcherState, nodeId: string): void {
  const timer = state.down.get(nodeId);
  if (timer !== undefined) leader.cancel(timer);
  state.down.delete(nodeId);
}

/** Only the state changes; message and times stay as they were (R-R172, R-O36). */
export function orphanTasks(tx: Transaction, nodeId: string): 'done' | 'again' {
  for (const { id, status } of tx.tasksOfNode(nodeId)) {
    if (status.state < TaskState.Assigned || status.state > TaskState.Running) continue;
    if (tx.full) return 'again';
    tx.update('task', id, (draft) => {
      draft.status.state = TaskState.Orphaned;
    });
  }
  return 'done';
}
