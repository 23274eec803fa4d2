// What a program may touch while it handles an event: its own host, and the world only through it.

import { assert } from './assert.ts';
import { readClock } from './clock.ts';
import { type DiskFile, fileNames, readFile } from './disk.ts';
import type { SimEvent, WorldTypes } from './event.ts';
import type { Host } from './host.ts';

/** The world as the program of one host sees it. Valid only during the call it was passed to. */
export interface Context<T extends WorldTypes> {
  readonly host: string;
  readonly config: T['config'];
  /** The sending host of the message being handled, else empty. */
  readonly from: string;
  /** This host's clock, integer microseconds. */
  now(): number;
  /** Sends `body` over the network; to oneself it arrives right after the current event. No one is told if it is lost. */
  send(to: string, body: T['body']): void;
  /** Hands `body` back after `delay` microseconds of this host's clock. Gone at a crash. Returns an id to cancel it by. */
  later(delay: number, body: T['body']): number;
  /** Forgets a timer: it is never handed back, even if it came due during a pause. Cancelling one that has fired is harmless. */
  cancel(timerId: number): void;
  /** A draw from the named stream, uniform in [0, bound). */
  random(stream: string, bound: number): number;
  /** Adds a record to a file. It survives a crash only once a later sync has ended. */
  append(file: string, record: T['record']): void;
  /** Replaces a file as a whole, atomically; durable once a later sync has ended. */
  replace(file: string, records: readonly T['record'][]): void;
  /** Makes everything written so far durable, then hands `body` back. Syncs end in order. */
  sync(body: T['body']): void;
  /** What is safe on the disk: at boot, all of a file. What was written since counts only once its sync has ended. */
  read(file: string): DiskFile<T['record']>;
  /** The names of the files on the disk at boot, sorted. */
  files(): readonly string[];
  /** True when somebody watches: notes need not be made otherwise. */
  readonly watched: boolean;
  /** Tells those who watch. Changes nothing. */
  note(note: T['note']): void;
  /** Mixes a number into the run's digest: a hash of state that its events do not show. */
  mix(value: number): void;
}

/** What runs on every host of a world. Pure functions over plain data: all that differs between hosts is config, disk and memory. */
export interface Program<T extends WorldTypes> {
  /** The host comes up: makes its memory from its config and its disk. */
  boot(context: Context<T>): T['state'];
  /** Something happens to the host. Changes its memory in place. */
  handle(context: Context<T>, state: T['state'], body: T['body']): void;
  /** The port at which a message arrives, such as `2377/tcp`; empty for one that no port is closed to. Without it no message has any. */
  portOf?(body: T['body']): string;
}

/** The part of a world that a context reaches. */
export interface Hands<T extends WorldTypes> {
  readonly now: number;
  readonly watched: boolean;
  send(host: Host<T>, to: string, cause: number, body: T['body']): void;
  later(host: Host<T>, delay: number, cause: number, body: T['body']): number;
  cancel(timerId: number): void;
  sync(host: Host<T>, cause: number, body: T['body']): void;
  draw(stream: string, bound: number, cause: number): number;
  tell(host: string, note: T['note'], cause: number): void;
  mix(value: number): void;
}

/** The one context of a world, pointed at the host whose event is being handled. */
export class WorldContext<T extends WorldTypes> implements Context<T> {
  readonly #world: Hands<T>;
  #current: Host<T> | undefined;
  #cause = 0;
  from = '';

  constructor(world: Hands<T>) {
    this.#world = world;
  }

  enter(host: Host<T>, event: SimEvent<T>): void {
    this.#current = host;
    this.#cause = event.seq;
    this.from = event.from;
  }

  leave(): void {
    this.#current = undefined;
  }

  get #host(): Host<T> {
    assert(this.#current !== undefined, 'a context is used only while an event is handled');
    return this.#current;
  }

  get host(): string {
    return this.#host.name;
  }

  get config(): T['config'] {
    return this.#host.config;
  }

  now(): number {
    return readClock(this.#host.clock, this.#world.now);
  }

  send(to: string, body: T['body']): void {
    this.#world.send(this.#host, to, this.#cause, body);
  }

  later(delay: number, body: T['body']): number {
    return this.#world.later(this.#host, delay, this.#cause, body);
  }

  cancel(timerId: number): void {
    this.#world.cancel(timerId);
  }

  random(stream: string, bound: number): number {
    return this.#world.draw(stream, bound, this.#cause);
  }

  append(file: string, record: T['record']): void {
    this.#host.disk.unsynced.push({ kind: 'append', file, record });
  }

  replace(file: string, records: readonly T['record'][]): void {
    this.#host.disk.unsynced.push({ kind: 'replace', file, records: [...records] });
  }

  sync(body: T['body']): void {
    this.#world.sync(this.#host, this.#cause, body);
  }

  read(file: string): DiskFile<T['record']> {
    return readFile(this.#host.disk, file);
  }

  files(): readonly string[] {
    return fileNames(this.#host.disk);
  }

  get watched(): boolean {
    return this.#world.watched;
  }

  note(note: T['note']): void {
    this.#world.tell(this.#host.name, note, this.#cause);
  }

  mix(value: number): void {
    this.#world.mix(value);
  }
}
