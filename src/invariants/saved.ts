// What is safe on the disks of the managers: what a crash now would leave of their promises (I-15). Learned from their rounds: a round's
// term, vote and entries are durable when the round is done, not before.

import type { EntryData, SnapshotData } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import { type Ready, termAt } from '../raft/index.ts';

export interface Saved {
  readonly term: number;
  readonly vote: number;
  /** The log is safe up to here, at least. */
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** One manager's disk. */
export class Disk {
  #saved: Saved = { term: 0, vote: 0, lastIndex: 0, lastTerm: 0 };
  #round: Ready<EntryData, SnapshotData> | undefined;

  get saved(): Saved {
    return this.#saved;
  }

  /** The manager has come up: a round that was under way is lost. */
  boot(): void {
    this.#round = undefined;
  }

  /** After an event of the manager. */
  follow({ raft, round }: ManagerState): void {
    if (round !== this.#round) {
      // The round seen last is done. Any that came and went since only raised the commit index, or nothing would have waited for the disk.
      this.#saved = { ...this.#saved, ...savedBy(this.#round) };
      this.#round = round;
    }
    if (round === undefined || round.hardState === null) {
      const { term, vote } = raft.handedOut;
      if (term !== this.#saved.term || vote !== this.#saved.vote)
        this.#saved = { ...this.#saved, term, vote };
    }
    if (round !== undefined && round.snapshot !== null) return;
    const lastIndex = (round?.entries[0]?.index ?? raft.log.saving + 1) - 1;
    const lastTerm = termAt(raft.log, lastIndex);
    if (lastIndex !== this.#saved.lastIndex || lastTerm !== this.#saved.lastTerm) {
      this.#saved = { ...this.#saved, lastIndex, lastTerm };
    }
  }
}

/** What is on the disk once the round is. */
function savedBy(round: Ready<EntryData, SnapshotData> | undefined): Partial<Saved> {
  if (round === undefined) return {};
  const { hardState, snapshot, entries } = round;
  const last = entries[entries.length - 1] ?? snapshot;
  return {
    ...(hardState !== null && { term: hardState.term, vote: hardState.vote }),
    ...(last !== null && { lastIndex: last.index, lastTerm: last.term }),
  };
}
