// The dispatcher: the leader's side of every agent (raft-cluster reference, section 4). It keeps sessions alive by heartbeats, takes status
// reports and tells nodes what to run. It judges nothing but whether a node is there; what that means for tasks is the orchestrators'.
// All of it is memory and dies with the leadership: a new leader's dispatcher starts empty (R-R155).

import { defaultClusterSpec } from '../../model/defaults.ts';
import { equalData } from '../../model/equal.ts';
import type { CallError, DispatcherCall } from '../../model/messages.ts';
import { assert, unreachable } from '../../sim/assert.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Outcome, Reactor } from '../leader.ts';
import { proposalDropped } from '../texts.ts';
import { armBatch, countUpdates, createBatch, flush, writeBatch } from './batch.ts';
import type { DispatcherJob, DispatcherLeader, DispatcherTimer } from './leader.ts';
import { cancelSubscriptions, dropStrangers, followLogs, forgetSubscription, publish } from './logs.ts';
import { findSession, refuse } from './nodes.ts';
import {
  awaitNode,
  expire,
  followNode,
  followPeriod,
  heartbeat,
  markUnknown,
  openSession,
  orphanTasks,
  pushSession,
  register,
} from './sessions.ts';
import type { Call, DispatcherState } from './state.ts';
import { endQuiet, followAssignment, followVolume, openAssignments } from './streams.ts';

export type { DispatcherJob, DispatcherLeader, DispatcherTimer } from './leader.ts';
export type { DispatcherState } from './state.ts';

/** What a call gets on a leader whose dispatcher does not run: not announced yet, or no longer (R-R28, R-R157). */
export const dispatcherStopped: CallError = { code: 'Aborted', message: 'dispatcher is stopped' };

/** What waits for a batch that was not written gets while leadership is being handed over (R-R34). */
const notWritten: CallError = { code: 'Unknown', message: proposalDropped };

/** Answers an agent's call, at once or once what it has to say is written. `route`: the hosts the call has passed, the caller's first. */
export function call(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  message: DispatcherCall,
): void {
  const refusal = take(leader, state, route, message);
  if (refusal !== undefined) refuse(leader, route, message.id, refusal);
}

/** Returns why the call is refused, if it is. */
function take(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  message: DispatcherCall,
): CallError | undefined {
  switch (message.method) {
    case 'dispatcher.session':
      return openSession(leader, state, route, message);
    case 'dispatcher.heartbeat':
      return heartbeat(leader, state, route, message);
    case 'dispatcher.assignments':
      return openAssignments(leader, state, route, message);
    case 'dispatcher.report':
      return report(leader, state, route, message);
    case 'dispatcher.publish':
      return publish(leader, state, message);
    default:
      return unreachable(message);
  }
}

/** The leadership is ending in good order: every session is told to go (R-R157). What is queued is lost; agents report again. */
export function stopDispatcher(leader: DispatcherLeader, state: DispatcherState): void {
  const { queued, writing } = state.batch;
  for (const { route, call: id } of [...(writing?.registrations ?? []), ...queued.registrations]) {
    refuse(leader, route, id, dispatcherStopped);
  }
  cancelSubscriptions(leader, state);
  for (const { session } of state.nodes.values()) {
    if (session === undefined) continue;
    refuse(leader, session.route, session.call, { code: 'Aborted', message: 'node must disconnect' });
  }
}

