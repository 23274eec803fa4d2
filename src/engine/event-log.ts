// The last events of an engine, and who follows them. Not part of the world: an engine made anew begins with none.

import type { Event } from './api.ts';

/** An event with the moment it was, microseconds of virtual time; what date that is, is known when it is shown. */
export interface EngineEvent extends Omit<Event, 'time' | 'timeNano'> {
  readonly at: number;
}

/** How many events are kept. */
const kept = 256;

export class EventLog {
  readonly #events: EngineEvent[] = [];
  #count = 0;

  add(event: EngineEvent): void {
    this.#events.push(event);
    this.#count += 1;
    if (this.#events.length > kept) this.#events.shift();
  }

  /** What was told is forgotten. */
  clear(): void {
    this.#events.length = 0;
  }

  /** How many events there have been. */
  get count(): number {
    return this.#count;
  }

  /** Those after the first `seen`, as far as they are kept. */
  since(seen: number): readonly EngineEvent[] {
    return this.#events.slice(Math.max(0, this.#events.length - (this.#count - seen)));
  }
}
