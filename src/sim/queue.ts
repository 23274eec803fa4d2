// The event queue: a binary heap ordered by (at, seq). Knows nothing of what its events mean.

interface Timed {
  at: number;
  readonly seq: number;
}

/** Pending events in total order: earlier `at` first, then lower `seq`. */
export class EventQueue<E extends Timed> {
  readonly #heap: E[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): E | undefined {
    return this.#heap[0];
  }

  push(event: E): void {
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(event);
    const { at, seq } = event;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at < at || (above.at === at && above.seq < seq)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = event;
  }

  pop(): E | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    const size = heap.length;
    const { at, seq } = last;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      let least = heap[child];
      if (least === undefined) break;
      const right = heap[child + 1];
      if (
        child + 1 < size &&
        right !== undefined &&
        (right.at < least.at || (right.at === least.at && right.seq < least.seq))
      ) {
        child += 1;
        least = right;
      }
      if (at < least.at || (at === least.at && seq < least.seq)) break;
      heap[hole] = least;
      hole = child;
    }
    heap[hole] = last;
    return top;
  }

  /** All pending events in the order in which they will be popped. */
  toSorted(): E[] {
    return this.#heap.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
  }

  /** Replaces the contents. */
  reset(events: readonly E[]): void {
    this.#heap.length = 0;
    for (const event of events) this.push(event);
  }
}
