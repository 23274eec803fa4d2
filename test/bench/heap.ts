// The yardstick: a bare binary heap of event objects, popped and pushed in a loop. Everything that
// a simulation adds to that is its own cost.

/** One measured figure of a benchmark. */
export interface BenchRow {
  readonly name: string;
  /** What was measured, with its unit, for people. */
  readonly figure: string;
  /** The figure against the reference of the same run. */
  readonly ratio: string;
  /** What `ratio` must be to do. */
  readonly budget: string;
  readonly met: boolean;
}

interface Timed {
  readonly at: number;
  readonly seq: number;
}

/** A binary heap ordered by (at, seq): the textbook one. */
export class BareHeap<E extends Timed> {
  readonly #items: E[] = [];

  push(item: E): void {
    const items = this.#items;
    let i = items.length;
    items.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = items[parent];
      if (above === undefined || !before(item, above)) break;
      items[i] = above;
      i = parent;
    }
    items[i] = item;
  }

  pop(): E | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      let least = items[child];
      if (least === undefined) break;
      const right = items[child + 1];
      if (right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (!before(least, last)) break;
      items[i] = least;
      i = child;
    }
    items[i] = last;
    return top;
  }
}

function before(a: Timed, b: Timed): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}
