// Random trials of a whole swarm: operators and faults, every invariant watching; then everything is healed, and the swarm must become what its
// operators asked for. The trial of a seed is the first that fast-check draws from it.

import fc from 'fast-check';
import { play } from '../../cluster/play.ts';
import { trials } from '../../cluster/trial.ts';
import { judgeOf } from '../judge.ts';

export const swarmFaults = {
  'swarm-faults': judgeOf((seed) => {
    for (const trial of fc.sample(trials, { numRuns: 1, seed })) play(trial);
  }),
};
