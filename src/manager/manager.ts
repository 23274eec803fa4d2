// A manager: the face of this floor. Created by init, by joining, or from its disk; then driven by what happens to it.
// Everything it does ends in running Raft's rounds as far as they go now.

import type { Call, Member } from '../model/calls.ts';
import { second } from '../model/duration.ts';
import type { CallMessage } from '../model/messages.ts';
import { type DurableState, restart, SWARM_CONFIG, step, tick } from '../raft/index.ts';
import { unreachable } from '../sim/assert.ts';
import { createStore, restore } from '../store/store.ts';
import type { ManagerBody, ManagerContext } from './context.ts';
import { fireTimer } from './leadership.ts';
import {
  drawRaftId,
  joinerHealthy,
  joinLimitReached,
  memberChange,
  memberRemoval,
} from './membership/join.ts';
import type { EntryData, PeerMessage, RaftMessage, SnapshotData } from './peer.ts';
import { connect, heardFrom, watchSilence } from './peers.ts';
import { raftEnvironment } from './raft-environment.ts';
import { campaignIfAlone, expel, roundSaved, runRounds } from './round.ts';
import { retryCalls, takeCall } from './router.ts';
import type { ManagerOptions, ManagerState } from './state.ts';
import { type StoredManager, writeIdentity } from './storage.ts';

/** One Raft tick (R-R1). */
const tickInterval = second;
/** How long the sender of a vote request may take to answer a health check (R-R43). */
const voteCheckLimit = 2 * second;

/** The first manager of a new cluster: its log begins with the committed entry that makes it a member (R-R101, R-R112). */
export function initManager(
  context: ManagerContext,
  identity: Omit<Member, 'raftId'>,
  options: ManagerOptions,
): ManagerState {
  const member = { ...identity, raftId: drawRaftId(context, () => false) };
  const change = memberChange('add-voter', member, member.raftId);
  const entries = [{ kind: 'configuration', term: 1, index: 1, change }] as const;
  const hardState = { term: 1, vote: 0, commit: 1 };
  writeIdentity(context, member, [
    { kind: 'raft.entries', entries },
    { kind: 'raft.hard-state', hardState },
  ]);
  return start(context, { member, snapshot: null, hardState, entries }, options);
}

/** A manager that has just been made a member: an empty log under its new Raft ID, and the peers it was told (R-R122). */
export function joinManager(
  context: ManagerContext,
  self: Member,
  members: readonly Member[],
  options: ManagerOptions,
): ManagerState {
  writeIdentity(context, self, []);
  const manager = start(context, { member: self, snapshot: null, hardState: null, entries: [] }, options);
  for (const member of members) connect(manager, member);
  return manager;
}

/** A manager that comes up again from what its disk holds (R-R107). */
export function restartManager(
  context: ManagerContext,
  stored: StoredManager,
  options: ManagerOptions,
): ManagerState {
  return start(context, stored, options);
}

/**
 * Force-new-cluster (R-R150): what is not committed is discarded, every other member is removed by an entry that counts as committed,
 * and the manager starts again alone; one whose own membership is not committed yet is added likewise. Services, nodes, tokens and tasks
 * are kept.
 */
export function restartAlone(
  context: ManagerContext,
  manager: ManagerState,
  options: ManagerOptions,
): ManagerState {
  const { raft, self } = manager;
  const { committed } = raft.log;
  const snapshot = raft.log.newestSnapshot;
  const kept = raft.log.entries.filter(
    ({ index }) => index > (snapshot?.index ?? raft.log.baseIndex) && index <= committed,
  );
  const members = committedMembers(manager);
  const changes = members.filter((raftId) => raftId !== self.raftId).map(memberRemoval);
  if (!members.includes(self.raftId)) changes.push(memberChange('add-voter', self, self.raftId));
  const appended = changes.map(
    (change, i) => ({ kind: 'configuration', term: raft.term, index: committed + 1 + i, change }) as const,
  );
  const entries = [...kept, ...appended];
  const hardState = { term: raft.term, vote: raft.vote, commit: committed + appended.length };
  writeIdentity(context, self, [
    ...(snapshot === null ? [] : [{ kind: 'raft.snapshot', snapshot } as const]),
    { kind: 'raft.entries', entries },
    { kind: 'raft.hard-state', hardState },
  ]);
  return start(context, { member: self, snapshot, hardState, entries }, options);
}

/** The Raft IDs of all members, ascending, once everything that is committed is applied; not from what a join was told. */
function committedMembers({ raft, store }: ManagerState): number[] {
  const raftIds = new Set(raft.configuration.voters);
  for (const entry of raft.log.entries) {
    if (entry.kind !== 'configuration') continue;
    if (entry.index <= store.version || entry.index > raft.log.committed) continue;
    for (const { type, id } of entry.change?.operations ?? []) {
      if (type === 'remove') raftIds.delete(id);
      else raftIds.add(id);
    }
  }
  return [...raftIds].sort((a, b) => a - b);
}

