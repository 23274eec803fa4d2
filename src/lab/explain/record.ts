// The record of a run: every event, note, draw and committed change, who decided each change, and when. Explanations are made from this
// alone, so they say the same whenever they are asked for. Holds the world of the run made again; nothing of the run itself.

import type { SwarmTypes, SwarmWorld } from '../../cluster/types.ts';
import type { Update } from '../../manager/orchestrator/update.ts';
import type { ReactorJob } from '../../manager/reactors.ts';
import type { ManagerState } from '../../manager/state.ts';
import { defaultClusterSpec } from '../../model/defaults.ts';
import type { Kind, Node, Service, Task } from '../../model/objects.ts';
import type { ClusterSpec } from '../../model/spec.ts';
import { assert } from '../../sim/assert.ts';
import type { Input, SimEvent } from '../../sim/event.ts';
import type { Watcher } from '../../sim/world.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';
import { reader } from '../../store/store.ts';
import { runAgain, runOtherwise } from './rerun.ts';

export type Event = SimEvent<SwarmTypes>;

/** A transaction of the leader: whose it is, and the events in which it was asked for and decided. */
export interface Decided {
  readonly host: string;
  readonly job: ReactorJob;
  readonly requested: number;
  readonly begun: number;
}

/** A committed change of one record. `seq` is the event in which the leader applied it. */
export interface Change<K extends Kind = Kind> {
  readonly at: number;
  readonly seq: number;
  /** Its place among all changes. */
  readonly index: number;
  readonly host: string;
  readonly event: StoreEvent<K>;
  /** Undefined when nobody saw who decided it. */
  readonly decided: Decided | undefined;
}

export interface Draw {
  readonly stream: string;
  readonly bound: number;
  readonly drawn: number;
  /** The event during which it was drawn. */
  readonly seq: number;
  readonly at: number;
}

export interface Note {
  readonly at: number;
  readonly host: string;
  readonly note: SwarmTypes['note'];
  readonly seq: number;
}

/** An updater at work, from when it was first seen. What it held when it ended, it still holds. */
export interface SeenUpdate {
  readonly update: Update;
  readonly seq: number;
  readonly at: number;
  /** The events in which it counted tasks as failed, by task. */
  readonly counted: Map<string, number>;
}

export class RunRecord implements Watcher<SwarmTypes> {
  readonly world: SwarmWorld;
  /** In the order in which they were handled. */
  readonly events: Event[] = [];
  readonly notes: Note[] = [];
  readonly draws: Draw[] = [];
  readonly changes: Change[] = [];
  readonly updates: SeenUpdate[] = [];
  readonly #positions = new Map<number, number>();
  readonly #changesBySeq = new Map<number, Change[]>();
  readonly #run: SwarmWorld;
  /** When each waiting job was first seen in the writer's queue. */
  readonly #requested = new Map<ReactorJob, number>();
  /** The transaction in flight, by manager. */
  readonly #inFlight = new Map<string, Decided & { readonly request: number }>();
  readonly #updates = new Map<Update, SeenUpdate>();
  readonly #nodeNames = new Map<string, string>();

  private constructor(run: SwarmWorld, world: SwarmWorld) {
    this.#run = run;
    this.world = world;
  }

  /** Runs `run` again, to where it is now, and records it. */
  static of(run: SwarmWorld): RunRecord {
    let record: RunRecord | undefined;
    runAgain(run, {
      watcher: (world) => {
        record = new RunRecord(run, world);
        return record;
      },
    });
    assert(record !== undefined, 'a run made again is watched');
    return record;
  }

  // Watching.

  event(event: Event): void {
    this.#positions.set(event.seq, this.events.length);
    this.events.push(event);
  }

  draw(stream: string, bound: number, drawn: number, seq: number): void {
    this.draws.push({ stream, bound, drawn, seq, at: this.world.now });
  }

