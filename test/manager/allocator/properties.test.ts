// What must hold however services, tasks and leaders come and go: nothing is given to two, and everything comes from where it should.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defects, start, steps, take } from './steps.ts';

test('no address and no port belongs to two', () => {
  fc.assert(
    fc.property(steps, (drawn) => {
      const stage = start();
      for (const step of drawn) {
        take(stage, step);
        expect(defects(stage)).toEqual([]);
      }
    }),
  );
});
