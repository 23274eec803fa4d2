// Members may come and go while everything else goes wrong as well: what must always hold holds, and an operator can bring the swarm together again.

import fc from 'fast-check';
import { it } from 'vitest';
import { playMembers } from './play.ts';
import { memberTrials } from './trial.ts';

it('keeps its invariants while members join, leave, are promoted, demoted, removed and left behind', () => {
  fc.assert(fc.property(memberTrials, playMembers), { numRuns: 50 });
});
