// The world: hosts, network, disks, clocks and one queue of pending events. A run is a loop that takes the next event.
// Synchronous, in virtual time, from one seed; everything that can change the future can be saved at any event boundary and loaded again,
// and goes on to the last byte as if it had never been interrupted.

import { Agenda, type AgendaState } from './agenda.ts';
import { assert, unreachable } from './assert.ts';
import { worldTime } from './clock.ts';
import { decodeGraph, type EncodedGraph, encodeGraph } from './codec.ts';
import { type Hands, type Program, WorldContext } from './context.ts';
import { Digest, hashText } from './digest.ts';
import { beginSync, endSync } from './disk.ts';
import type { Delivery, FaultEvent, Input, JournalEntry, PlanStep, SimEvent, WorldTypes } from './event.ts';
import { applyFault, type Ground } from './faults.ts';
import { History } from './history.ts';
import type { Host } from './host.ts';
import { type LinkState, Network } from './network.ts';
import { type StreamState, Streams } from './random.ts';

export { WorldError } from './history.ts';

/** A saved world. */
interface WorldData<T extends WorldTypes> {
  readonly seed: string;
  readonly now: number;
  readonly handled: number;
  readonly digest: readonly [number, number];
  readonly agenda: AgendaState<T>;
  readonly hosts: readonly Host<T>[];
  readonly links: readonly LinkState[];
  readonly streams: readonly (readonly [name: string, state: StreamState])[];
  readonly journal: readonly JournalEntry<T>[];
}

/** A saved world as JSON data. */
export type SavedWorld<T extends WorldTypes> = EncodedGraph<WorldData<T>>;

/** Somebody who watches a run. Nothing a watcher does may reach back into the world. */
export interface Watcher<T extends WorldTypes> {
  /** Before an event is handled. */
  event?(event: SimEvent<T>): void;
  /** After an event was handled: the world shows what has come of it. Not told when handling it broke the run. */
  handled?(event: SimEvent<T>): void;
  /** What a host said while event `cause` was handled. */
  note?(host: string, note: T['note'], cause: number): void;
  /** A message that a host sent, whatever becomes of it. */
  sent?(from: string, to: string, body: T['body']): void;
  /** A number in [0, bound) that a program drew while event `cause` was handled. */
  draw?(stream: string, bound: number, drawn: number, cause: number): void;
}

/** How deep the digest looks into bodies, which are many, and into faults, which are few. */
const bodyDepth = 2;
const faultDepth = 8;

export class World<T extends WorldTypes> {
  readonly seed: string;
  readonly #program: Program<T>;
  readonly #hosts = new Map<string, Host<T>>();
  readonly #agenda = new Agenda<T>();
  readonly #nameHashes = new Map<string, number>();
  readonly #digest = new Digest();
  readonly #streams: Streams;
  readonly #network: Network;
  readonly #watchers: Watcher<T>[] = [];
  readonly #journal: JournalEntry<T>[] = [];
  readonly #context: WorldContext<T>;
  readonly #ground: Ground<T>;
  readonly #history = new History<T>();
  #now = 0;
  #handled = 0;

  constructor(program: Program<T>, seed: string) {
    this.#program = program;
    this.seed = seed;
    this.#streams = new Streams(seed, (drawn) => this.#digest.mix(drawn));
    this.#network = new Network(this.#streams);
    this.#context = new WorldContext<T>(this.#hands());
    this.#ground = this.#makeGround();
  }

  /** Virtual time, integer microseconds since the start of the run. */
  get now(): number {
    return this.#now;
  }

  /** In words: the event handled last and the events that led to it, the newest first, as far as they are remembered. */
  get lastCauses(): readonly string[] {
    return this.#history.lastCauses();
  }

  /** How many events have been handled. */
  get handled(): number {
    return this.#handled;
  }

  /** How many events are pending, dead ones included. */
  get pending(): number {
    return this.#agenda.size;
  }

  /** When the next event is due; undefined if nothing is pending. */
  get nextAt(): number | undefined {
    return this.#agenda.peek()?.at;
  }

  /** The digest of the run so far: 16 hexadecimal digits. */
  get digest(): string {
    return this.#digest.toString();
  }

  /** Everything that came from outside so far: with the seed, the whole run. */
  get journal(): readonly JournalEntry<T>[] {
    return this.#journal;
  }

