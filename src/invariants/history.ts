// The one history of a swarm: every entry that was ever committed, the state it makes and the members. Kept outside the swarm, from the managers'
// own logs, so that what each manager does can be compared with it (I-9, I-18, I-27).

import type { EntryData } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import type { Member } from '../model/calls.ts';
import type { ConfigurationEntry, Entry } from '../raft/index.ts';
import type { StoreEvent } from '../store/event.ts';
import { hashRecord } from '../store/hash.ts';
import type { Reader } from '../store/reader.ts';
import { apply, createStore, hashStore, reader, restore, type Store, snapshot } from '../store/store.ts';

/** What is remembered of a committed entry. */
export interface CommittedEntry {
  readonly term: number;
  /** Of the whole entry. */
  readonly hash: number;
  /** The term of the manager that was first seen to have committed it; the entry was committed in this term or before. */
  readonly seenInTerm: number;
}

/** An entry that nobody had committed before, or the state that a history begins with. */
export interface News {
  readonly index: number;
  /** Undefined at a beginning. */
  readonly entry: Entry<EntryData> | undefined;
  /** What it changed. The history's state is that after it. */
  readonly events: readonly StoreEvent[];
}

export class History {
  readonly #store: Store = createStore();
  readonly #entries = new Map<number, CommittedEntry>();
  /** By index, the hash of the state after it. */
  readonly #states = new Map<number, number>();
  readonly #members = new Map<number, Member>();
  readonly #removed = new Set<number>();
  /** The Raft IDs of the members after the entry at `index`, ascending; a new one with every change. */
  readonly #voters: { readonly index: number; readonly voters: readonly number[] }[] = [];
  /** The state after everything committed so far. */
  readonly state: Reader = reader(this.#store);

  /** The last index that is known to be committed. */
  get last(): number {
    return this.#store.version;
  }

  /** Undefined for what was committed before this history began, or not yet. */
  entry(index: number): CommittedEntry | undefined {
    return this.#entries.get(index);
  }

  /** The hash of the state after the entry at `index`; undefined where `entry` is, save at a beginning. */
  stateHash(index: number): number | undefined {
    return this.#states.get(index);
  }

  /** The members after everything committed so far, by Raft ID. */
  get members(): ReadonlyMap<number, Member> {
    return this.#members;
  }

  /** Raft IDs that were members and never may be again (R-R11). */
  get removed(): ReadonlySet<number> {
    return this.#removed;
  }

  /** Who voted after the entry at `index`, ascending; undefined for what was committed before this history began. */
  votersAt(index: number): readonly number[] | undefined {
    for (let i = this.#voters.length - 1; i >= 0; i--) {
      const known = this.#voters[i];
      if (known !== undefined && known.index <= index) return known.voters;
    }
    return undefined;
  }

  /** The first index from `from` on after which exactly these were the voters, ascending; undefined if there is none yet. */
  whenVoters(voters: readonly number[], from: number): number | undefined {
    if (isSameList(this.votersAt(from) ?? [], voters)) return from;
    return this.#voters.find((known) => known.index > from && isSameList(known.voters, voters))?.index;
  }

  /** Whether this manager has committed anything that nobody had before. */
  isBehind({ raft }: ManagerState): boolean {
    return this.#voters.length === 0 || this.last < raft.log.committed;
  }

  /** Takes up what this manager has committed and nobody had before, entry by entry. */
  *follow(manager: ManagerState): Generator<News> {
    if (this.#voters.length === 0 && manager.raft.log.baseIndex === 0) {
      this.#voters.push({ index: 0, voters: [] });
    }
    const { log, term } = manager.raft;
    while (this.last < log.committed) {
      const entry = log.entries[this.last - log.baseIndex];
      if (this.last >= log.baseIndex && entry !== undefined) yield* this.#append(entry, term);
      else if (manager.store.version > this.last) yield* this.#begin(manager);
      else return;
    }
  }

  *#append(entry: Entry<EntryData>, seenInTerm: number): Generator<News> {
    const { index, term } = entry;
    this.#entries.set(index, { term, hash: hashRecord(entry), seenInTerm });
    let events: readonly StoreEvent[] = [];
    if (entry.kind === 'normal' && entry.data?.kind === 'transaction') {
      events = apply(this.#store, entry.data.actions, { version: index });
    } else this.#store.version = index;
    if (entry.kind === 'configuration') this.#changeMembers(entry);
    this.#states.set(index, hashStore(this.#store));
    yield { index, entry, events };
  }

  #changeMembers({ index, change }: ConfigurationEntry<EntryData>): void {
    const before = this.votersAt(index) ?? [];
    const voters = new Set(before);
    for (const { type, id } of change?.operations ?? []) {
      if (type === 'remove') {
        voters.delete(id);
        this.#members.delete(id);
        this.#removed.add(id);
      } else {
        voters.add(id);
        if (change?.context?.kind === 'member') this.#members.set(id, change.context.member);
      }
    }
    this.#noteVoters(index, voters);
  }

  #noteVoters(index: number, voters: Iterable<number>): void {
    this.#voters.push({ index, voters: [...voters].sort((a, b) => a - b) });
  }

  /** What came before is in no log any more: the history goes on from this manager's state. */
  *#begin({ store, raft, members, removed }: ManagerState): Generator<News> {
    const events = restore(this.#store, snapshot(store));
    const index = this.last;
    this.#states.set(index, hashStore(this.#store));
    this.#members.clear();
    for (const [raftId, member] of members) this.#members.set(raftId, member);
    for (const raftId of removed) this.#removed.add(raftId);
    this.#noteVoters(index, raft.configuration.voters);
    yield { index, entry: undefined, events };
  }
}

/** Whether two ascending lists of Raft IDs are the same. */
export function isSameList(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, i) => id === right[i]);
}