function start(
  context: ManagerContext,
  stored: StoredManager,
  { preVote, life, seed }: ManagerOptions,
): ManagerState {
  const durable: DurableState<EntryData, SnapshotData> = {
    id: stored.member.raftId,
    config: { ...SWARM_CONFIG, preVote },
    hardState: stored.hardState,
    snapshot: stored.snapshot,
    entries: stored.entries,
  };
  const manager: ManagerState = {
    life,
    ...(seed !== undefined && { seed }),
    self: stored.member,
    raft: restart(durable, raftEnvironment(context)),
    store: createStore(),
    members: new Map(),
    removed: new Set(),
    peers: new Map(),
    checks: new Map(),
    nextCheck: 1,
    nextRequest: 1,
    round: undefined,
    elected: false,
    leadership: undefined,
    leaderless: 0,
    waiting: [],
    retrying: false,
    snapshotIndex: stored.snapshot?.index ?? 0,
    expelled: false,
  };
  if (stored.snapshot !== null) {
    const { data } = stored.snapshot;
    restore(manager.store, data.store);
    for (const member of data.members) connect(manager, member);
    for (const raftId of data.removed) manager.removed.add(raftId);
  }
  context.later(tickInterval, { kind: 'manager.tick', life: manager.life });
  runRounds(context, manager);
  campaignIfAlone(context, manager);
  runRounds(context, manager);
  return manager;
}

/** A timer, a finished disk write, or a message of another manager. */
export function handleManager(
  context: ManagerContext,
  manager: ManagerState,
  body: ManagerBody | PeerMessage,
  from: string,
): void {
  if (manager.expelled || ('life' in body && body.life !== manager.life)) return;
  switch (body.kind) {
    case 'manager.tick':
      onTick(context, manager);
      break;
    case 'manager.saved':
      roundSaved(context, manager);
      break;
    case 'manager.retry':
      retryCalls(context, manager);
      break;
    case 'manager.join-limit':
      joinLimitReached(context, manager, body.check, body.phase);
      break;
    case 'manager.reactor':
      fireTimer(context, manager, body);
      break;
    case 'raft':
      receive(context, manager, body.message, from);
      break;
    case 'raft.removed':
      if (body.raftId === manager.self.raftId) expel(context, manager);
      break;
    case 'raft.check':
      context.send(from, { ...body, kind: 'raft.healthy' });
      break;
    case 'raft.healthy':
      if (body.purpose === 'join') joinerHealthy(context, manager, body.check);
      else candidateHealthy(context, manager, body.check);
      break;
    default:
      unreachable(body);
  }
  runRounds(context, manager);
}

/** A call from this host or over the network, to be served, forwarded or held. */
export function callManager(
  context: ManagerContext,
  manager: ManagerState,
  message: CallMessage<Call>,
): void {
  if (manager.expelled) return;
  takeCall(context, manager, message);
  runRounds(context, manager);
}

function onTick(context: ManagerContext, manager: ManagerState): void {
  context.later(tickInterval, { kind: 'manager.tick', life: manager.life });
  tick(manager.raft, raftEnvironment(context));
  manager.leaderless = manager.raft.leader === 0 ? manager.leaderless + 1 : 0;
  watchSilence(context, manager);
  const now = context.now();
  for (const [check, { deadline }] of manager.checks) if (now >= deadline) manager.checks.delete(check);
}

/** What may reach Raft from outside (R-R41, R-R42, R-R43). */
function receive(context: ManagerContext, manager: ManagerState, message: RaftMessage, from: string): void {
  const { raft } = manager;
  if (manager.removed.has(message.from)) {
    context.send(from, { kind: 'raft.removed', raftId: message.from });
    return;
  }
  if (message.to !== manager.self.raftId || message.kind === 'propose') return;
  heardFrom(manager, message.from);
  if (message.kind !== 'vote') {
    step(raft, raftEnvironment(context), message);
    return;
  }
  const candidate = manager.members.get(message.from);
  if (candidate === undefined) return;
  const check = manager.nextCheck;
  manager.nextCheck += 1;
  manager.checks.set(check, { message, deadline: context.now() + voteCheckLimit });
  context.send(candidate.host, { kind: 'raft.check', purpose: 'vote', check });
}

/** The sender of a vote request has answered the health check: its request counts now. */
function candidateHealthy(context: ManagerContext, manager: ManagerState, check: number): void {
  const held = manager.checks.get(check);
  if (held === undefined) return;
  manager.checks.delete(check);
  step(manager.raft, raftEnvironment(context), held.message);
}
