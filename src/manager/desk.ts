// The leader as one reactor sees it: what leader.ts promises, for the reactor's own timers and jobs, and what the dispatcher and the
// control API need besides. A desk holds nothing of its own; it is made for a call and thrown away.

import type { Member, Reply } from '../model/calls.ts';
import { formatId } from '../model/ids.ts';
import type { ManagerPeer } from '../model/messages.ts';
import { NONE, proposeConfigurationChange, transferLeadership } from '../raft/index.ts';
import type { Reader } from '../store/reader.ts';
import { reader } from '../store/store.ts';
import type { ManagerContext } from './context.ts';
import type { Leader } from './leader.ts';
import { memberRemoval } from './membership/join.ts';
import { canRemove } from './membership/quorum.ts';
import { raftEnvironment } from './raft-environment.ts';
import { type JobOf, queued, type ReactorName, type TimerOf, timed } from './reactors.ts';
import { sendReply } from './reply.ts';
import type { ClusterSeed, Leadership, ManagerState } from './state.ts';

/** A leader with its members and its answers. */
export interface Desk<Timer, Job> extends Leader<Timer, Job> {
  readonly self: Member;
  /** What a new swarm begins with. */
  readonly seed: ClusterSeed;
  /** Members of the Raft group, by ascending Raft ID. */
  members(): readonly Member[];
  /** A change that makes this node a member is proposed and not applied yet. */
  isJoining(nodeId: string): boolean;
  /** Whether this manager has reached that member lately (R-R40). */
  isReachable(raftId: number): boolean;
  /** Whether a member can go without the rest losing its majority (R-R131). */
  canRemove(raftId: number): boolean;
  /** Proposes that a member goes. Nothing tells the end but the member list. */
  removeMember(raftId: number): void;
  /** Begins to hand leadership to an active peer (R-R33); false when there is none. */
  handOver(): boolean;
  /** Managers as agents are told of them (R-R163). */
  managers(): readonly ManagerPeer[];
  /** Answers a call along the way it came. */
  reply(route: readonly string[], reply: Reply): void;
}

/** The weight of every manager in the list agents get (R-R163). */
const listedWeight = 10;

export class ReactorDesk<Name extends ReactorName> implements Desk<TimerOf<Name>, JobOf<Name>> {
  readonly store: Reader;
  readonly #context: ManagerContext;
  readonly #manager: ManagerState;
  readonly #leadership: Leadership;
  readonly #reactor: Name;

  constructor(context: ManagerContext, manager: ManagerState, leadership: Leadership, reactor: Name) {
    this.store = reader(manager.store);
    this.#context = context;
    this.#manager = manager;
    this.#leadership = leadership;
    this.#reactor = reactor;
  }

  get nodeId(): string {
    return this.#manager.self.nodeId;
  }

  get self(): Member {
    return this.#manager.self;
  }

  get seed(): ClusterSeed {
    return this.#manager.seed ?? {};
  }

  now(): number {
    return this.#context.now();
  }

  later(delay: number, timer: TimerOf<Name>): number {
    const owner = { life: this.#manager.life, term: this.#leadership.term };
    return this.#context.later(delay, timed[this.#reactor](owner, timer));
  }

  cancel(timerId: number): void {
    this.#context.cancel(timerId);
  }

  random(stream: string, bound: number): number {
    return this.#context.random(stream, bound);
  }

  newId(): string {
    return formatId((bound) => this.#context.random('ids', bound));
  }

  request(job: JobOf<Name>): void {
    this.#leadership.queue.push(queued[this.#reactor](job));
  }

  members(): readonly Member[] {
    return [...this.#manager.members.values()].sort((a, b) => a.raftId - b.raftId);
  }

  isJoining(nodeId: string): boolean {
    return this.#leadership.joins.some((join) => join.nodeId === nodeId && join.phase === 'changing');
  }

  isReachable(raftId: number): boolean {
    return raftId === this.self.raftId || this.#manager.peers.get(raftId)?.active === true;
  }

  canRemove(raftId: number): boolean {
    const others = this.members().filter((member) => member.raftId !== raftId);
    return canRemove(others.map((member) => this.isReachable(member.raftId)));
  }

  removeMember(raftId: number): void {
    const { raft } = this.#manager;
    proposeConfigurationChange(raft, raftEnvironment(this.#context), memberRemoval(raftId));
  }

  handOver(): boolean {
    const { raft, self } = this.#manager;
    if (raft.transferTarget !== NONE) return true;
    const active = this.members().filter(({ raftId }) => raftId !== self.raftId && this.isReachable(raftId));
    if (active.length === 0) return false;
    const chosen = active[this.#context.random(`transfer/${self.host}`, active.length)];
    if (chosen !== undefined) transferLeadership(raft, raftEnvironment(this.#context), chosen.raftId);
    return true;
  }

  managers(): readonly ManagerPeer[] {
    return this.members().map(({ host, nodeId }) => ({ host, nodeId, weight: listedWeight }));
  }

  reply(route: readonly string[], reply: Reply): void {
    sendReply(this.#context, route, reply);
  }
}
