// The session of an agent with the managers: opened, kept alive by heartbeats, opened again when it breaks (R-R167, R-R185 to R-R189).
// Losing it touches no task: containers run on (I-46).

import { millisecond, second } from '../model/duration.ts';
import { equalData } from '../model/equal.ts';
import type { DispatcherReply } from '../model/messages.ts';
import { assert, unreachable } from '../sim/assert.ts';
import { applyAssignments } from './assignments.ts';
import { sendCall } from './calls.ts';
import type { AgentContext } from './context.ts';
import { publishLogs } from './logs.ts';
import { nodeChanged } from './network/network.ts';
import { blameManager, chooseManager, knownManagers, learnManagers } from './remotes.ts';
import { queueAllReports } from './reports.ts';
import type { AgentState, OpenSession } from './state.ts';

const backoffBase = 100 * millisecond;
const backoffMax = 8 * second;
/** How often an agent looks whether its node has changed (R-R189). */
const descriptionInterval = 20 * second;

type Reply<Method extends DispatcherReply['method']> = Extract<DispatcherReply, { readonly method: Method }>;

/** Opens a session with a manager. */
export function connect(context: AgentContext, state: AgentState): void {
  const manager = chooseManager(context, state);
  if (manager === undefined) {
    fail(context, state, 'no managers');
    return;
  }
  state.description = context.description();
  const pending = sendCall(context, state, manager, (id) => ({
    method: 'dispatcher.session',
    id,
    nodeId: context.nodeId,
    sessionId: state.sessionId,
    description: state.description,
    addr: context.addr,
  }));
  state.session = { phase: 'opening', manager, pending };
}

/** Ends the session for good. */
export function closeSession(context: AgentContext, state: AgentState): void {
  end(context, state);
  if (state.descriptionTimer !== undefined) context.cancel(state.descriptionTimer);
  state.descriptionTimer = undefined;
  state.session = { phase: 'closed' };
}

/** The session has broken: the next try comes after a drawn pause whose bound grows (R-R185). */
function fail(context: AgentContext, state: AgentState, error: string): void {
  end(context, state);
  state.sessionError = error;
  state.backoff = Math.min(backoffBase + 2 * state.backoff, backoffMax);
  const wait = context.random(`backoff/${context.host}`, state.backoff);
  state.session = { phase: 'waiting', timer: context.later(wait, { kind: 'agent.connect' }) };
}

/** Leaves the session, whatever its phase: nothing of it is waited for any more. */
function end(context: AgentContext, state: AgentState): void {
  const { session } = state;
  switch (session.phase) {
    case 'waiting':
      context.cancel(session.timer);
      break;
    case 'opening':
      context.cancel(session.pending.timer);
      blameManager(state, session.manager);
      break;
    case 'open':
      state.followed.clear();
      context.cancel(session.heartbeat.timer);
      if (session.assignments.timer !== undefined) context.cancel(session.assignments.timer);
      if (session.report !== undefined) context.cancel(session.report.timer);
      blameManager(state, session.manager);
      break;
    case 'closed':
      break;
    default:
      unreachable(session);
  }
}

/** A call has not been answered in time. */
export function callTimedOut(context: AgentContext, state: AgentState): void {
  const opening = state.session.phase === 'opening';
  const deadline = 'rpc error: code = DeadlineExceeded desc = context deadline exceeded';
  fail(context, state, opening ? 'session initiation timed out' : deadline);
}

/** Looks at the node every 20 s; a change restarts the session, which keeps its ID (R-R189). */
export function watchDescription(context: AgentContext, state: AgentState): void {
  state.descriptionTimer = context.later(descriptionInterval, { kind: 'agent.description' });
  if (state.session.phase !== 'open' || equalData(context.description(), state.description)) return;
  end(context, state);
  connect(context, state);
}

export function sendHeartbeat(context: AgentContext, state: AgentState): void {
  const { session } = state;
  assert(session.phase === 'open', 'heartbeats belong to an open session');
  session.heartbeat = sendCall(context, state, session.manager, (id) => ({
    method: 'dispatcher.heartbeat',
    id,
    nodeId: context.nodeId,
    sessionId: state.sessionId,
  }));
}

