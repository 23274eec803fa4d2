// Lets a session's time follow the wall clock, at a speed, and its fibers go on as it passes. Part of the rim: a real clock, real timers.

import type { Swarm } from '../cluster/swarm.ts';
import type { Fiber } from '../engine/fiber.ts';
import { isBroken } from '../lab/broken.ts';
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

/** The wall clock, and what is done later by it. */
export interface Wall {
  /** Milliseconds; only differences mean something. */
  readonly now: () => number;
  /** @param delay milliseconds @returns what undoes it */
  readonly later: (act: () => void, delay: number) => () => void;
}

const realWall: Wall = {
  now: () => performance.now(),
  later: (act, delay) => {
    const timer = setTimeout(act, delay);
    return () => clearTimeout(timer);
  },
};

export class Pacer implements Clockwork {
  readonly #session: Session;
  readonly #rate: number;
  readonly #wallClock: Wall;
  /** The world that time passes in. */
  #swarm: Swarm;
  /** Virtual time and wall time (milliseconds) that belong together. */
  #virtual: number;
  #wall: number;
  #cancelTurn: () => void = () => {};
  /** Why no time passes any more; undefined while it does. */
  #end: { readonly error: unknown } | 'stopped' | undefined;
  #failed: (error: unknown) => void = () => {};

  constructor(session: Session, speed: Speed, wall = realWall) {
    this.#session = session;
    this.#rate = speed === 'max' ? hour / second : speed;
    this.#wallClock = wall;
    this.#swarm = session.swarm;
    this.#virtual = session.swarm.world.now;
    this.#wall = wall.now();
  }

  /** Begins. The promise ends when the simulation breaks, which is a defect of ours: no time passes from then on. */
  run(): Promise<never> {
    this.#cancelTurn = this.#wallClock.later(() => this.#turn(), beat);
    return new Promise((_, reject) => {
      this.#failed = reject;
      if (typeof this.#end === 'object') reject(this.#end.error);
    });
  }

  stop(): void {
    this.#end ??= 'stopped';
    this.#cancelTurn();
  }

  start<R>(fiber: Fiber<R>, ended: (end: End<R>) => void): Task<R> {
    this.#catchUp();
    const task = this.#session.fibers.start(fiber, (end) => {
      if ('error' in end && isBroken(end.error)) this.#break(end.error);
      ended(end);
    });
    // What needs no time is answered at once.
    this.#catchUp();
    return task;
  }

  #turn(): void {
    this.#catchUp();
    if (this.#end === undefined) this.#cancelTurn = this.#wallClock.later(() => this.#turn(), beat);
  }

  /** Lets the world come to the time that the wall clock says, or as near as a slice allows. */
  #catchUp(): void {
    if (this.#end !== undefined) return;
    try {
      this.#goOn();
    } catch (error) {
      // Nobody who happens to ask something just now is to blame.
      this.#break(error);
    }
  }

  #goOn(): void {
    const begun = this.#wallClock.now();
    const { swarm } = this.#session;
    // Another world has another time.
    if (swarm !== this.#swarm) this.#meet(swarm.world.now, begun);
    this.#swarm = swarm;
    const due = this.#virtual + Math.floor((begun - this.#wall) * this.#rate * 1_000);
    while (this.#session.fibers.step(due)) {
      if (this.#wallClock.now() - begun < slice) continue;
      // Too much to do: time goes slower, instead of piling up.
      this.#meet(this.#session.swarm.world.now, this.#wallClock.now());
      return;
    }
  }

  #break(error: unknown): void {
    this.#end ??= { error };
    this.#cancelTurn();
    this.#failed(error);
  }

  #meet(virtual: number, wall: number): void {
    this.#virtual = virtual;
    this.#wall = wall;
  }
}
