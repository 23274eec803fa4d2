// Runs fibers in the world they wait for: each goes on as soon as its wait is over, in the order in which they were started.

import type { Swarm } from '../cluster/swarm.ts';
import type { Fiber, Wait } from '../engine/fiber.ts';

/** How a fiber has ended. */
export type End<R> = { readonly result: R } | { readonly error: unknown };

/** A fiber that was started, and perhaps has ended. */
export interface Task<R> {
  readonly end: End<R> | undefined;
  /** Ends it where it waits: what it has open is closed, and it comes to no result. */
  cancel(): void;
}

export class Fibers {
  readonly #swarm: Swarm;
  readonly #running = new Set<Waiting>();

  constructor(swarm: Swarm) {
    this.#swarm = swarm;
  }

  /** Starts a fiber, which runs at once as far as it can. @param ended told when it has ended, unless it is cancelled */
  start<R>(fiber: Fiber<R>, ended?: (end: End<R>) => void): Task<R> {
    const task = new RunningTask(fiber, ended);
    this.#running.add(task);
    task.cancelled = () => this.#running.delete(task);
    this.#advance(task);
    return task;
  }

  /** The world is left: every fiber ends where it waits, with a `WorldLeft`. */
  leave(): void {
    for (const task of [...this.#running]) task.leave();
  }

  /** Virtual time at which the first fiber goes on whatever happens, microseconds; Infinity when none does. */
  get deadline(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { wait } of this.#running)
      if (wait !== undefined && wait.deadline < first) first = wait.deadline;
    return first;
  }

  /** Lets every fiber go on whose wait is over. To be called after every event, and when time has passed. */
  poll(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const task of this.#running) {
        if (!this.#isOver(task.wait)) continue;
        this.#advance(task);
        // What one does may be what another waits for.
        moved = true;
      }
    }
  }

  /**
   * Handles the next event not later than `limit`, or lets time pass to the first deadline, or to `limit` itself.
   * @returns false once it is `limit`
   */
  step(limit: number): boolean {
    const { world } = this.#swarm;
    const next = Math.min(limit, Math.max(this.deadline, world.now));
    if (!world.step(next)) world.runUntil(next);
    this.poll();
    return world.now < limit;
  }

  #isOver(wait: Wait | undefined): boolean {
    return wait !== undefined && (wait.deadline <= this.#swarm.world.now || wait.until());
  }

  #advance(task: Waiting): void {
    do task.advance();
    while (this.#isOver(task.wait));
    if (task.end !== undefined) this.#running.delete(task);
  }
}

/** A task as its runner sees it, whatever it comes to. */
interface Waiting extends Task<unknown> {
  readonly wait: Wait | undefined;
  advance(): void;
  leave(): void;
}

class RunningTask<R> implements Task<R>, Waiting {
  readonly #fiber: Fiber<R>;
  readonly #ended: ((end: End<R>) => void) | undefined;
  end: End<R> | undefined;
  wait: Wait | undefined;
  cancelled: () => void = () => {};

  constructor(fiber: Fiber<R>, ended: ((end: End<R>) => void) | undefined) {
    this.#fiber = fiber;
    this.#ended = ended;
  }

  advance(): void {
    this.wait = undefined;
    try {
      const { done, value } = this.#fiber.next();
      if (done !== true) {
        this.wait = value;
        return;
      }
      this.end = { result: value };
    } catch (error) {
      this.end = { error };
    }
    this.#ended?.(this.end);
  }

  leave(): void {
    // What leaves the world itself goes on.
    if (this.wait === undefined) return;
    this.cancel();
    this.end = { error: new WorldLeft() };
    this.#ended?.(this.end);
  }

  cancel(): void {
    if (this.end !== undefined || this.wait === undefined) return;
    this.wait = undefined;
    this.cancelled();
    // Fibers close what they have open in their `finally`, and wait for nothing there.
    const closing: Iterator<Wait, unknown, void> = this.#fiber;
    closing.return?.();
  }
}

/** Why a fiber did not come to its end: its world was exchanged for another. */
export class WorldLeft extends Error {
  override readonly name = 'WorldLeft';

  constructor() {
    super('the world was exchanged for another');
  }
}

/** Why a fiber did not come to its end: the world may go no further. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/**
 * Runs the world until a fiber has ended.
 * @param limit virtual time in microseconds that may not pass @throws OutOfTime when it is reached, and what the fiber throws
 */
export function drive<R>(swarm: Swarm, fiber: Fiber<R>, limit = Number.MAX_SAFE_INTEGER): R {
  const fibers = new Fibers(swarm);
  const task = fibers.start(fiber);
  while (task.end === undefined) {
    if (!fibers.step(limit) && task.end === undefined) {
      task.cancel();
      throw new OutOfTime('the command has not ended when time was up');
    }
  }
  if ('error' in task.end) throw task.end.error;
  return task.end.result;
}
