// The main loop of a manager: Raft's rounds, each processed in SwarmKit's order (R-R17): save, send, restore, lose leadership,
// apply, snapshot, announce, report done. A round that must be durable waits for the disk; meanwhile Raft may step further messages.

import {
  advance,
  applyConfigurationChange,
  type ConfigurationEntry,
  campaign,
  compact,
  type Entry,
  hasReady,
  keepSnapshot,
  lastIndex,
  type Ready,
  type Snapshot,
  takeReady,
} from '../raft/index.ts';
import { assert } from '../sim/assert.ts';
import { apply, hashStore, restore, snapshot as snapshotStore } from '../store/store.ts';
import type { ManagerContext } from './context.ts';
import { endLeadership, runWriter, showChanges, startLeadership, transactionApplied } from './leadership.ts';
import { memberChanged } from './membership/join.ts';
import type { EntryData, SnapshotData } from './peer.ts';
import { connect, disconnect, sendToPeer } from './peers.ts';
import { raftEnvironment } from './raft-environment.ts';
import type { ManagerState } from './state.ts';
import { writeRound, writeSnapshot } from './storage.ts';

/** Used while no cluster object says otherwise (R-R6). */
const defaultSnapshotInterval = 10_000;
const defaultKeptEntries = 500;

/** Runs whatever can run now: jobs of the writer, and rounds up to one that waits for the disk. */
export function runRounds(context: ManagerContext, manager: ManagerState): void {
  for (;;) {
    runWriter(context, manager);
    if (manager.expelled || manager.round !== undefined || !hasReady(manager.raft)) return;
    const round = takeReady(manager.raft, raftEnvironment(context));
    writeRound(context, round);
    manager.round = round;
    // A round that only advances the commit index is written without a sync (R-R13).
    if (round.mustSync || round.snapshot !== null) {
      context.sync({ kind: 'manager.saved', life: manager.life });
      return;
    }
    finishRound(context, manager, round);
  }
}

/** The disk has the round that waited for it. */
export function roundSaved(context: ManagerContext, manager: ManagerState): void {
  assert(manager.round !== undefined, 'only a round under way is saved');
  finishRound(context, manager, manager.round);
}

function finishRound(
  context: ManagerContext,
  manager: ManagerState,
  round: Ready<EntryData, SnapshotData>,
): void {
  const { raft } = manager;
  for (const message of round.messages)
    sendToPeer(context, manager, withCurrentConfiguration(manager, message));
  if (round.snapshot !== null) installSnapshot(context, manager, round.snapshot);
  if (round.softState !== null) noticeRole(context, manager);
  noticeCampaign(context, manager, round);
  for (const entry of round.committedEntries) {
    applyEntry(context, manager, entry);
    if (manager.expelled) return;
  }
  manager.round = undefined;
  advance(raft, raftEnvironment(context));
  maybeSnapshot(context, manager);
  maybeAnnounce(context, manager);
}

/** A snapshot message tells the sender's configuration of now, not the one at its index (R-R21). */
function withCurrentConfiguration(
  { raft }: ManagerState,
  message: Ready<EntryData, SnapshotData>['messages'][number],
): Ready<EntryData, SnapshotData>['messages'][number] {
  if (message.kind !== 'snapshot') return message;
  return { ...message, snapshot: { ...message.snapshot, configuration: raft.configuration } };
}

/** Leadership is given up before the round's entries are applied: one proposed here and committed now is applied like any other (R-R18). */
function noticeRole(context: ManagerContext, manager: ManagerState): void {
  const { raft } = manager;
  if (raft.role === 'leader') {
    if (!manager.elected) context.note({ kind: 'raft.elected', term: raft.term });
    manager.elected = true;
    return;
  }
  if (manager.elected) context.note({ kind: 'raft.deposed', term: raft.term });
  manager.elected = false;
  endLeadership(context, manager);
}

/** One that asks again is in the role it had before: what it sends tells. One that asks nobody has a new role. */
function noticeCampaign(
  context: ManagerContext,
  { raft }: ManagerState,
  { softState, messages }: Ready<EntryData, SnapshotData>,
): void {
  const preVote = raft.role === 'pre-candidate';
  if (!preVote && raft.role !== 'candidate') return;
  if (softState === null && !messages.some(({ kind }) => kind === 'vote')) return;
  context.note({ kind: 'raft.campaign', term: preVote ? raft.term + 1 : raft.term, preVote });
}

