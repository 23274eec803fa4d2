// Random trials of a whole swarm: operators and faults, every invariant watching; then everything is healed, and the swarm must become what its
// operators asked for. The trial of a seed is the first that fast-check draws from it.

import fc from 'fast-check';
import { expectRecovery, perform, stage } from '../../cluster/play.ts';
import { type Trial, trials } from '../../cluster/trial.ts';
import { hold, judgeOf } from '../judge.ts';

/** More events than this in one trial are a loop. */
const eventLimit = 3_000_000;

function play(trial: Trial): void {
  const swarm = stage(trial);
  let events = 0;
  swarm.watch({
    event() {
      events += 1;
      hold(events <= eventLimit, `${eventLimit} events and no end`);
    },
  });
  perform(swarm, trial);
  expectRecovery(swarm);
}

export const swarmFaults = {
  'swarm-faults': judgeOf((seed) => {
    for (const trial of fc.sample(trials, { numRuns: 1, seed })) play(trial);
  }),
};
