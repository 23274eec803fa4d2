// The one history of a swarm: every entry that was ever committed, and the state it makes. Kept outside the swarm, from the managers' own logs,
// so that what each manager does can be compared with it (I-9, I-27).

import type { EntryData } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import type { Entry } from '../raft/index.ts';
import type { StoreEvent } from '../store/event.ts';
import { hashRecord } from '../store/hash.ts';
import type { Reader } from '../store/reader.ts';
import { apply, createStore, hashStore, reader, restore, type Store, snapshot } from '../store/store.ts';
import type { Commit } from './invariant.ts';

/** What is remembered of a committed entry. */
export interface CommittedEntry {
  readonly term: number;
  /** Of the whole entry. */
  readonly hash: number;
  /** The term of the manager that was first seen to have committed it; the entry was committed in this term or before. */
  readonly seenInTerm: number;
}

export class History {
  readonly #store: Store = createStore();
  readonly #entries = new Map<number, CommittedEntry>();
  /** By index, the hash of the state after it. */
  readonly #states = new Map<number, number>();
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

  /** Takes up what this manager has committed and nobody had before, transaction by transaction. */
  *follow(manager: ManagerState): Generator<Commit> {
    const { log, term } = manager.raft;
    while (this.last < log.committed) {
      const entry = log.entries[this.last - log.baseIndex];
      if (this.last >= log.baseIndex && entry !== undefined) yield* this.#append(entry, term);
      else if (manager.store.version > this.last) yield* this.#begin(manager);
      else return;
    }
  }

  *#append(entry: Entry<EntryData>, seenInTerm: number): Generator<Commit> {
    const { index, term } = entry;
    this.#entries.set(index, { term, hash: hashRecord(entry), seenInTerm });
    let events: readonly StoreEvent[] = [];
    if (entry.kind === 'normal' && entry.data?.kind === 'transaction') {
      events = apply(this.#store, entry.data.actions, { version: index });
    } else this.#store.version = index;
    this.#states.set(index, hashStore(this.#store));
    if (events.length > 0) yield { index, events };
  }

  /** What came before is in no log any more: the history goes on from this manager's state. */
  *#begin({ store }: ManagerState): Generator<Commit> {
    const events = restore(this.#store, snapshot(store));
    const index = this.last;
    this.#states.set(index, hashStore(this.#store));
    if (events.length > 0) yield { index, events };
  }
}
