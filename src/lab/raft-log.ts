// The Raft log of a manager, for people: what each entry changes, and which managers have it. Looks into all running managers at once, which
// nobody inside could; what lies on the disk of a machine that is down is not looked at.

import type { Swarm } from '../cluster/swarm.ts';
import type { EntryData } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import type { Member } from '../model/calls.ts';
import { type Entry, type Operation, termAt } from '../raft/index.ts';
import { describeAction } from '../store/describe.ts';

/** An entry as the managers have it. */
export interface LogEntryView {
  readonly index: number;
  readonly term: number;
  /** As far as the manager that was asked knows. An entry that is not committed may be lost. */
  readonly state: 'applied' | 'committed' | 'uncommitted';
  /** The running managers that have it, in their log or in a snapshot. */
  readonly holders: readonly string[];
  /** What it changes, such as `service web: replicas 3 -> 5`. */
  readonly changes: readonly string[];
}

/** The newest entries of a manager's log, oldest first; none of a manager that is down. Older ones may be in its snapshot alone. */
export function raftLog(swarm: Swarm, host: string, last: number): readonly LogEntryView[] {
  const manager = swarm.managerOf(host);
  if (manager === undefined || last === 0) return [];
  const { log } = manager.raft;
  return log.entries.slice(-last).map((entry) => {
    const { index, term } = entry;
    return {
      index,
      term,
      state: index <= log.applied ? 'applied' : index <= log.committed ? 'committed' : 'uncommitted',
      holders: swarm.managers().flatMap(([name, other]) => (holds(other, entry) ? [name] : [])),
      changes: changesOf(manager, entry),
    };
  });
}

function holds({ raft: { log } }: ManagerState, { index, term }: Entry<EntryData>): boolean {
  // What has been compacted was committed, and is in the snapshot.
  return index <= log.baseIndex || termAt(log, index) === term;
}

function changesOf(manager: ManagerState, entry: Entry<EntryData>): readonly string[] {
  if (entry.kind === 'configuration') {
    const { operations = [], context = null } = entry.change ?? {};
    return operations.map((operation) => describeOperation(manager, operation, context));
  }
  if (entry.data === null) return ['(the first of its leader)'];
  return entry.data.kind === 'transaction' ? entry.data.actions.map(describeAction) : [];
}

function describeOperation(
  { members, raft }: ManagerState,
  { type, id }: Operation,
  context: EntryData | null,
): string {
  const name = memberIn(context)?.host ?? members.get(id)?.host ?? formerMember(raft.log.entries, id);
  switch (type) {
    case 'add-voter':
      return `raft: ${name} joins`;
    case 'add-learner':
      return `raft: ${name} learns`;
    case 'remove':
      return `raft: ${name} leaves`;
    case 'update':
      return `raft: ${name} has another address`;
  }
}

/** A member that is gone is in no list any more, but in the entry with which it came, as long as that is there. */
function formerMember(entries: readonly Entry<EntryData>[], id: number): string {
  for (const entry of entries) {
    const member = entry.kind === 'configuration' ? memberIn(entry.change?.context ?? null) : undefined;
    if (member?.raftId === id) return member.host;
  }
  return `member ${id}`;
}

function memberIn(data: EntryData | null): Member | undefined {
  return data?.kind === 'member' ? data.member : undefined;
}