/** The leader it is given must be a `DispatcherLeader`. */
export const dispatcherReactor: Reactor<DispatcherState, DispatcherTimer, DispatcherJob> = {
  start(leader: DispatcherLeader) {
    const state: DispatcherState = {
      period: defaultClusterSpec.dispatcherHeartbeat,
      nodes: new Map(),
      down: new Map(),
      unmarked: new Set(),
      batch: createBatch(leader.now()),
      managers: leader.managers(),
      nodesChanged: false,
      subscriptions: new Map(),
      lastSubscription: 0,
    };
    for (const cluster of leader.store.list('cluster')) followPeriod(state, cluster.spec.dispatcherHeartbeat);
    for (const node of leader.store.list('node')) awaitNode(leader, state, node);
    if (state.unmarked.size > 0) leader.request({ kind: 'mark-unknown' });
    return state;
  },

  change(leader: DispatcherLeader, state, event: StoreEvent) {
    if (event.kind === 'task') {
      followAssignment(leader, state, event);
      followLogs(leader, state, event);
    }
    if (event.kind === 'volume') followVolume(leader, state, event);
    if (event.kind === 'node') followNode(leader, state, event);
    if (event.kind === 'cluster' && event.action !== 'remove') {
      followPeriod(state, event.after.spec.dispatcherHeartbeat);
    }
  },

  commit(leader: DispatcherLeader, state) {
    if (!state.nodesChanged) return;
    state.nodesChanged = false;
    const managers = leader.managers();
    if (equalData(managers, state.managers)) return;
    state.managers = managers;
    dropStrangers(leader, state);
    for (const [nodeId, { session }] of state.nodes) {
      const node = leader.store.get('node', nodeId);
      if (session !== undefined && node !== undefined) pushSession(leader, state, session, node);
    }
  },

  timer(leader: DispatcherLeader, state, timer) {
    switch (timer.kind) {
      case 'expire':
        expire(leader, state, timer.nodeId);
        break;
      case 'orphan':
        state.down.delete(timer.nodeId);
        leader.request({ kind: 'orphan', nodeId: timer.nodeId });
        break;
      case 'batch':
        state.batch.timer = undefined;
        flush(leader, state.batch);
        break;
      case 'logs':
        forgetSubscription(leader, state, timer.subscription);
        break;
      case 'assign':
        endQuiet(leader, state, timer.nodeId);
        break;
      default:
        unreachable(timer);
    }
  },

  write(leader: DispatcherLeader, state, job, tx) {
    switch (job.kind) {
      case 'mark-unknown':
        return markUnknown(state, tx);
      case 'batch':
        assert(state.batch.writing !== undefined, 'a batch is taken before it is written');
        return writeBatch(state.batch.writing, tx, leader.nodeId);
      case 'orphan':
        return orphanTasks(tx, job.nodeId);
      default:
        return unreachable(job);
    }
  },

  written(leader: DispatcherLeader, state, job, outcome: Outcome) {
    if (job.kind !== 'batch' || outcome === 'lost') return;
    const { batch } = state;
    assert(batch.writing !== undefined, 'a batch is taken before it is written');
    const { registrations } = batch.writing;
    // A dropped batch is lost, as at a change of leadership; who waits to be registered must come again.
    const dropped = outcome === 'dropped';
    if (!dropped && countUpdates(batch.writing) > 0) return;
    batch.writing = undefined;
    batch.wroteAt = leader.now();
    for (const registration of registrations) {
      const refusal = dropped ? notWritten : register(leader, state, registration);
      if (refusal !== undefined) refuse(leader, registration.route, registration.call, refusal);
    }
    armBatch(leader, batch);
  },
};

/** Taken whole or not at all; the answer does not wait for the write (R-R182, R-R183). */
function report(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  { id, nodeId, sessionId, updates, unpublished = [] }: Call<'dispatcher.report'>,
): CallError | undefined {
  const found = findSession(state.nodes, nodeId, sessionId);
  if ('error' in found) return found.error;
  const known = updates.filter(({ taskId }) => leader.store.get('task', taskId) !== undefined);
  if (known.some(({ taskId }) => leader.store.get('task', taskId)?.nodeId !== nodeId)) {
    return { code: 'PermissionDenied', message: 'cannot update a task not assigned this node' };
  }
  const { tasks } = state.batch.queued;
  for (const { taskId, status } of known) {
    // The network may repeat a report after a later one: states only go forward (R-R184).
    if (status.state >= (tasks.get(taskId)?.state ?? status.state)) tasks.set(taskId, status);
  }
  for (const volumeId of unpublished) {
    const nodeIds = state.batch.queued.unpublished.get(volumeId);
    if (nodeIds === undefined) state.batch.queued.unpublished.set(volumeId, new Set([nodeId]));
    else nodeIds.add(nodeId);
  }
  leader.reply(route, { method: 'dispatcher.report', id });
  armBatch(leader, state.batch);
  return undefined;
}
