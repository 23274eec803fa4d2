// When docker is content with a service: whatever its tasks do, the rules hold.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newWatch, seeService, seeTasks } from '../../../src/docker/service/convergence.ts';
import { lookAt, noProgress, type Sight } from '../../../src/docker/service/task-progress.ts';
import type { Task } from '../../../src/engine/api.ts';
import { node, service, task } from './canned-engine.ts';

const pause = 200_000;
const states = [
  'new',
  'pending',
  'running',
  'complete',
  'shutdown',
  'failed',
  'rejected',
  'orphaned',
] as const;
const two = service('two', { spec: { Mode: { Replicated: { Replicas: 2 } } } });
const active = new Set([node('n1').ID]);

const anyTask = fc
  .record({
    Slot: fc.integer({ min: 1, max: 3 }),
    state: fc.constantFrom(...states),
    DesiredState: fc.constantFrom('ready', 'running', 'shutdown', 'remove'),
    NodeID: fc.constantFrom(node('n1').ID, node('n2').ID, ''),
    error: fc.constantFrom('', 'broken'),
  })
  .map((change) => task('t', two, change));

function sightOf(tasks: readonly Task[]): Sight {
  return { tasks, activeNodes: active, rollingBack: false };
}

describe('one look', () => {
  test('is content when as many slots run as are wanted, and says how many do', () => {
    fc.assert(
      fc.property(fc.array(anyTask, { maxLength: 8 }), (tasks) => {
        const { converged, lines } = lookAt(noProgress, two, two, sightOf(tasks));
        const [, told = ''] = /^overall progress: ([0-9]+) out of 2 tasks$/.exec(lines.at(-1) ?? '') ?? [];
        expect(converged).toBe(told === '2');
        const eligible = tasks.filter(
          ({ Status, DesiredState, NodeID }) =>
            Status.State === 'running' &&
            ['ready', 'running'].includes(DesiredState ?? '') &&
            NodeID !== node('n2').ID,
        );
        expect(Number(told)).toBeLessThanOrEqual(new Set(eligible.map(({ Slot }) => Slot)).size);
      }),
    );
  });

  test('says nothing the second time that all is well', () => {
    const running = sightOf([1, 2].map((Slot) => task(`t${Slot}`, two, { Slot })));
    const { progress } = lookAt(noProgress, two, two, running);
    expect(lookAt(progress, two, two, running)).toEqual({ progress, lines: [], converged: true });
  });

  test('of two equal tasks in a slot sees the first', () => {
    const [first, second] = ['first', 'second'].map((error) => task(error, two, { state: 'pending', error }));
    const { lines } = lookAt(noProgress, two, two, sightOf(first && second ? [first, second] : []));
    expect(lines).toContain('1/2: first');
    expect(lines).not.toContain('1/2: second');
  });
});

describe('a wait', () => {
  test('ends when all tasks have run for as long as they are watched, and not before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        (rounds, watched) => {
          const Monitor = watched * pause * 1_000;
          const web = service('web', {
            spec: { UpdateConfig: { Parallelism: 1, Monitor, MaxFailureRatio: 0, Order: 'stop-first' } },
          });
          let watch = newWatch;
          let ended: number | undefined;
          for (let round = 0; ended === undefined && round < rounds.length; round++) {
            const seen = seeService(watch, web, 'web', round * pause);
            if (seen.end === 'done') ended = round;
            const tasks = rounds[round] ? [task('t', web)] : [];
            watch = seeTasks(seen.watch, web, { tasks, activeNodes: active }, round * pause).watch;
          }
          const content = (round: number): boolean =>
            round >= watched && rounds.slice(round - watched, round).every((isRunning) => isRunning);
          const first = rounds.findIndex((_, round) => content(round));
          expect(ended).toBe(first < 0 ? undefined : first);
        },
      ),
    );
  });
});
