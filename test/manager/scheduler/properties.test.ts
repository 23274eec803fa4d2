// What must hold for any swarm: nothing is over-committed, every node is explained once, and the order in which tasks were written does
// not matter.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defects, plans, run, tasksOf } from './plan.ts';
import type { Swarm } from './swarm.ts';

test('nothing is over-committed, and an explanation counts every node once', () => {
  fc.assert(
    fc.property(plans, (drawn) => {
      expect(defects(run(drawn))).toEqual([]);
    }),
  );
});

test('the order in which tasks are written does not matter', () => {
  const shuffled = plans.chain((drawn) => {
    const tasks = drawn.services.flatMap((each, index) => tasksOf(index, each));
    return fc.tuple(fc.constant(drawn), fc.shuffledSubarray(tasks, { minLength: tasks.length }));
  });
  const outcome = (swarm: Swarm) =>
    swarm.store.list('task').map(({ id, nodeId, status }) => `${id} ${nodeId} ${status.err}`);
  fc.assert(
    fc.property(shuffled, ([drawn, tasks]) => {
      expect(outcome(run(drawn, () => tasks))).toEqual(outcome(run(drawn)));
    }),
  );
});

test('a new leader knows what the old one knew', () => {
  fc.assert(
    fc.property(plans, (drawn) => {
      const swarm = run(drawn);
      const view = () =>
        [...swarm.state().nodes.values()].map(
          ({ node: { id }, active, memoryBytes, nanoCpus, hostPorts }) => ({
            id,
            active,
            memoryBytes,
            nanoCpus,
            hostPorts: [...hostPorts].sort(),
          }),
        );
      const before = view();
      swarm.restart();
      expect(view()).toEqual(before);
    }),
  );
});

test('state is plain data', () => {
  fc.assert(
    fc.property(plans, (drawn) => {
      const state = run(drawn).state();
      expect(structuredClone(state)).toEqual(state);
    }),
    { numRuns: 20 },
  );
});
