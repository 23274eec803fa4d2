// The reactors of an announced leader: how they are started, told of changes and timers, and how they write.
// One writer: jobs are taken first come, first served; one transaction is in flight until its entry is applied here (R-R200).

import { CallFailure } from '../model/failure.ts';
import type { DispatcherCall } from '../model/messages.ts';
import { findProgress, NONE, propose } from '../raft/index.ts';
import { assert } from '../sim/assert.ts';
import type { StoreEvent } from '../store/event.ts';
import { begin, maxTransactionSize, type RunningTransaction } from '../store/running.ts';
import type { ManagerContext } from './context.ts';
import { ReactorDesk } from './desk.ts';
import { call as callDispatcher, stopDispatcher } from './dispatcher/dispatcher.ts';
import type { Outcome } from './leader.ts';
import { raftEnvironment } from './raft-environment.ts';
import {
  type ReactorJob,
  type ReactorName,
  type ReactorStates,
  type ReactorTimer,
  reactorOrder,
  reactors,
} from './reactors.ts';
import { sendReply } from './reply.ts';
import type { Leadership, ManagerState } from './state.ts';
import { lostLeadership } from './texts.ts';

/** The manager acts as leader from now on: its reactors start from what the store says (R-R24). */
export function startLeadership(context: ManagerContext, manager: ManagerState): void {
  assert(manager.leadership === undefined, 'a leader is announced once a term');
  const leadership: Leadership = {
    term: manager.raft.term,
    reactors: undefined,
    queue: [],
    inFlight: undefined,
    joins: [],
  };
  manager.leadership = leadership;
  context.note({ kind: 'raft.announced', term: manager.raft.term });
  const start = <Name extends ReactorName>(name: Name): ReactorStates[Name] =>
    reactors[name].start(new ReactorDesk(context, manager, leadership, name));
  leadership.reactors = {
    control: start('control'),
    dispatcher: start('dispatcher'),
    allocator: start('allocator'),
    scheduler: start('scheduler'),
    enforcer: start('enforcer'),
    volumeEnforcer: start('volumeEnforcer'),
    reaper: start('reaper'),
    replicated: start('replicated'),
    jobs: start('jobs'),
    global: start('global'),
    roles: start('roles'),
    volumes: start('volumes'),
  };
}

/** Leadership is gone: reactors and timers end, and whoever waits for a write learns that its outcome is unknown (R-R25, R-R26). */
export function endLeadership(context: ManagerContext, manager: ManagerState): void {
  const { leadership } = manager;
  if (leadership === undefined) return;
  manager.leadership = undefined;
  stopDispatcher(
    new ReactorDesk(context, manager, leadership, 'dispatcher'),
    stateOf(leadership, 'dispatcher'),
  );
  if (leadership.inFlight !== undefined) {
    finishJob(context, manager, leadership, leadership.inFlight.job, 'lost');
  }
  for (const job of leadership.queue) dropJob(context, manager, leadership, job);
  for (const { callId, route } of leadership.joins) {
    const error = { code: 'FailedPrecondition', message: lostLeadership } as const;
    sendReply(context, route, { method: 'control.failed', id: callId, error });
  }
}

/** Shows the committed changes of one transaction to every reactor, then the commit marker (R-R203). */
export function showChanges(
  context: ManagerContext,
  manager: ManagerState,
  events: readonly StoreEvent[],
): void {
  const { leadership } = manager;
  if (leadership === undefined || events.length === 0) return;
  for (const event of events) {
    for (const name of reactorOrder) showChange(context, manager, leadership, name, event);
  }
  for (const name of reactorOrder) showCommit(context, manager, leadership, name);
}

function showChange<Name extends ReactorName>(
  context: ManagerContext,
  manager: ManagerState,
  leadership: Leadership,
  name: Name,
  event: StoreEvent,
): void {
  const desk = new ReactorDesk(context, manager, leadership, name);
  reactors[name].change(desk, stateOf(leadership, name), event);
}

function showCommit<Name extends ReactorName>(
  context: ManagerContext,
  manager: ManagerState,
  leadership: Leadership,
  name: Name,
): void {
  reactors[name].commit(new ReactorDesk(context, manager, leadership, name), stateOf(leadership, name));
}

function stateOf<Name extends ReactorName>(leadership: Leadership, name: Name): ReactorStates[Name] {
  assert(leadership.reactors !== undefined, 'reactors are started before anything is shown to them');
  return leadership.reactors[name];
}

/** A reactor's timer has come. One of an earlier leadership is nobody's. */
export function fireTimer<Name extends ReactorName>(
  context: ManagerContext,
  manager: ManagerState,
  { term, reactor, timer }: ReactorTimer<Name>,
): void {
  const { leadership } = manager;
  if (leadership === undefined || leadership.term !== term) return;
  const desk = new ReactorDesk(context, manager, leadership, reactor);
  reactors[reactor].timer(desk, stateOf(leadership, reactor), timer);
}

/**
 * Runs the jobs that wait, until one is in flight or none is left. While Raft takes no proposals, because leadership is being handed over,
 * what somebody outside waits for is refused (R-R34); the other jobs wait, for nobody would ask for them again if it stays here after all.
 */
