// Lets a session's time follow the wall clock, at a speed, and its fibers go on as it passes. Part of the rim: a real clock, real timers.

import type { Fiber } from '../engine/fiber.ts';
import type { End, Task } from '../lab/fibers.ts';
import type { Session } from '../lab/session.ts';
import { hour, second } from '../model/duration.ts';

/** Virtual seconds in a second; `max` is as fast as the machine can, and an hour a second at most. */
export type Speed = number | 'max';

/** Of a real second, how long a slice of the simulation may take before whoever waits at a socket has a turn, milliseconds. */
const slice = 10;
/** How often time is let pass while nobody asks for anything, milliseconds. */
const beat = 10;

/** What lets fibers run, however time passes for them. */
export interface Clockwork {
  /** Starts a fiber, with time as it is now. @param ended told when it has ended */
  start<R>(fiber: Fiber<R>, ended: (end: End<R>) => void): Task<R>;
}

export class Pacer implements Clockwork {
  readonly #session: Session;
  readonly #rate: number;
  /** Virtual time and wall time (milliseconds) that belong together. */
  #virtual: number;
  #wall: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #failed: (error: unknown) => void = () => {};

  constructor(session: Session, speed: Speed) {
    this.#session = session;
    this.#rate = speed === 'max' ? hour / second : speed;
    this.#virtual = session.swarm.world.now;
    this.#wall = performance.now();
  }

  /** Begins. The promise ends when the simulation breaks, which is a defect of ours. */
  run(): Promise<never> {
    this.#timer = setTimeout(() => this.#turn(), beat);
    return new Promise((_, reject) => {
      this.#failed = reject;
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  start<R>(fiber: Fiber<R>, ended: (end: End<R>) => void): Task<R> {
    this.#catchUp();
    const task = this.#session.fibers.start(fiber, ended);
    // What needs no time is answered at once.
    this.#catchUp();
    return task;
  }

  #turn(): void {
    if (this.#stopped) return;
    try {
      this.#catchUp();
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#timer = setTimeout(() => this.#turn(), beat);
  }

  /** Lets the world come to the time that the wall clock says, or as near as a slice allows. */
  #catchUp(): void {
    const begun = performance.now();
    const { world } = this.#session.swarm;
    // Another world has another time.
    if (world.now < this.#virtual) this.#meet(world.now, begun);
    const due = this.#virtual + Math.floor((begun - this.#wall) * this.#rate * 1_000);
    while (this.#session.fibers.step(due)) {
      if (performance.now() - begun < slice) continue;
      // Too much to do: time goes slower, instead of piling up.
      this.#meet(this.#session.swarm.world.now, performance.now());
      return;
    }
  }

  #meet(virtual: number, wall: number): void {
    this.#virtual = virtual;
    this.#wall = wall;
  }
}
