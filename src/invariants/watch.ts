// Watches a swarm and tells invariants what happens in it. After most events nothing has happened that any invariant speaks of: to find
// that out must cost next to nothing.

import type { Swarm } from '../cluster/swarm.ts';
import type { SwarmTypes } from '../cluster/types.ts';
import type { RaftMessage } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import type { ControlReply } from '../model/calls.ts';
import { lastIndex, lastTerm } from '../raft/index.ts';
import type { SimEvent } from '../sim/event.ts';
import type { Watcher } from '../sim/world.ts';
import { allInvariants } from './all.ts';
import { History } from './history.ts';
import { BrokenInvariant, type Checks, type Course, type Invariant, type Records } from './invariant.ts';
import { Disk } from './saved.ts';

/**
 * From now on every event of the swarm is followed by the checks of `invariants`. The first that does not hold throws a
 * `BrokenInvariant` out of whatever runs the swarm.
 */
export function watchInvariants(swarm: Swarm, invariants: readonly Invariant[] = allInvariants): void {
  const watch = new Watch(swarm, invariants);
  watch.begin();
  swarm.watch(watch);
}

/** A manager as it was seen last. */
interface Seen {
  readonly manager: ManagerState;
  course: Course;
}

class Watch implements Watcher<SwarmTypes> {
  readonly #swarm: Swarm;
  readonly #invariants: readonly Invariant[];
  #checks: readonly Checks[] = [];
  #history = new History();
  /** Raft IDs of managers that a new cluster was made without: what they go on with is another cluster. */
  readonly #left = new Set<number>();
  /** By host. */
  readonly #seen = new Map<string, Seen>();
  /** By Raft ID, for all managers that ever ran. */
  readonly #disks = new Map<number, Disk>();
  readonly #running = new Map<number, ManagerState>();
  /** Answers given while the current event was handled. */
  readonly #answers: { readonly host: string; readonly reply: ControlReply }[] = [];

  constructor(swarm: Swarm, invariants: readonly Invariant[]) {
    this.#swarm = swarm;
    this.#invariants = invariants;
  }

  /** Looks at the swarm as it is, and remembers nothing of what was. */
  begin(): void {
    this.#history = new History();
    this.#seen.clear();
    this.#running.clear();
    this.#disks.clear();
    const records: Records = {
      history: this.#history,
      saved: (raftId) => this.#disks.get(raftId)?.saved,
      running: (raftId) => this.#running.get(raftId),
    };
    this.#checks = this.#invariants.map(({ name, watch }) =>
      watch((condition, facts) => {
        if (!condition) throw new BrokenInvariant(name, facts(), this.#swarm.world.now);
      }, records),
    );
    for (const { name } of this.#swarm.machines) this.#look(name);
  }

  /**
   * An operator has made a new cluster of one manager. That breaks what Raft promises, and is meant to: entries are dropped and others put in
   * their places (R-R150). The new cluster keeps its promises from here on.
   */
  #beginAnew({ raft }: ManagerState): void {
    for (const raftId of this.#disks.keys()) if (raftId !== raft.id) this.#left.add(raftId);
    this.begin();
  }

  note(host: string, note: SwarmTypes['note']): void {
    if (note.kind === 'answer' && 'reply' in note) this.#answers.push({ host, reply: note.reply });
  }

  handled(event: SimEvent<SwarmTypes>): void {
    if (event.kind === 'fault') {
      if ('host' in event.body) this.#look(event.body.host);
      return;
    }
    const { body } = event;
    if (body.kind === 'raft') this.#tellMessage(body.message, event.to);
    if (body.kind === 'node.init' && body.forceNewCluster) {
      const manager = this.#swarm.managerOf(event.to);
      if (manager !== undefined && manager !== this.#seen.get(event.to)?.manager) this.#beginAnew(manager);
    }
    this.#look(event.to);
    if (this.#answers.length === 0) return;
    for (const { reply, host } of this.#answers.splice(0)) {
      for (const check of this.#checks) check.answered?.(reply, host);
    }
  }

  #tellMessage(message: RaftMessage, host: string): void {
    if (this.#left.has(message.from) || this.#left.has(message.to)) return;
    for (const check of this.#checks) check.message?.(message, host);
  }

  #look(host: string): void {
    const manager = this.#swarm.managerOf(host);
    const seen = this.#seen.get(host);
    if (seen !== undefined && seen.manager !== manager) {
      this.#seen.delete(host);
      this.#running.delete(seen.manager.raft.id);
    }
    if (manager === undefined || this.#left.has(manager.raft.id)) return;
    const before = seen?.manager === manager ? seen.course : undefined;
    const now = courseOf(manager, before);
    const disk = this.#disk(manager.raft.id);
    const savedBefore = disk.saved;
    if (before === undefined) {
      disk.boot();
      this.#seen.set(host, { manager, course: now });
      this.#running.set(manager.raft.id, manager);
    } else if (seen !== undefined) seen.course = now;
    disk.follow(manager);
    if (now === before) return;
    for (const commit of this.#history.follow(manager)) {
      for (const check of this.#checks) check.committed?.(commit);
    }
    for (const check of this.#checks) check.manager?.({ host, manager, now, before, savedBefore });
  }

  #disk(raftId: number): Disk {
    let disk = this.#disks.get(raftId);
    if (disk === undefined) {
      disk = new Disk();
      this.#disks.set(raftId, disk);
    }
    return disk;
  }
}

/** Where a manager stands; `before` itself if it has not moved. */
function courseOf({ raft, store }: ManagerState, before: Course | undefined): Course {
  const { term, vote, role, configuration, log } = raft;
  const { baseIndex, committed } = log;
  const applied = store.version;
  const index = lastIndex(log);
  const ofTerm = lastTerm(log);
  if (
    before !== undefined &&
    before.term === term &&
    before.vote === vote &&
    before.role === role &&
    before.configuration === configuration &&
    before.baseIndex === baseIndex &&
    before.committed === committed &&
    before.applied === applied &&
    before.lastIndex === index &&
    before.lastTerm === ofTerm
  ) {
    return before;
  }
  return {
    term,
    vote,
    role,
    baseIndex,
    applied,
    committed,
    lastIndex: index,
    lastTerm: ofTerm,
    configuration,
  };
}