function applyEntry(context: ManagerContext, manager: ManagerState, entry: Entry<EntryData>): void {
  if (entry.kind === 'configuration') {
    applyMemberChange(context, manager, entry);
    return;
  }
  const { data } = entry;
  if (data === null) {
    manager.store.version = entry.index;
    return;
  }
  assert(data.kind === 'transaction', 'a member travels in a configuration change');
  const events = apply(manager.store, data.actions, { version: entry.index });
  context.mix(hashStore(manager.store));
  if (manager.leadership === undefined) return;
  if (context.watched) context.note({ kind: 'store.changed', index: entry.index, events });
  showChanges(context, manager, events);
  if (data.by === manager.self.raftId) transactionApplied(context, manager, data.request);
}

/** The member list follows the configuration (R-R125). */
function applyMemberChange(
  context: ManagerContext,
  manager: ManagerState,
  entry: ConfigurationEntry<EntryData>,
): void {
  const { raft } = manager;
  manager.store.version = entry.index;
  applyConfigurationChange(raft, raftEnvironment(context), entry.change);
  const about = entry.change?.context;
  for (const { type, id } of entry.change?.operations ?? []) {
    if (type === 'remove') {
      const member = manager.members.get(id);
      manager.removed.add(id);
      // Was it the leader, an election would be refused until this entry counts as applied (R-R127).
      disconnect(manager, id);
      if (member !== undefined && manager.leadership !== undefined) {
        context.note({ kind: 'raft.member', change: 'removed', host: member.host });
      }
      if (id === manager.self.raftId) expel(context, manager);
    } else if (about?.kind === 'member' && !manager.removed.has(id)) {
      connect(manager, about.member);
      if (type !== 'update' && manager.leadership !== undefined) {
        context.note({ kind: 'raft.member', change: 'added', host: about.member.host });
      }
    }
    memberChanged(context, manager, id);
  }
}

/** This manager is no member any more: its manager part stops for good (R-R44). */
export function expel(context: ManagerContext, manager: ManagerState): void {
  manager.expelled = true;
  endLeadership(context, manager);
}

/** What the snapshot holds takes the place of the store and of the list of members (R-R104). */
function installSnapshot(
  context: ManagerContext,
  manager: ManagerState,
  { data }: Snapshot<SnapshotData>,
): void {
  restore(manager.store, data.store);
  context.mix(hashStore(manager.store));
  const listed = new Set(data.members.map(({ raftId }) => raftId));
  for (const raftId of [...manager.members.keys()]) if (!listed.has(raftId)) disconnect(manager, raftId);
  for (const member of data.members) connect(manager, member);
  for (const raftId of data.removed) manager.removed.add(raftId);
  manager.snapshotIndex = data.store.version;
}

/** Every so many applied entries the log is cut, a few entries kept for slow followers (R-R6, R-R20). */
function maybeSnapshot(context: ManagerContext, manager: ManagerState): void {
  const { raft, store } = manager;
  const cluster = store.tables.cluster.values().next().value;
  const interval = cluster?.spec.snapshotInterval ?? defaultSnapshotInterval;
  const { applied } = raft.log;
  if (interval === 0 || applied - manager.snapshotIndex < interval) return;
  // A snapshot that came while the round was saved has replaced the log already, and is about to replace the store.
  if (raft.log.receivedSnapshot !== null) return;
  const at = raft.log.entries[applied - raft.log.baseIndex - 1];
  assert(at !== undefined, 'an applied entry is still in the log when a snapshot is taken');
  const snapshot: Snapshot<SnapshotData> = {
    index: applied,
    term: at.term,
    configuration: raft.configuration,
    data: {
      store: snapshotStore(store),
      members: [...manager.members.values()],
      removed: [...manager.removed],
    },
  };
  keepSnapshot(raft, snapshot);
  const { term, vote, commit } = raft.handedOut;
  const saved = raft.log.entries.filter(({ index }) => index > applied && index <= raft.log.saving);
  writeSnapshot(context, snapshot, saved, { term, vote, commit });
  manager.snapshotIndex = applied;
  const kept = cluster?.spec.logEntriesForSlowFollowers ?? defaultKeptEntries;
  if (applied > kept) compact(raft, applied - kept);
}

/** The readiness barrier: everything inherited, and its own empty entry, must be applied (R-R22). */
function maybeAnnounce(context: ManagerContext, manager: ManagerState): void {
  const { raft } = manager;
  if (raft.role !== 'leader' || manager.leadership !== undefined) return;
  if (raft.log.applied >= lastIndex(raft.log)) startLeadership(context, manager);
}

/** A manager that is alone in its own list campaigns at once when it starts (R-R17 step 10, R-R108). */
export function campaignIfAlone(context: ManagerContext, manager: ManagerState): void {
  if (manager.members.size === 1 && manager.members.has(manager.self.raftId)) {
    campaign(manager.raft, raftEnvironment(context));
  }
}
