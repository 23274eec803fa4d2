// The event queue: a binary heap ordered by (at, seq). Knows nothing of what its events mean.

interface Timed {
  at: number;
  readonly seq: number;
}

/** Pending events in total order: earlier `at` first, then lower `seq`. An event's `at` must not change while it is pending. */
export class EventQueue<E extends Timed> {
  readonly #heap: E[] = [];
  /** The `at` of each event of the heap, beside it: comparing must not fetch the events themselves. */
  readonly #times: number[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): E | undefined {
    return this.#heap[0];
  }

  push(event: E): void {
    const hole = this.#heap.length;
    this.#heap.push(event);
    this.#times.push(event.at);
    this.#rise(hole, event);
  }

  /** Puts `event` where the hole is, or as far above it as its time demands. */
  #rise(from: number, event: E): void {
    const heap = this.#heap;
    const times = this.#times;
    const { at } = event;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent];
      const aboveAt = times[parent];
      if (above === undefined || aboveAt === undefined) break;
      if (aboveAt < at || (aboveAt === at && above.seq < event.seq)) break;
      heap[hole] = above;
      times[hole] = aboveAt;
      hole = parent;
    }
    heap[hole] = event;
    times[hole] = at;
  }

  pop(): E | undefined {
    const heap = this.#heap;
    const times = this.#times;
    const top = heap[0];
    const last = heap.pop();
    times.pop();
    const size = heap.length;
    if (last === undefined || size === 0) return top;
    // The hole at the top sinks to the bottom along the lesser children; the last event, most often a late one, rises from there.
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && this.#before(child + 1, child)) child += 1;
      const lesser = heap[child];
      const lesserAt = times[child];
      if (lesser === undefined || lesserAt === undefined) break;
      heap[hole] = lesser;
      times[hole] = lesserAt;
      hole = child;
    }
    this.#rise(hole, last);
    return top;
  }

  #before(one: number, other: number): boolean {
    const at = this.#times[one];
    const otherAt = this.#times[other];
    if (at === undefined || otherAt === undefined) return false;
    return at === otherAt ? (this.#heap[one]?.seq ?? 0) < (this.#heap[other]?.seq ?? 0) : at < otherAt;
  }

  /** All pending events in the order in which they will be popped. */
  inOrder(): E[] {
    return this.#heap.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
  }

  /** Replaces the contents. */
  reset(events: readonly E[]): void {
    this.#heap.length = 0;
    this.#times.length = 0;
    for (const event of events) this.push(event);
  }
}
