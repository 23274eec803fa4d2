// One cluster as it is watched, from its beginning to the end of the run: its history, its managers and the checks that look at them.
// A cluster that is made new by force is another one, whatever goes on of the old.

import type { SwarmWorld } from '../cluster/types.ts';
import type { ManagerState } from '../manager/state.ts';
import { History } from './history.ts';
import { BrokenInvariant, type Checks, type Invariant, type Records, type Sight } from './invariant.ts';
import { Disk } from './saved.ts';

type Told = { readonly [Name in keyof Checks]-?: Required<Pick<Checks, Name>>[] };

export class Epoch {
  readonly history = new History();
  readonly #disks = new Map<number, Disk>();
  /** By Raft ID. */
  readonly running = new Map<number, ManagerState>();
  /** By what they want to be told. */
  readonly checks: Told = {
    fault: [],
    arriving: [],
    sent: [],
    message: [],
    asked: [],
    committed: [],
    manager: [],
    leads: [],
    tick: [],
    called: [],
    found: [],
    node: [],
    answered: [],
  };
  readonly #world: SwarmWorld;
  /** Entries up to here were there before anyone watched. */
  readonly #old: number;

  constructor(invariants: readonly Invariant[], world: SwarmWorld, old: number) {
    this.#world = world;
    this.#old = old;
    const records: Records = {
      history: this.history,
      world,
      saved: (raftId) => this.#disks.get(raftId)?.saved,
      running: (raftId) => this.running.get(raftId),
    };
    for (const { name, watch } of invariants) {
      const checks = watch((condition, facts) => {
        if (!condition) throw new BrokenInvariant(name, facts(), world.now);
      }, records);
      this.#enlist(checks);
    }
  }

  #enlist(checks: Checks): void {
    const { fault, arriving, sent, message, asked, committed, manager, leads, tick, called } = checks;
    const { found, node, answered } = checks;
    if (fault) this.checks.fault.push({ fault });
    if (arriving) this.checks.arriving.push({ arriving });
    if (sent) this.checks.sent.push({ sent });
    if (message) this.checks.message.push({ message });
    if (asked) this.checks.asked.push({ asked });
    if (committed) this.checks.committed.push({ committed });
    if (manager) this.checks.manager.push({ manager });
    if (leads) this.checks.leads.push({ leads });
    if (tick) this.checks.tick.push({ tick });
    if (called) this.checks.called.push({ called });
    if (found) this.checks.found.push({ found });
    if (node) this.checks.node.push({ node });
    if (answered) this.checks.answered.push({ answered });
  }

  /** Nothing is asked of this cluster any more, but of its agents. */
  giveUp(): void {
    const { arriving, sent, message, asked, committed, manager, leads, tick, called, answered } = this.checks;
    const lists = [arriving, sent, message, asked, committed, manager, leads, tick, called, answered];
    for (const list of lists) list.length = 0;
  }

  disk(raftId: number): Disk {
    let disk = this.#disks.get(raftId);
    if (disk === undefined) {
      disk = new Disk();
      this.#disks.set(raftId, disk);
    }
    return disk;
  }

  /** A manager has moved. */
  tell(sight: Sight): void {
    if (this.history.isBehind(sight.manager)) this.#follow(sight.manager);
    for (const check of this.checks.manager) check.manager(sight);
  }

  #follow(manager: ManagerState): void {
    for (const news of this.history.follow(manager)) {
      const commit = { ...news, at: this.#world.now, fresh: news.index > this.#old };
      for (const check of this.checks.committed) check.committed(commit);
    }
  }
}