export function runWriter(context: ManagerContext, manager: ManagerState): void {
  const { leadership } = manager;
  if (leadership === undefined) return;
  while (leadership.inFlight === undefined) {
    const next = takesProposals(manager) ? leadership.queue.shift() : takeAwaited(leadership);
    if (next === undefined) return;
    runJob(context, manager, leadership, next);
  }
}

function takesProposals({ raft }: ManagerState): boolean {
  return raft.transferTarget === NONE && findProgress(raft.progress, raft.id) !== undefined;
}

/** The first job that is a user's change or holds the registrations of agents. */
function takeAwaited(leadership: Leadership): ReactorJob | undefined {
  const at = leadership.queue.findIndex(
    ({ reactor, job }) =>
      (reactor === 'control' && job.kind === 'change') || (reactor === 'dispatcher' && job.kind === 'batch'),
  );
  return at < 0 ? undefined : leadership.queue.splice(at, 1)[0];
}

function runJob(
  context: ManagerContext,
  manager: ManagerState,
  leadership: Leadership,
  entry: ReactorJob,
): void {
  const tx = begin(manager.store, { version: manager.raft.log.committed, now: context.now() });
  let again: boolean;
  try {
    again = writeJob(context, manager, leadership, entry, tx);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    refuseJob(context, manager, leadership, entry, error);
    return;
  }
  if (tx.size > maxTransactionSize) {
    // A user is told (R-R8); a part of the leader leaves it at that, as one whose commit fails.
    if (reactors[entry.reactor].refused === undefined) {
      finishJob(context, manager, leadership, entry, 'dropped');
    } else refuseJob(context, manager, leadership, entry, tooLarge());
    return;
  }
  const actions = tx.actions();
  if (actions.length === 0) {
    assert(!again, 'a full transaction has changes');
    finishJob(context, manager, leadership, entry, 'committed');
    return;
  }
  const request = manager.nextRequest;
  manager.nextRequest += 1;
  const by = manager.self.raftId;
  const data = { kind: 'transaction', by, request, actions, bytes: tx.size } as const;
  if (propose(manager.raft, raftEnvironment(context), data) === 'ok') {
    leadership.inFlight = { job: entry, request, again };
  } else finishJob(context, manager, leadership, entry, 'dropped');
}

function tooLarge(): CallFailure {
  return new CallFailure('Unknown', "raft: raft message is too large and can't be sent");
}

function writeJob<Name extends ReactorName>(
  context: ManagerContext,
  manager: ManagerState,
  leadership: Leadership,
  { reactor, job }: ReactorJob<Name>,
  tx: RunningTransaction,
): boolean {
  const desk = new ReactorDesk(context, manager, leadership, reactor);
  return reactors[reactor].write(desk, stateOf(leadership, reactor), job, tx) === 'again';
}

function refuseJob<Name extends ReactorName>(
  context: ManagerContext,
  manager: ManagerState,
  leadership: Leadership,
  { reactor, job }: ReactorJob<Name>,
  failure: CallFailure,
): void {
  const { refused } = reactors[reactor];
  if (refused === undefined) throw failure;
  refused(new ReactorDesk(context, manager, leadership, reactor), stateOf(leadership, reactor), job, failure);
}

/** A job that nothing was written of: only reactors that answer users need to know. */
function dropJob<Name extends ReactorName>(
  context: ManagerContext,
  manager: ManagerState,
  leadership: Leadership,
  { reactor, job }: ReactorJob<Name>,
): void {
  const desk = new ReactorDesk(context, manager, leadership, reactor);
  const failure = new CallFailure('Unknown', lostLeadership);
  reactors[reactor].refused?.(desk, stateOf(leadership, reactor), job, failure);
}

function finishJob<Name extends ReactorName>(
  context: ManagerContext,
  manager: ManagerState,
  leadership: Leadership,
  { reactor, job }: ReactorJob<Name>,
  outcome: Outcome,
): void {
  const desk = new ReactorDesk(context, manager, leadership, reactor);
  reactors[reactor].written(desk, stateOf(leadership, reactor), job, outcome);
}

/** The entry of the transaction in flight has been applied and shown: its job is done, or goes on behind those that wait (R-R202). */
export function transactionApplied(context: ManagerContext, manager: ManagerState, request: number): void {
  const { leadership } = manager;
  if (leadership?.inFlight?.request !== request) return;
  const { job, again } = leadership.inFlight;
  leadership.inFlight = undefined;
  if (again) leadership.queue.push(job);
  else finishJob(context, manager, leadership, job, 'committed');
}

/** Hands an agent's call to the dispatcher; false while there is none (R-R28). */
export function dispatch(
  context: ManagerContext,
  manager: ManagerState,
  call: DispatcherCall,
  route: readonly string[],
): boolean {
  const { leadership } = manager;
  if (leadership === undefined) return false;
  const desk = new ReactorDesk(context, manager, leadership, 'dispatcher');
  callDispatcher(desk, stateOf(leadership, 'dispatcher'), route, call);
  return true;
}
