// New managers, one at a time (R-R121): a health check back to the newcomer, then the configuration change that makes it a member.

import type { RaftJoinCall } from '../../model/calls.ts';
import { second } from '../../model/duration.ts';
import type { CallError } from '../../model/messages.ts';
import { proposeConfigurationChange } from '../../raft/index.ts';
import type { ManagerContext } from '../context.ts';
import { raftEnvironment } from '../raft-environment.ts';
import { sendReply } from '../reply.ts';
import type { Join, ManagerState } from '../state.ts';
import { lostLeadership } from '../texts.ts';

/** How long a newcomer may take to answer the health check. */
const checkLimit = 5 * second;
/** How long the whole request may take (R-R10). */
const joinLimit = 25 * second;
/** Raft IDs are drawn below this (R-R11 says 2^63; this is what a double holds exactly). */
const raftIdBound = 2 ** 52;

/** A Raft ID that no member has or had. */
export function drawRaftId(context: ManagerContext, taken: (raftId: number) => boolean): number {
  for (;;) {
    const raftId = 1 + context.random('raft-ids', raftIdBound);
    if (!taken(raftId)) return raftId;
  }
}

/** A newcomer asks the leader to be made a member. */
export function requestJoin(
  context: ManagerContext,
  manager: ManagerState,
  call: RaftJoinCall,
  route: readonly string[],
): void {
  const { leadership } = manager;
  if (leadership === undefined) {
    fail(context, { callId: call.id, route }, { code: 'FailedPrecondition', message: lostLeadership });
    return;
  }
  for (const member of manager.members.values()) {
    if (member.nodeId !== call.nodeId || member.addr !== call.addr) continue;
    succeed(context, manager, { callId: call.id, route }, member.raftId);
    return;
  }
  const raftId = drawRaftId(context, (id) => manager.members.has(id) || manager.removed.has(id));
  const member = { raftId, nodeId: call.nodeId, host: call.host, addr: call.addr };
  leadership.joins.push({ raftId, member, callId: call.id, route, phase: 'waiting' });
  nextJoin(context, manager);
}

function nextJoin(context: ManagerContext, manager: ManagerState): void {
  const join = manager.leadership?.joins[0];
  if (join === undefined || join.phase !== 'waiting') return;
  join.phase = 'checking';
  context.send(join.member.host, { kind: 'raft.check', purpose: 'join', check: join.raftId });
  context.later(checkLimit, { kind: 'manager.join-limit', raftId: join.raftId });
}

/** The newcomer answered the health check: the change is proposed. */
export function joinerHealthy(context: ManagerContext, manager: ManagerState, check: number): void {
  const join = manager.leadership?.joins[0];
  if (join === undefined || join.raftId !== check || join.phase !== 'checking') return;
  join.phase = 'changing';
  context.later(joinLimit, { kind: 'manager.join-limit', raftId: join.raftId });
  const { member } = join;
  proposeConfigurationChange(manager.raft, raftEnvironment(context), {
    form: 'single',
    transition: 'auto',
    operations: [{ type: 'add-voter', id: member.raftId }],
    context: { kind: 'member', by: manager.self.raftId, request: 0, member },
  });
}

/** A member change was applied here: the newcomer it was for learns its Raft ID and the members (R-R121). */
export function memberChanged(context: ManagerContext, manager: ManagerState, raftId: number): void {
  const joins = manager.leadership?.joins;
  const join = joins?.[0];
  if (joins === undefined || join === undefined || join.raftId !== raftId) return;
  joins.shift();
  succeed(context, manager, join, raftId);
  nextJoin(context, manager);
}

/** A step of a join took too long. A change that was replaced by an empty entry ends here as well (R-R124). */
export function joinLimitReached(context: ManagerContext, manager: ManagerState, raftId: number): void {
  const joins = manager.leadership?.joins;
  const join = joins?.[0];
  if (joins === undefined || join === undefined || join.raftId !== raftId) return;
  joins.shift();
  const message =
    join.phase === 'checking'
      ? `could not connect to prospective new cluster member using its advertised address: ${join.member.addr}`
      : 'context deadline exceeded';
  fail(context, join, { code: join.phase === 'checking' ? 'Unknown' : 'DeadlineExceeded', message });
  nextJoin(context, manager);
}

type Caller = Pick<Join, 'callId' | 'route'>;

function succeed(
  context: ManagerContext,
  manager: ManagerState,
  { callId, route }: Caller,
  raftId: number,
): void {
  const members = [...manager.members.values()];
  sendReply(context, route, {
    method: 'control.done',
    id: callId,
    result: { kind: 'member', raftId, members },
  });
}

function fail(context: ManagerContext, { callId, route }: Caller, error: CallError): void {
  sendReply(context, route, { method: 'control.failed', id: callId, error });
}