  hostNames(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  /** A host's memory to look at, never to change; undefined while the host is down. */
  stateOf(host: string): T['state'] | undefined {
    return this.#host(host).state;
  }

  configOf(host: string): T['config'] {
    return this.#host(host).config;
  }

  isUp(host: string): boolean {
    return this.#host(host).up;
  }

  isPaused(host: string): boolean {
    return this.#host(host).paused;
  }

  /** True when a message sent now from one host to the other would be lost to a cut. */
  isCut(from: string, to: string): boolean {
    return this.#network.isCut(from, to);
  }

  /** Whether a firewall drops what arrives at a host on a port, such as `2377/tcp`. */
  isClosed(host: string, port: string): boolean {
    return this.#host(host).closed.has(port);
  }

  watch(watcher: Watcher<T>): void {
    this.#watchers.push(watcher);
  }

  /** Gives the world something from outside, now: it happens after all that is due now already. */
  inject(input: Input<T>): void {
    this.#journal.push({ after: this.#handled, given: this.#now, at: this.#now, input });
    this.#enqueue(this.#now, input);
  }

  /** Puts a plan into the queue before its time: steps at one time happen in the order given. */
  schedule(plan: readonly PlanStep<T>[]): void {
    for (const step of plan) {
      assert(step.at >= this.#now, 'a plan is for the future');
      this.#journal.push({ after: this.#handled, given: this.#now, at: step.at, input: step.input });
      this.#enqueue(step.at, step.input);
    }
  }

  #enqueue(at: number, input: Input<T>): void {
    if (input.kind === 'fault') this.#agenda.addFault(at, input.fault);
    else this.#agenda.add(at, 0, input.host, '', 'command', 0, input.body);
  }

  /** Handles the next event, if there is one not later than `limit`. */
  step(limit: number = Number.MAX_SAFE_INTEGER): boolean {
    for (;;) {
      const next = this.#agenda.peek();
      if (next === undefined || next.at > limit) return false;
      const waited = this.#agenda.take();
      // Time passes with what nobody handles too: else an input could come before what has been taken from the queue.
      if (next.at > this.#now) this.#now = next.at;
      if (next.kind === 'fault') this.#strike(next);
      else if (!this.#deliver(next, waited)) continue;
      return true;
    }
  }

  /** Handles everything due up to `time`, and lets time pass until then. */
  runUntil(time: number): void {
    while (this.step(time)) {}
    if (this.#now < time) this.#now = time;
  }

  #strike(event: FaultEvent<T>): void {
    this.#begin(event);
    try {
      applyFault(this.#ground, event);
    } catch (error) {
      throw this.#history.explain(error, event);
    }
    this.#end(event);
  }

  /** Hands `event` to its host, unless it died before its time came: then nothing of it is left, as if it had never been. */
  #deliver(event: Delivery<T>, waited: boolean): boolean {
    const host = this.#hosts.get(event.to);
    if (host === undefined || !host.up) return false;
    if (event.kind === 'timer' && this.#agenda.takeCancelled(event.seq)) return false;
    if (!waited) {
      if (!this.#alive(event, host)) return false;
      if (event.kind === 'sync') endSync(host.disk);
      if (host.paused) {
        // It has arrived, and a sync has ended: from now on only the death of the host, or a cancel, can take it back.
        host.backlog.push(event);
        return false;
      }
    }
    this.#begin(event);
    this.#context.enter(host, event);
    try {
      this.#program.handle(this.#context, host.state, event.body);
    } catch (error) {
      throw this.#history.explain(error, event);
    }
    this.#end(event);
    return true;
  }

  #alive(event: Delivery<T>, host: Host<T>): boolean {
    switch (event.kind) {
      case 'timer':
      case 'sync':
        return event.epoch === host.boots;
      case 'message':
        if (event.from === event.to) return event.epoch === host.boots;
        return event.epoch === this.#epochOf(event.from, host) && !this.#isDropped(event.body, host);
      case 'command':
        return true;
      default:
        return unreachable(event.kind);
    }
  }

  #isDropped(body: T['body'], { closed }: Host<T>): boolean {
    return closed.size > 0 && closed.has(this.#program.portOf?.(body) ?? '');
  }

  /** Both terms only grow, so an equal sum means that neither the host came up anew nor the link was cut. */
  #epochOf(from: string, host: Host<T>): number {
    return host.boots + this.#network.link(from, host.name).state.cuts;
  }

  #begin(event: SimEvent<T>): void {
    assert(event.at === this.#now, 'time runs from event to event');
    const digest = this.#digest;
    digest.mix(event.at);
    digest.mix(event.seq);
    digest.mix(event.cause);
    digest.mix(this.#nameHash(event.to));
    if (event.from !== '') digest.mix(this.#nameHash(event.from));
    digest.mixData(event.body, event.kind === 'fault' ? faultDepth : bodyDepth);
    this.#history.add(event);
    this.#handled += 1;
    for (const watcher of this.#watchers) watcher.event?.(event);
  }

  #end(event: SimEvent<T>): void {
    this.#context.leave();
    for (const watcher of this.#watchers) watcher.handled?.(event);
  }

  /** What faults may reach. */
  #makeGround(): Ground<T> {
    const world = this;
    return {
      get now() {
        return world.#now;
      },
      hosts: this.#hosts,
      network: this.#network,
      agenda: this.#agenda,
      streams: this.#streams,
      boot: (host, event) => world.#boot(host, event),
    };
  }

  #nameHash(name: string): number {
    let hash = this.#nameHashes.get(name);
    if (hash === undefined) {
      hash = hashText(name);
      this.#nameHashes.set(name, hash);
    }
    return hash;
  }

  #host(name: string): Host<T> {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`there is no host ${name}`);
    return host;
  }

  #boot(host: Host<T>, event: SimEvent<T>): void {
    host.up = true;
    host.paused = false;
    host.boots += 1;
    this.#context.enter(host, event);
    host.state = this.#program.boot(this.#context);
  }

  /** What a program does through its context. */
  #hands(): Hands<T> {
    const world = this;
    return {
      get now() {
        return world.#now;
      },
      get watched() {
        return world.#watchers.length > 0;
      },
      send: (host, to, cause, body) => world.#send(host, to, cause, body),
      later: (host, delay, cause, body) => world.#later(host, delay, cause, body),
      cancel: (timerId) => world.#agenda.cancel(timerId),
      sync: (host, cause, body) => world.#sync(host, cause, body),
      draw: (stream, bound, cause) => world.#draw(stream, bound, cause),
      mix: (value) => world.#digest.mix(value),
      tell: (host, note, cause) => {
        for (const watcher of world.#watchers) watcher.note?.(host, note, cause);
      },
    };
  }

  #draw(stream: string, bound: number, cause: number): number {
    const drawn = this.#streams.stream(stream).draw(bound);
    for (const watcher of this.#watchers) watcher.draw?.(stream, bound, drawn, cause);
    return drawn;
  }

  #send(host: Host<T>, to: string, cause: number, body: T['body']): void {
    const from = host.name;
    for (const watcher of this.#watchers) watcher.sent?.(from, to, body);
    if (to === from) {
      this.#agenda.add(this.#now, cause, to, from, 'message', host.boots, body);
      return;
    }
    const target = this.#hosts.get(to);
    if (target === undefined) return;
    const link = this.#network.link(from, to);
    const at = link.arrival(this.#now);
    if (at === undefined) return;
    const epoch = target.boots + link.state.cuts;
    this.#agenda.add(at, cause, to, from, 'message', epoch, body);
    const again = link.duplicate(this.#now);
    if (again !== undefined) this.#agenda.add(again, cause, to, from, 'message', epoch, body);
  }

  #later(host: Host<T>, delay: number, cause: number, body: T['body']): number {
    // Not an assert: its text would be made for every timer.
    if (!Number.isSafeInteger(delay) || delay < 0) {
      throw new Error(`a delay is a whole number of microseconds, got ${delay}`);
    }
    const at = this.#now + worldTime(host.clock, delay);
    return this.#agenda.add(at, cause, host.name, '', 'timer', host.boots, body);
  }

  #sync(host: Host<T>, cause: number, body: T['body']): void {
    const { disk } = host;
    beginSync(disk);
    const at = Math.max(this.#now, disk.busyUntil) + disk.syncLatency;
    disk.busyUntil = at;
    this.#agenda.add(at, cause, host.name, '', 'sync', host.boots, body);
  }

  /** Everything that can change the future, as JSON data. Watchers are not part of a world. */
  save(): SavedWorld<T> {
    return encodeGraph<WorldData<T>>({
      seed: this.seed,
      now: this.#now,
      handled: this.#handled,
      digest: this.#digest.save(),
      agenda: this.#agenda.save(),
      hosts: [...this.#hosts.values()],
      links: this.#network.save(),
      streams: this.#streams.save(),
      journal: this.#journal,
    });
  }

  /** The world that was saved, to go on from where it was. */
  static load<T extends WorldTypes>(program: Program<T>, saved: SavedWorld<T>): World<T> {
    const data = decodeGraph(saved);
    const world = new World<T>(program, data.seed);
    world.#now = data.now;
    world.#handled = data.handled;
    world.#digest.load(data.digest);
    world.#agenda.load(data.agenda);
    for (const host of data.hosts) world.#hosts.set(host.name, host);
    world.#network.load(data.links);
    world.#streams.load(data.streams);
    world.#journal.push(...data.journal);
    return world;
  }

  /** An independent copy of this world: another future from here. */
  fork(): World<T> {
    return World.load(this.#program, this.save());
  }

  /** Runs a seed and its journal again, up to the last thing that came from outside. */
  static replay<T extends WorldTypes>(
    program: Program<T>,
    seed: string,
    journal: readonly JournalEntry<T>[],
    watcher?: Watcher<T>,
  ): World<T> {
    const world = new World<T>(program, seed);
    if (watcher) world.watch(watcher);
    for (const entry of journal) {
      while (world.#handled < entry.after && world.step()) {}
      if (world.#now < entry.given) world.#now = entry.given;
      world.schedule([entry]);
    }
    return world;
  }
}
