// New managers, one at a time (R-R121): a health check back to the newcomer, then the configuration change that makes it a member,
// or that gives a member its new address.

import type { Member, RaftJoinCall } from '../../model/calls.ts';
import { second } from '../../model/duration.ts';
import { parseIp } from '../../model/ip.ts';
import type { CallError } from '../../model/messages.ts';
import { type ConfigurationChange, proposeConfigurationChange } from '../../raft/index.ts';
import { reader } from '../../store/store.ts';
import type { ManagerContext } from '../context.ts';
import type { EntryData } from '../peer.ts';
import { raftEnvironment } from '../raft-environment.ts';
import { sendReply } from '../reply.ts';
import type { Join, ManagerState } from '../state.ts';
import { lostLeadership, proposalDropped } from '../texts.ts';

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

/** The change that adds a member, or gives it another address. */
export function memberChange(
  type: 'add-voter' | 'update',
  member: Member,
  by: number,
): ConfigurationChange<EntryData> {
  return {
    form: 'single',
    transition: 'auto',
    operations: [{ type, id: member.raftId }],
    context: { kind: 'member', by, request: 0, member },
  };
}

/** The change that removes a member. */
export function memberRemoval(raftId: number): ConfigurationChange<EntryData> {
  return {
    form: 'single',
    transition: 'auto',
    operations: [{ type: 'remove', id: raftId }],
    context: null,
  };
}

/** How a call is refused that is only for managers. */
const notAuthorized: CallError = {
  code: 'PermissionDenied',
  message: 'Permission denied: remote certificate not part of OUs: [swarm-manager]',
};

/** A manager asks the leader to be made a member, or to be known under its address of now. */
export function requestJoin(
  context: ManagerContext,
  manager: ManagerState,
  { id, nodeId, host, addr }: RaftJoinCall,
  route: readonly string[],
): void {
  const { leadership } = manager;
  const caller = { callId: id, route };
  if (leadership === undefined) {
    fail(context, caller, { code: 'FailedPrecondition', message: lostLeadership });
    return;
  }
  if (!isAddress(addr)) {
    const message = `invalid address ${addr} in raft join request`;
    fail(context, caller, { code: 'InvalidArgument', message });
    return;
  }
  const check = manager.nextCheck;
  manager.nextCheck += 1;
  leadership.joins.push({ ...caller, check, nodeId, host, addr, phase: 'waiting' });
  nextJoin(context, manager);
}

/** `ip:port`. */
function isAddress(addr: string): boolean {
  const [, ip, port] = /^(.+):(\d{1,5})$/.exec(addr) ?? [];
  return ip !== undefined && parseIp(ip) !== undefined && Number(port) < 65_536;
}

/** The next in line. One that is a member under this very address has nothing to wait for. */
function nextJoin(context: ManagerContext, manager: ManagerState): void {
  const joins = manager.leadership?.joins;
  for (;;) {
    const join = joins?.[0];
    if (joins === undefined || join === undefined || join.phase !== 'waiting') return;
    const known = memberOf(manager, join);
    if (known?.addr !== join.addr) {
      beginCheck(context, manager, join);
      return;
    }
    joins.shift();
    succeed(context, manager, join, known.raftId);
  }
}

function memberOf(manager: ManagerState, { nodeId }: Join): Member | undefined {
  for (const member of manager.members.values()) if (member.nodeId === nodeId) return member;
  return undefined;
}

function beginCheck(context: ManagerContext, manager: ManagerState, join: Join): void {
  join.phase = 'checking';
  const { check } = join;
  context.send(join.host, { kind: 'raft.check', purpose: 'join', check });
  context.later(checkLimit, { kind: 'manager.join-limit', life: manager.life, check, phase: 'checking' });
}

/** The newcomer answered the health check: the change is proposed. */
export function joinerHealthy(context: ManagerContext, manager: ManagerState, check: number): void {
  const joins = manager.leadership?.joins;
  const join = joins?.[0];
  if (joins === undefined || join === undefined || join.check !== check || join.phase !== 'checking') return;
  const { nodeId, host, addr } = join;
  // It was demoted meanwhile, and would be a worker with a vote.
  if (reader(manager.store).get('node', nodeId)?.spec.role === 'worker') {
    joins.shift();
    fail(context, join, notAuthorized);
    nextJoin(context, manager);
    return;
  }
  const known = memberOf(manager, join);
  const raftId =
    known?.raftId ?? drawRaftId(context, (id) => manager.members.has(id) || manager.removed.has(id));
  const type = known === undefined ? 'add-voter' : 'update';
  const change = memberChange(type, { raftId, nodeId, host, addr }, manager.self.raftId);
  if (proposeConfigurationChange(manager.raft, raftEnvironment(context), change) === 'ok') {
    join.phase = 'changing';
    join.raftId = raftId;
    context.later(joinLimit, { kind: 'manager.join-limit', life: manager.life, check, phase: 'changing' });
  } else {
    joins.shift();
    fail(context, join, { code: 'Unknown', message: proposalDropped });
    nextJoin(context, manager);
  }
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
export function joinLimitReached(
  context: ManagerContext,
  manager: ManagerState,
  check: number,
  phase: Join['phase'],
): void {
  const joins = manager.leadership?.joins;
  const join = joins?.[0];
  if (joins === undefined || join === undefined || join.check !== check || join.phase !== phase) return;
  joins.shift();
  const refusal: CallError =
    phase === 'checking'
      ? {
          code: 'Unknown',
          message: `could not connect to prospective new cluster member using its advertised address: ${join.addr}`,
        }
      : { code: 'DeadlineExceeded', message: 'context deadline exceeded' };
  fail(context, join, refusal);
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
