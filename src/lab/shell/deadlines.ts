// What `timeout` needs: commands that end when virtual time has come to a point. Timeouts may be nested; the first to pass ends what is in it.
// Part of the rim: what is in a timeout is asynchronous.

import type { Fiber } from '../../engine/fiber.ts';
import type { Session } from '../session.ts';

interface Deadline {
  /** Virtual time, microseconds. */
  readonly at: number;
  readonly abort: AbortController;
}

export class Deadlines {
  readonly #session: Session;
  readonly #open: Deadline[] = [];
  /** The timeout that has ended last was over its time. */
  passed = false;
  /** What the command that was ended last had printed: bash drops it with everything else of a run that is aborted. */
  cut: { readonly stdout: string; readonly stderr: string } = { stdout: '', stderr: '' };

  constructor(session: Session) {
    this.#session = session;
  }

  /** A fiber's result; undefined when a timeout passes in which it runs. */
  *within<R>(fiber: Fiber<R>): Fiber<{ readonly result: R } | undefined> {
    for (let step = fiber.next(); ; step = fiber.next()) {
      if (step.done === true) return { result: step.value };
      const { until, deadline } = step.value;
      const first = this.#first();
      yield { until, deadline: Math.min(deadline, first?.at ?? deadline) };
      if (first === undefined || this.#now < first.at || deadline <= this.#now || until()) continue;
      this.passed = true;
      first.abort.abort();
      const closing: Iterator<unknown, unknown, void> = fiber;
      closing.return?.();
      return undefined;
    }
  }

  /** @param at virtual time, microseconds @param act is told when it is over */
  async during<R>(at: number, act: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const deadline: Deadline = { at, abort: new AbortController() };
    this.#open.push(deadline);
    this.passed = false;
    try {
      const result = await act(deadline.abort.signal);
      this.passed = deadline.abort.signal.aborted;
      return result;
    } finally {
      this.#open.splice(this.#open.indexOf(deadline), 1);
    }
  }

  get #now(): number {
    return this.#session.swarm.world.now;
  }

  #first(): Deadline | undefined {
    let first: Deadline | undefined;
    for (const deadline of this.#open) if (first === undefined || deadline.at < first.at) first = deadline;
    return first;
  }
}
