// A run made again from its seed and its journal, in a world of its own: how explanations look at the past. The run itself is not touched.

import { swarmProgram } from '../../cluster/program.ts';
import type { SwarmTypes, SwarmWorld } from '../../cluster/types.ts';
import { assert } from '../../sim/assert.ts';
import type { Input } from '../../sim/event.ts';
import { type Watcher, World } from '../../sim/world.ts';

interface RerunOptions {
  /** Makes the one who watches, who may look at the world while it runs. */
  readonly watcher?: (world: SwarmWorld) => Watcher<SwarmTypes>;
  /** Ends after so many events; without it where the run itself is now. */
  readonly events?: number;
}

/** Runs `run` again, to where it is now or to an earlier moment. */
export function runAgain(run: SwarmWorld, { watcher, events }: RerunOptions = {}): SwarmWorld {
  const world = new World<SwarmTypes>(swarmProgram, run.seed);
  if (watcher !== undefined) world.watch(watcher(world));
  const end = events ?? run.handled;
  for (const entry of run.journal) {
    if (entry.after > end) break;
    while (world.handled < entry.after && world.step()) {}
    // Time has passed without events: none is due before it.
    if (world.now < entry.given) world.runUntil(entry.given);
    world.schedule([entry]);
  }
  while (world.handled < end && world.step()) {}
  if (events === undefined) {
    // What is due at this very moment and not handled yet stays so.
    if (world.now < run.now) world.runUntil(run.now);
    assert(world.digest === run.digest, 'a run made again is the same run');
  }
  return world;
}

/** Another run: the same seed and the same inputs at the same times, but for one, which is changed. Runs until `test` holds or `run` ends. */
export function runOtherwise(
  run: SwarmWorld,
  change: (input: Input<SwarmTypes>) => Input<SwarmTypes>,
  test: (world: SwarmWorld) => boolean,
): SwarmWorld {
  const world = new World<SwarmTypes>(swarmProgram, run.seed);
  world.schedule(run.journal.map(({ at, input }) => ({ at, input: change(input) })));
  while (world.step(run.now) && !test(world)) {}
  return world;
}
