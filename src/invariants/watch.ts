// Watches a swarm and tells invariants what happens in it. After most events nothing has happened that any invariant speaks of: to find
// that out must cost next to nothing.

import type { Swarm } from '../cluster/swarm.ts';
import type { NodeMemory, SwarmTypes } from '../cluster/types.ts';
import type { RaftMessage } from '../manager/peer.ts';
import type { ManagerState } from '../manager/state.ts';
import type { ControlReply } from '../model/calls.ts';
import { minute } from '../model/duration.ts';
import { lastIndex, lastTerm } from '../raft/index.ts';
import type { SimEvent } from '../sim/event.ts';
import type { Watcher } from '../sim/world.ts';
import { allInvariants } from './all.ts';
import { Epoch } from './epoch.ts';
import type { Candidacy, Course, Invariant } from './invariant.ts';
import type { Saved } from './saved.ts';

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
  readonly epoch: Epoch;
  course: Course;
}

/** How long it is remembered what a disk held when a message left, virtual time. A message that takes longer is judged without. */
const memory = minute;

/** The events after which a manager sends what only a saved promise allows: votes, answers and their terms. */
const mayPromise: ReadonlySet<string> = new Set(['manager.saved', 'manager.tick', 'raft', 'raft.healthy']);

class Watch implements Watcher<SwarmTypes> {
  readonly #swarm: Swarm;
  readonly #invariants: readonly Invariant[];
  readonly #epochs: Epoch[] = [];
  /** By Raft ID, for all managers that ever ran, the cluster they belong to. */
  readonly #epochOf = new Map<number, Epoch>();
  /** By host. */
  readonly #seen = new Map<string, Seen>();
  /** What a manager's disk held after an event, by the event's number: of this minute, and of the one before. */
  #disks = new Map<number, Saved>();
  #olderDisks = new Map<number, Saved>();
  #forgetAt = 0;
  #candidacy: Candidacy | undefined;
  /** Answers given while the current event was handled. */
  readonly #answers: { readonly host: string; readonly reply: ControlReply }[] = [];

  constructor(swarm: Swarm, invariants: readonly Invariant[]) {
    this.#swarm = swarm;
    this.#invariants = invariants;
  }

  /** Looks at the swarm as it is, and remembers nothing of what was. */
  begin(): void {
    const managers = this.#swarm.managers();
    if (managers.length === 0) return;
    const epoch = this.#newEpoch(managers.map(([, manager]) => manager));
    for (const [host, manager] of managers) {
      this.#epochOf.set(manager.raft.id, epoch);
      this.#look(host, manager, undefined);
    }
    for (const { name } of this.#swarm.machines) {
      const memory = this.#swarm.memoryOf(name);
      if (memory?.agent !== undefined) for (const check of epoch.checks.found) check.found(memory);
    }
  }

  #newEpoch(managers: readonly ManagerState[]): Epoch {
    const old = Math.max(...managers.map(({ raft }) => lastIndex(raft.log)));
    const epoch = new Epoch(this.#invariants, this.#swarm.world, old);
    this.#epochs.push(epoch);
    return epoch;
  }

  note(host: string, note: SwarmTypes['note']): void {
    if (note.kind === 'answer' && 'reply' in note) this.#answers.push({ host, reply: note.reply });
  }

