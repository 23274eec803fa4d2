// Where a call goes: served here if this manager leads, else forwarded once to the leader it knows, else held until one is known (R-R29 to R-R31).

import type { Call, CloseLogsCall, ControlChange, LogsCall, Reply } from '../model/calls.ts';
import { second } from '../model/duration.ts';
import type { CallError, CallMessage } from '../model/messages.ts';
import type { ManagerContext } from './context.ts';
import { answerQuery } from './control/query.ts';
import { ReactorDesk } from './desk.ts';
import { subscribe, unsubscribe } from './dispatcher/logs.ts';
import { dispatch } from './leadership.ts';
import { requestJoin } from './membership/join.ts';
import { sendReply } from './reply.ts';
import type { Leadership, ManagerState } from './state.ts';
import { lostLeadership } from './texts.ts';

/** How often a held call looks for a leader again. */
const retryInterval = second;
/** The daemon's limit on every request that needs a manager (R-R207). */
const callLimit = 20 * second;
/** More consecutive ticks than this without a leader, and calls fail at once (R-R29). */
const leaderlessTicks = 10;

/** R-R212. */
const noLeader =
  "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";

/** A call has arrived, from this host or over the network. */
export function takeCall(context: ManagerContext, manager: ManagerState, message: CallMessage<Call>): void {
  if (tryCall(context, manager, message)) return;
  if (manager.leaderless > leaderlessTicks) {
    refuse(context, message, { code: 'Unknown', message: noLeader });
    return;
  }
  manager.waiting.push({ message, deadline: context.now() + callLimit });
  scheduleRetry(context, manager);
}

/** Looks again for a leader for the calls that wait. */
export function retryCalls(context: ManagerContext, manager: ManagerState): void {
  manager.retrying = false;
  const waiting = manager.waiting.splice(0);
  for (const call of waiting) {
    if (tryCall(context, manager, call.message)) continue;
    if (context.now() >= call.deadline) {
      refuse(context, call.message, { code: 'DeadlineExceeded', message: 'context deadline exceeded' });
    } else manager.waiting.push(call);
  }
  scheduleRetry(context, manager);
}

function scheduleRetry(context: ManagerContext, manager: ManagerState): void {
  if (manager.retrying || manager.waiting.length === 0) return;
  manager.retrying = true;
  context.later(retryInterval, { kind: 'manager.retry', life: manager.life });
}

/** Serves or forwards; false when no leader is known or within reach. */
function tryCall(context: ManagerContext, manager: ManagerState, message: CallMessage<Call>): boolean {
  const { raft } = manager;
  if (raft.role === 'leader') {
    serve(context, manager, message);
    return true;
  }
  const leader = manager.members.get(raft.leader);
  if (leader === undefined || manager.peers.get(raft.leader)?.active !== true) return false;
  if (message.forwarded) {
    const error = `more than one redirect to leader from: ${message.route.join(', ')}`;
    refuse(context, message, { code: 'ResourceExhausted', message: error });
    return true;
  }
  const route = message.route.at(-1) === context.host ? message.route : [...message.route, context.host];
  context.send(leader.host, { kind: 'call', route, forwarded: true, call: message.call });
  return true;
}

/** This manager leads. Before the barrier it reads, but does not write yet (R-R28). */
function serve(context: ManagerContext, manager: ManagerState, message: CallMessage<Call>): void {
  const { call, route } = message;
  if (isOwnCall(call) && isBlacklisted(manager, call.nodeId)) {
    const error = `node ${call.nodeId} was removed from swarm`;
    refuse(context, message, { code: 'PermissionDenied', message: error });
    return;
  }
  switch (call.method) {
    case 'get':
    case 'list':
      answerQuery(context, manager, call, route);
      return;
    case 'swarm.root':
    case 'swarm.join':
    case 'swarm.renew':
      if (manager.leadership === undefined) {
        refuse(context, message, { code: 'Aborted', message: 'CA signer is stopped' });
      } else if (call.method === 'swarm.root') answerQuery(context, manager, call, route);
      else change(manager.leadership, call, route);
      return;
    case 'raft.join':
      requestJoin(context, manager, call, route);
      return;
    case 'dispatcher.session':
    case 'dispatcher.heartbeat':
    case 'dispatcher.assignments':
    case 'dispatcher.report':
    case 'dispatcher.publish':
      if (!dispatch(context, manager, call, route)) {
        refuse(context, message, { code: 'Aborted', message: 'dispatcher is stopped' });
      }
      return;
    case 'logs':
    case 'logs.close':
      askLogs(context, manager, message, call);
      return;
    default:
      if (manager.leadership === undefined) {
        refuse(context, message, { code: 'Unknown', message: lostLeadership });
      } else change(manager.leadership, call, route);
  }
}

function askLogs(
  context: ManagerContext,
  manager: ManagerState,
  message: CallMessage<Call>,
  call: LogsCall | CloseLogsCall,
): void {
  const { leadership } = manager;
  if (leadership?.reactors === undefined) {
    refuse(context, message, { code: 'Unknown', message: 'broker is not running' });
    return;
  }
  const desk = new ReactorDesk(context, manager, leadership, 'dispatcher');
  const { dispatcher } = leadership.reactors;
  if (call.method === 'logs') subscribe(desk, dispatcher, message.route, call);
  else unsubscribe(desk, dispatcher, message.route, call.id);
}

/** Gets in line for the one writer. */
function change(leadership: Leadership, call: ControlChange, route: readonly string[]): void {
  leadership.queue.push({ reactor: 'control', job: { kind: 'change', call, route } });
}

/** A call that a node makes in its own name. */
function isOwnCall(call: Call): call is Call & { readonly nodeId: string } {
  return 'nodeId' in call && call.method !== 'node.update' && call.method !== 'node.remove';
}

/** A removed node's certificate is refused for ever; commands about it are not its own (R-R141). */
function isBlacklisted(manager: ManagerState, nodeId: string): boolean {
  const cluster = manager.store.tables.cluster.values().next().value;
  return cluster?.blacklist.includes(nodeId) === true;
}

function refuse(context: ManagerContext, { call, route }: CallMessage<Call>, error: CallError): void {
  const reply: Reply = call.method.startsWith('dispatcher.')
    ? { method: 'dispatcher.error', id: call.id, error }
    : { method: 'control.failed', id: call.id, error };
  sendReply(context, route, reply);
}