  note(host: string, note: SwarmTypes['note'], seq: number): void {
    const at = this.world.now;
    this.notes.push({ at, host, note, seq });
    if (note.kind !== 'store.changed') return;
    const decided = this.#inFlight.get(host);
    const first = this.changes.length;
    const changes = note.events.map(
      (event, i): Change => ({ at, seq, index: first + i, host, event, decided }),
    );
    this.changes.push(...changes);
    this.#changesBySeq.set(seq, [...this.changesIn(seq), ...changes]);
    for (const event of note.events) {
      if (event.kind === 'node' && event.action !== 'remove') {
        this.#nodeNames.set(event.id, event.after.description?.hostname ?? event.id);
      }
    }
  }

  handled({ to, seq, at }: Event): void {
    if (to === '') return;
    const leadership = managerOn(this.world, to)?.leadership;
    if (leadership === undefined) {
      this.#inFlight.delete(to);
      return;
    }
    for (const job of leadership.queue) if (!this.#requested.has(job)) this.#requested.set(job, seq);
    const { inFlight, reactors } = leadership;
    if (inFlight === undefined) this.#inFlight.delete(to);
    else if (this.#inFlight.get(to)?.request !== inFlight.request) {
      const { job, request } = inFlight;
      const requested = this.#requested.get(job) ?? seq;
      this.#inFlight.set(to, { host: to, job, requested, begun: seq, request });
    }
    for (const { updates } of reactors === undefined ? [] : [reactors.replicated, reactors.global]) {
      for (const update of updates.active.values()) {
        let seen = this.#updates.get(update);
        if (seen === undefined) {
          seen = { update, seq, at, counted: new Map() };
          this.#updates.set(update, seen);
          this.updates.push(seen);
        }
        if (seen.counted.size === update.failed.size) continue;
        for (const taskId of update.failed) if (!seen.counted.has(taskId)) seen.counted.set(taskId, seq);
      }
    }
  }

  // Looking.

  /** @throws Error when no event of that number was handled */
  eventOf(seq: number): Event {
    const event = this.events[this.#positions.get(seq) ?? -1];
    assert(event !== undefined, `event ${seq} was handled in the run`);
    return event;
  }

  /** The changes that were committed while an event was handled. */
  changesIn(seq: number): readonly Change[] {
    return this.#changesBySeq.get(seq) ?? [];
  }

  /** The changes of records of one kind, in order. */
  changesOf<K extends Kind>(kind: K): readonly Change<K>[] {
    return this.changes.filter((change): change is Change<K> => change.event.kind === kind);
  }

  /** The last handled event, not later than event `seq`, for which `test` holds. */
  lastEvent(seq: number, test: (event: Event) => boolean): Event | undefined {
    for (let i = this.#positions.get(seq) ?? -1; i >= 0; i--) {
      const event = this.events[i];
      if (event !== undefined && test(event)) return event;
    }
    return undefined;
  }

  /** The last change before `change` for which `test` holds. */
  lastChange(change: Change, test: (change: Change) => boolean): Change | undefined {
    for (let i = change.index - 1; i >= 0; i--) {
      const earlier = this.changes[i];
      if (earlier !== undefined && test(earlier)) return earlier;
    }
    return undefined;
  }

  /** The number of the event that was handled before event `seq`. */
  previous(seq: number): number {
    return this.events[(this.#positions.get(seq) ?? 0) - 1]?.seq ?? 0;
  }

  /** Whether event `a` was handled before event `b`. */
  isBefore(a: number, b: number): boolean {
    return (this.#positions.get(a) ?? -1) < (this.#positions.get(b) ?? -1);
  }

  /** The last draw of a stream that was made in event `seq`, or before it. */
  lastDraw(stream: string, seq: number): Draw | undefined {
    return this.draws.findLast((draw) => draw.stream === stream && !this.isBefore(seq, draw.seq));
  }

  /** The world as it was right after event `seq`: the run made again up to there. Whoever asks may do with it what they like. */
  worldAfter(seq: number): SwarmWorld {
    const position = this.#positions.get(seq);
    assert(position !== undefined, `event ${seq} was handled in the run`);
    return runAgain(this.#run, { events: position + 1 });
  }

  /** Another run, in which one input is changed, until `test` holds or to the time at which this one ends. */
  worldIf(
    change: (input: Input<SwarmTypes>) => Input<SwarmTypes>,
    test: (world: SwarmWorld) => boolean,
  ): SwarmWorld {
    return runOtherwise(this.#run, change, test);
  }

  /** The last event of the run. */
  get last(): Event {
    const event = this.events.at(-1);
    assert(event !== undefined, 'a run has events');
    return event;
  }

  /** The state that the most advanced running manager has committed, at the end; undefined when none runs. */
  state(): Reader | undefined {
    return stateOf(this.world);
  }

  /** The manager that leads at the end, and of the highest term if several believe so. */
  leader(): readonly [host: string, manager: ManagerState] | undefined {
    let found: readonly [string, ManagerState] | undefined;
    for (const host of this.world.hostNames()) {
      const manager = managerOn(this.world, host);
      const term = manager?.leadership?.term;
      if (manager === undefined || term === undefined) continue;
      if (term > (found?.[1].leadership?.term ?? -1)) found = [host, manager];
    }
    return found;
  }

  /** A node's host name. */
  nodeName(nodeId: string): string {
    return this.#nodeNames.get(nodeId) ?? nodeId;
  }

  /** The ID of the node that a machine was last, when it was one. */
  nodeId(host: string): string | undefined {
    return [...this.#nodeNames].findLast(([, name]) => name === host)?.[0];
  }

  /** `web.3`; without a slot, as in global services and for the first task of a job, with the name of the node it is on or will be. */
  taskName({ id, serviceAnnotations: { name }, slot, nodeId }: Task): string {
    if (slot !== 0) return `${name}.${slot}`;
    return `${name}.${this.nodeName(nodeId === '' ? this.#laterNode(id) : nodeId)}`;
  }

  /** The node that a task came to; empty when it never had one. */
  #laterNode(taskId: string): string {
    const change = this.changesOf('task').findLast(({ event }) => event.id === taskId);
    if (change === undefined) return '';
    return change.event.action === 'remove' ? change.event.before.nodeId : change.event.after.nodeId;
  }

  /** The name of a task by its ID, whether it still is or not. */
  taskNameOf(id: string): string {
    const { event } = this.changesOf('task').find((change) => change.event.id === id) ?? {};
    if (event === undefined) return id;
    return this.taskName(event.action === 'remove' ? event.before : event.after);
  }

  /** The name of something by its ID, whether it still is or not; the ID when it was never there. */
  nameOf(kind: 'service' | 'config' | 'secret' | 'network' | 'volume', id: string): string {
    const { event } = this.changesOf(kind).find((change) => change.event.id === id) ?? {};
    if (event === undefined) return id;
    return (event.action === 'remove' ? event.before : event.after).spec.name;
  }

  /** The swarm's settings at the time of event `seq`. */
  clusterSpec(seq: number): ClusterSpec {
    const last = this.changesOf('cluster').findLast((change) => !this.isBefore(seq, change.seq));
    return last === undefined || last.event.action === 'remove' ? defaultClusterSpec : last.event.after.spec;
  }

  /** A service as it was before event `seq`. */
  serviceBefore(serviceId: string, seq: number): Service | undefined {
    return this.#before('service', serviceId, seq);
  }

  /** A node as it was before event `seq`. */
  nodeBefore(nodeId: string, seq: number): Node | undefined {
    return this.#before('node', nodeId, seq);
  }

  #before<K extends 'service' | 'node'>(kind: K, id: string, seq: number) {
    const last = this.changesOf(kind).findLast(
      (change) => change.event.id === id && this.isBefore(change.seq, seq),
    );
    return last === undefined || last.event.action === 'remove' ? undefined : last.event.after;
  }
}

/** A running manager; undefined where there is none. */
export function managerOn(world: SwarmWorld, host: string): ManagerState | undefined {
  const state = world.stateOf(host);
  return state?.role === 'node' && state.manager?.expelled === false ? state.manager : undefined;
}

/** The state that the most advanced running manager has committed; undefined when none runs. */
export function stateOf(world: SwarmWorld): Reader | undefined {
  let best: ManagerState | undefined;
  for (const host of world.hostNames()) {
    const manager = managerOn(world, host);
    if (manager !== undefined && (best === undefined || manager.store.version > best.store.version)) {
      best = manager;
    }
  }
  return best && reader(best.store);
}
