// What is pending, and the numbers of events: the queue, what waited out a pause that is over, and which timers are cancelled.
// Knows nothing of what becomes of an event when its time comes.

import type { Delivery, DeliveryKind, Intervention, SimEvent, WorldTypes } from './event.ts';
import { EventQueue } from './queue.ts';

/** An agenda's plain data. */
export interface AgendaState<T extends WorldTypes> {
  readonly seq: number;
  readonly queue: readonly SimEvent<T>[];
  readonly resumed: readonly Delivery<T>[];
  readonly cancelled: readonly number[];
}

/** How many cancelled timers may be remembered before those that had fired already are looked for. */
const manyCancelled = 1024;

export class Agenda<T extends WorldTypes> {
  readonly #queue = new EventQueue<SimEvent<T>>();
  /** Due now, in this order, before all that is queued. */
  readonly #resumed: Delivery<T>[] = [];
  readonly #cancelled = new Set<number>();
  #seq = 0;

  get size(): number {
    return this.#queue.size + this.#resumed.length;
  }

  peek(): SimEvent<T> | undefined {
    return this.#resumed[0] ?? this.#queue.peek();
  }

  /** Removes the event that `peek` shows. True if it waited out a pause. */
  take(): boolean {
    if (this.#resumed.length > 0) {
      this.#resumed.shift();
      return true;
    }
    this.#queue.pop();
    return false;
  }

  /** Returns the event's number. */
  add(
    at: number,
    cause: number,
    to: string,
    from: string,
    kind: DeliveryKind,
    epoch: number,
    body: T['body'],
  ): number {
    const seq = ++this.#seq;
    this.#queue.push({ at, seq, cause, to, from, kind, epoch, body });
    return seq;
  }

  addFault(at: number, body: Intervention<T>): void {
    this.#queue.push({ at, seq: ++this.#seq, cause: 0, to: '', from: '', kind: 'fault', epoch: 0, body });
  }

  /** Makes due `now` what waited out a pause. */
  resume(events: readonly Delivery<T>[], now: number): void {
    for (const event of events) {
      event.at = now;
      this.#resumed.push(event);
    }
  }

  /** Moves the queued timers of a host. */
  moveTimers(host: string, move: (at: number) => number): void {
    const events = this.#queue.inOrder();
    for (const event of events) {
      if (event.kind === 'timer' && event.to === host) event.at = move(event.at);
    }
    this.#queue.reset(events);
  }

  cancel(timerId: number): void {
    this.#cancelled.add(timerId);
    // Timers that had fired already are never met again: forget them now and then.
    if (this.#cancelled.size > manyCancelled && this.#cancelled.size > 2 * this.size) this.#forgetFired();
  }

  /** True, once, if this timer was cancelled. */
  takeCancelled(timerId: number): boolean {
    return this.#cancelled.size > 0 && this.#cancelled.delete(timerId);
  }

  /** No backlog holds a cancelled timer: only its own host could have cancelled it, and that is paused. */
  #forgetFired(): void {
    const pending = new Set([...this.#queue.inOrder(), ...this.#resumed].map((event) => event.seq));
    for (const timerId of this.#cancelled) if (!pending.has(timerId)) this.#cancelled.delete(timerId);
  }

  save(): AgendaState<T> {
    return {
      seq: this.#seq,
      queue: this.#queue.inOrder(),
      resumed: [...this.#resumed],
      cancelled: [...this.#cancelled],
    };
  }

  load(saved: AgendaState<T>): void {
    this.#seq = saved.seq;
    this.#queue.reset(saved.queue);
    this.#resumed.push(...saved.resumed);
    for (const timerId of saved.cancelled) this.#cancelled.add(timerId);
  }
}
