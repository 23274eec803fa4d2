// What a world adds to the bare heap: digest, causes, streams of hosts and contexts, per event. A thousand timers, each of which sets
// itself again, against the hold model on the heap in the same run.

import { Bench } from 'tinybench';
import type { Program } from '../../src/sim/context.ts';
import { World } from '../../src/sim/world.ts';
import type { BenchRow } from './heap.ts';
import { heapReference, OPERATIONS } from './hold.ts';

/** The least share of the heap's events per second. */
const budget = 0.4;

const pending = 1_000;

interface Ticking {
  config: null;
  state: { random: number };
  body: { readonly kind: 'tick'; readonly timer: number };
  record: null;
  note: { readonly kind: 'none' };
}

const ticking: Program<Ticking> = {
  boot(context) {
    const state = { random: 12_345 };
    for (let timer = 0; timer < pending; timer += 1) context.later(delay(state), { kind: 'tick', timer });
    return state;
  },
  handle(context, state, body) {
    context.later(delay(state), { kind: 'tick', timer: body.timer });
  },
};

/** As the heap reference chooses its times. */
function delay(state: Ticking['state']): number {
  state.random = (Math.imul(state.random, 1_103_515_245) + 12_345) & 0x7fffffff;
  return 1 + ((state.random >> 8) % 100_000);
}

/** A world with its timers set, and a function that handles OPERATIONS events. */
function worldLoop(): () => void {
  const world = new World<Ticking>(ticking, 'bench');
  world.inject({ kind: 'fault', fault: { kind: 'add', host: 'm1', config: null } });
  world.step();
  return () => {
    for (let done = 0; done < OPERATIONS; done += 1) world.step();
    if (world.pending !== pending) throw new Error('a timer was lost');
  };
}

/** Measures the world's loop against the heap, in one run. */
export async function benchWorld(): Promise<BenchRow[]> {
  const bench = new Bench({ time: 1_000, warmupTime: 500 });
  bench.add('heap', heapReference());
  bench.add('world', worldLoop());
  await bench.run();
  const [heap, world] = ['heap', 'world'].map((name) => {
    const result = bench.getTask(name)?.result;
    if (result === undefined || !('latency' in result)) throw new Error(`${name} was not measured`);
    return (OPERATIONS * 1_000) / result.latency.p50;
  });
  if (heap === undefined || world === undefined) throw new Error('both are measured');
  const ratio = world / heap;
  return [
    {
      name: 'world: handle an event, 1,000 pending',
      figure: `${(world / 1e6).toFixed(2)} M/s`,
      ratio: `${ratio.toFixed(2)} of the heap`,
      budget: `at least ${budget}`,
      met: ratio >= budget,
    },
  ];
}
