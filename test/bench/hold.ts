// The reference of the benchmarks: the hold model on a bare heap. Of 1,000 pending events the least is popped
// and one is pushed at a random later time; one such pair is one heap operation.

import { BareHeap } from './heap.ts';

interface PlainEvent {
  readonly at: number;
  readonly seq: number;
  readonly to: string;
  readonly kind: string;
  readonly data: null;
  readonly cause: number;
}

const PENDING = 1_000;

/** Heap operations in one call of a {@link heapReference}. */
export const OPERATIONS = 1_000;

/** Fills a heap and returns a function that does OPERATIONS heap operations on it. */
export function heapReference(): () => void {
  const heap = new BareHeap<PlainEvent>();
  let seq = 0;
  let random = 12_345;
  const push = (now: number, cause: number): void => {
    // A linear congruential generator, cheap against the heap; good enough to choose times.
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
    seq += 1;
    heap.push({ at: now + 1 + ((random >> 8) % 100_000), seq, to: 'm1', kind: 'message', data: null, cause });
  };
  while (seq < PENDING) push(0, 0);
  return () => {
    for (let done = 0; done < OPERATIONS; done += 1) {
      const event = heap.pop();
      if (event === undefined) throw new Error('the heap is empty');
      push(event.at, event.seq);
    }
  };
}