/** An answer or a pushed message of a manager. What belongs to no call under way is of an older session. */
export function takeReply(context: AgentContext, state: AgentState, reply: DispatcherReply): void {
  const { session } = state;
  if (session.phase === 'opening' && reply.id === session.pending.call) {
    if (reply.method === 'dispatcher.error') fail(context, state, errorText(reply));
    else if (reply.method === 'dispatcher.session') open(context, state, session.manager, reply);
  }
  if (session.phase !== 'open') return;
  switch (reply.method) {
    case 'dispatcher.session':
      if (reply.id === session.call && inOrder(context, state, session, reply.sequence)) {
        takeSessionMessage(context, state, reply);
      }
      break;
    case 'dispatcher.assignments':
      if (reply.id === session.assignments.call && inOrder(context, state, session, reply.sequence)) {
        takeAssignments(context, state, session, reply);
      }
      break;
    case 'dispatcher.heartbeat':
      takeHeartbeat(context, state, session, reply);
      break;
    case 'dispatcher.report':
      if (reply.id !== session.report?.call) break;
      context.cancel(session.report.timer);
      session.report = undefined;
      break;
    case 'dispatcher.subscription':
      if (reply.id === session.call && inOrder(context, state, session, reply.sequence)) {
        publishLogs(context, state, session.manager, reply);
      }
      break;
    case 'dispatcher.unsubscribe':
      if (reply.id === session.call && inOrder(context, state, session, reply.sequence)) {
        state.followed.delete(reply.subscription);
      }
      break;
    case 'dispatcher.error':
      if (concerns(session, reply.id)) fail(context, state, errorText(reply));
      break;
    default:
      unreachable(reply);
  }
}

function errorText({ error }: Reply<'dispatcher.error'>): string {
  return `rpc error: code = ${error.code} desc = ${error.message}`;
}

function concerns(session: OpenSession, id: number): boolean {
  const { heartbeat, report, assignments, call } = session;
  const beat = 'call' in heartbeat ? heartbeat.call : undefined;
  return id === call || id === assignments.call || id === report?.call || id === beat;
}

/** The first message has come: the node is registered. It beats at once, asks for its tasks and reports on those it has (R-R167, R-R181). */
function open(
  context: AgentContext,
  state: AgentState,
  manager: string,
  reply: Reply<'dispatcher.session'>,
): void {
  if (state.session.phase === 'opening') context.cancel(state.session.pending.timer);
  state.sessionId = reply.sessionId;
  state.sessionError = '';
  state.backoff = 0;
  const beat = sendCall(context, state, manager, (id) => ({
    method: 'dispatcher.heartbeat',
    id,
    nodeId: context.nodeId,
    sessionId: reply.sessionId,
  }));
  state.session = {
    phase: 'open',
    manager,
    call: reply.id,
    sequence: reply.sequence,
    heartbeat: beat,
    assignments: openAssignments(context, state, manager),
    report: undefined,
  };
  takeSessionMessage(context, state, reply);
  queueAllReports(state);
}

function openAssignments(
  context: AgentContext,
  state: AgentState,
  manager: string,
): OpenSession['assignments'] {
  const { call, timer } = sendCall(context, state, manager, (id) => ({
    method: 'dispatcher.assignments',
    id,
    nodeId: context.nodeId,
    sessionId: state.sessionId,
  }));
  return { call, position: 0, timer };
}

function takeSessionMessage(
  context: AgentContext,
  state: AgentState,
  { managers, node }: Reply<'dispatcher.session'>,
): void {
  const listed = knownManagers(state);
  learnManagers(state, managers);
  if (!equalData(listed, managers)) context.save('managers', { kind: 'managers', managers });
  nodeChanged(state, node);
  context.nodeSeen(node);
}

/** True when a message of the streams is the next one. One that came before is dropped; a gap breaks the session (see DispatcherReply). */
function inOrder(context: AgentContext, state: AgentState, session: OpenSession, sequence: number): boolean {
  if (sequence > session.sequence + 1) fail(context, state, lostMessage);
  if (sequence !== session.sequence + 1) return false;
  session.sequence = sequence;
  return true;
}

const lostMessage = 'rpc error: code = Unavailable desc = transport is closing';

function takeAssignments(
  context: AgentContext,
  state: AgentState,
  session: OpenSession,
  { assignments: message }: Reply<'dispatcher.assignments'>,
): void {
  const { position, timer } = session.assignments;
  // A message that does not chain: the set is asked for anew (R-R179).
  if (message.type === 'incremental' && message.appliesTo !== position) {
    if (timer !== undefined) context.cancel(timer);
    session.assignments = openAssignments(context, state, session.manager);
    return;
  }
  if (timer !== undefined) context.cancel(timer);
  session.assignments.timer = undefined;
  session.assignments.position = message.resultsIn;
  applyAssignments(context, state, message);
}

/** The next heartbeat goes out after exactly the period that the answer gives (R-R167). */
function takeHeartbeat(
  context: AgentContext,
  state: AgentState,
  session: OpenSession,
  { id, sequence, period }: Reply<'dispatcher.heartbeat'>,
): void {
  const { heartbeat } = session;
  if (!('call' in heartbeat) || heartbeat.call !== id) return;
  context.cancel(heartbeat.timer);
  session.heartbeat = { timer: context.later(period, { kind: 'agent.heartbeat' }) };
  if (sequence > session.sequence) fail(context, state, lostMessage);
}