  event({ body, to }: SimEvent<SwarmTypes>): void {
    if (body.kind === 'raft') {
      const { message } = body;
      for (const check of this.#epochOf.get(message.to)?.checks.arriving ?? []) check.arriving(message, to);
    }
    if (body.kind !== 'raft.healthy' || body.purpose !== 'vote') return;
    const manager = this.#swarm.managerOf(to);
    const request = manager?.checks.get(body.check)?.message;
    if (manager === undefined || request?.kind !== 'vote') return;
    const { term, leader, electionElapsed } = manager.raft;
    this.#candidacy = { host: to, request, term, leader, electionElapsed };
  }

  sent(host: string, _to: string, body: SwarmTypes['body']): void {
    if (body.kind !== 'raft') return;
    const { message } = body;
    const checks = this.#epochOf.get(message.from)?.checks.sent ?? [];
    if (checks.length === 0) return;
    const manager = this.#swarm.managerOf(host);
    if (manager !== undefined) for (const check of checks) check.sent(message, manager, host);
  }

  handled(event: SimEvent<SwarmTypes>): void {
    if (event.kind === 'fault') {
      const { body } = event;
      if (body.kind !== 'add' && body.kind !== 'configure') {
        for (const { checks } of this.#epochs) for (const check of checks.fault) check.fault(body);
      }
      if ('host' in body) this.#look(body.host, this.#swarm.managerOf(body.host), undefined);
      return;
    }
    const { body, to: host } = event;
    const node = this.#swarm.memoryOf(host);
    const manager = node?.manager?.expelled ? undefined : node?.manager;
    if (manager !== undefined) this.#tellManager(event, manager);
    else if (this.#seen.has(host)) this.#look(host, undefined, undefined);
    if (node?.agent !== undefined) this.#tellNode(node, host, body.kind);
    if (this.#answers.length === 0) return;
    // A manager may have asked the leader of another cluster than its own, and that has answered.
    const epoch = this.#seen.get(event.from === '' ? host : event.from)?.epoch;
    for (const { reply, host: at } of this.#answers.splice(0)) {
      for (const check of epoch?.checks.answered ?? []) check.answered(reply, at);
    }
  }

  #tellManager({ body, to: host, seq, cause }: SimEvent<SwarmTypes>, manager: ManagerState): void {
    // An operator has made a new cluster, perhaps by force from what was left of another. That breaks what Raft promises, and is meant to:
    // entries are dropped and others put in their places (R-R150). Both clusters keep their promises from here on, each its own.
    if (body.kind === 'node.init' && manager !== this.#seen.get(host)?.manager) {
      this.#epochOf.set(manager.raft.id, this.#newEpoch([manager]));
    }
    const message = body.kind === 'raft' ? body.message : undefined;
    if (message !== undefined) this.#tellMessage(message, host, cause);
    this.#look(host, manager, message);
    const epoch = this.#epochOf.get(manager.raft.id);
    if (epoch === undefined) return;
    if (mayPromise.has(body.kind)) this.#remember(seq, epoch.disk(manager.raft.id).saved);
    const { checks } = epoch;
    if (this.#candidacy !== undefined) {
      for (const check of checks.asked) check.asked(this.#candidacy, manager);
      this.#candidacy = undefined;
    }
    if (manager.raft.role === 'leader' && !isRoutine(body)) {
      for (const check of checks.leads) check.leads(manager, host);
    }
    if (body.kind === 'manager.tick' && body.life === manager.life) {
      for (const check of checks.tick) check.tick(manager, host);
    }
    if (body.kind === 'call') for (const check of checks.called) check.called(body.call, manager, host);
  }

  #tellMessage(message: RaftMessage, host: string, cause: number): void {
    const epoch = this.#epochOf.get(message.from);
    if (epoch === undefined || epoch !== this.#epochOf.get(message.to)) return;
    const sent = this.#disks.get(cause) ?? this.#olderDisks.get(cause);
    for (const check of epoch.checks.message) check.message(message, host, sent);
  }

  /** Whatever cluster it is in: what an agent may do is the same in all of them. */
  #tellNode(node: NodeMemory, host: string, kind: string): void {
    const epoch = this.#epochs[0];
    if (epoch !== undefined) for (const check of epoch.checks.node) check.node(node, host, kind);
  }

  #look(host: string, manager: ManagerState | undefined, message: RaftMessage | undefined): void {
    const seen = this.#seen.get(host);
    if (seen !== undefined && seen.manager !== manager) {
      this.#seen.delete(host);
      seen.epoch.running.delete(seen.manager.raft.id);
    }
    if (manager === undefined) return;
    const before = seen?.manager === manager ? seen.course : undefined;
    const now = courseOf(manager, before);
    const { id } = manager.raft;
    const epoch = this.#epochFor(manager);
    const disk = epoch.disk(id);
    const savedBefore = disk.saved;
    if (before === undefined) {
      // A member of the old cluster that was told by the new one that it is removed erases its log, and gets its old Raft ID back from those who do
      // not know (R-R121, R-R151): it has forgotten its promises, as it would in life, and its cluster can keep none.
      const forgot = now.lastIndex === 0 && savedBefore.lastIndex > 0;
      if (forgot && epoch !== this.#epochs[this.#epochs.length - 1]) epoch.giveUp();
      disk.boot();
      this.#seen.set(host, { manager, epoch, course: now });
      epoch.running.set(id, manager);
    } else if (seen !== undefined) seen.course = now;
    disk.follow(manager);
    if (now !== before) epoch.tell({ host, manager, now, before, savedBefore, message });
  }

  /** A newcomer belongs to the cluster that has made it a member. */
  #epochFor({ raft: { id } }: ManagerState): Epoch {
    const known =
      this.#epochOf.get(id) ??
      this.#epochs.find(({ history }) => history.members.has(id)) ??
      this.#epochs[this.#epochs.length - 1];
    if (known === undefined) throw new Error('a manager is begun by init, or joins one that was');
    this.#epochOf.set(id, known);
    return known;
  }

  #remember(seq: number, saved: Saved): void {
    const { now } = this.#swarm.world;
    if (now >= this.#forgetAt) {
      this.#olderDisks = this.#disks;
      this.#disks = new Map();
      this.#forgetAt = now + memory;
    }
    this.#disks.set(seq, saved);
  }
}

/** Most of what a leader hears: it changes neither what the leader believes of its members nor the sessions of nodes. */
function isRoutine(body: SimEvent<SwarmTypes>['body']): boolean {
  switch (body.kind) {
    case 'manager.tick':
      return true;
    case 'raft':
      return body.message.kind === 'heartbeat-response';
    case 'call':
      return body.call.method === 'dispatcher.heartbeat';
    default:
      return false;
  }
}

/** Where a manager stands; `before` itself if it has not moved. */
function courseOf({ raft, store }: ManagerState, before: Course | undefined): Course {
  const { term, vote, role, leader, transferTarget, configuration, log } = raft;
  const { baseIndex, committed } = log;
  const applied = store.version;
  const index = lastIndex(log);
  const ofTerm = lastTerm(log);
  if (
    before !== undefined &&
    before.term === term &&
    before.vote === vote &&
    before.role === role &&
    before.leader === leader &&
    before.transferTarget === transferTarget &&
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
    leader,
    transferTarget,
    baseIndex,
    applied,
    committed,
    lastIndex: index,
    lastTerm: ofTerm,
    configuration,
  };
}
