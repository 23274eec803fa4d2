// What the parts of a leading manager (scheduler, orchestrators, allocator, dispatcher ...) may touch, and the shape they share.
// They are reactors: they watch committed changes and timers, and write only when the one writer calls on them.
// A reactor holds no closures and no class instances: its state is plain data and dies with the leadership.

import type { CallFailure } from '../model/failure.ts';
import type { StoreEvent } from '../store/event.ts';
import type { Reader } from '../store/reader.ts';
import type { Transaction } from '../store/transaction.ts';

/**
 * The leading manager as its reactors see it. `Timer` and `Job` are the reactor's own plain-data unions.
 * Nothing else of the world is within reach.
 */
export interface Leader<Timer, Job> {
  readonly nodeId: string;
  /** The committed state. Only a transaction changes it. */
  readonly store: Reader;
  /** This manager's clock, integer microseconds. */
  now(): number;
  /** Hands `timer` to the reactor after `delay` microseconds of this manager's clock; ends with the leadership. */
  later(delay: number, timer: Timer): number;
  /** Forgets a timer that has not fired. Cancelling one that has is harmless. */
  cancel(timerId: number): void;
  /** A draw from the named stream, uniform in [0, bound). */
  random(stream: string, bound: number): number;
  /** A new object ID: 25 characters, base 36. */
  newId(): string;
  /** Queues `job` for the writer: first come, first served, one transaction in flight (R-R200). */
  request(job: Job): void;
}

/**
 * How a written job ended. `lost`: leadership went, the entry may still commit elsewhere (R-R26). `dropped`: Raft did not take what
 * somebody outside waits for while leadership was being handed over (R-R34), or a transaction was too large (R-R8); it never will
 * commit. Other jobs wait a hand-over out.
 */
export type Outcome = 'committed' | 'lost' | 'dropped';

/**
 * One part of the leader. The order in which reactors are started and told of changes is fixed in manager/reactors.ts.
 *
 * A transaction that is committed is shown to every reactor as its events in order (`change`), then one `commit` marker
 * (R-R203). A job queued by `request` comes back in `write` when its turn has come, with a transaction on the newest
 * committed state. `write` returns `'again'` when it stopped because `tx.full` (R-R202): what it wrote is committed, and the
 * same job is called again behind the others that wait. When the transaction has been committed (or wrote nothing) `written` follows,
 * after the events of that transaction.
 */
export interface Reactor<State, Timer, Job> {
  start(leader: Leader<Timer, Job>): State;
  change(leader: Leader<Timer, Job>, state: State, event: StoreEvent): void;
  commit(leader: Leader<Timer, Job>, state: State): void;
  timer(leader: Leader<Timer, Job>, state: State, timer: Timer): void;
  write(leader: Leader<Timer, Job>, state: State, job: Job, tx: Transaction): 'done' | 'again';
  written(leader: Leader<Timer, Job>, state: State, job: Job, outcome: Outcome): void;
  /**
   * `write` threw a `CallFailure`, and nothing of the transaction is left; or leadership went before `write` was called. Only for reactors
   * that answer users; others must not throw one, and learn nothing of a leadership that is over.
   */
  refused?(leader: Leader<Timer, Job>, state: State, job: Job, failure: CallFailure): void;
}
