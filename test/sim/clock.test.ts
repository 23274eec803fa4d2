// Clocks: rate and offset per machine, and timers that run on them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Stage } from './puppet.ts';

function clock(ratePpm: number, offset = 0) {
  return { kind: 'clock', host: 'm1', ratePpm, offset } as const;
}

test('a clock shows its own time: as fast as its rate, from its offset', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.pass(1_000).strike(clock(1_500_000, 50)).pass(1_000);
  stage.tell('m1', { kind: 'send', to: 'm1', label: 'a' }).tell('m2', { kind: 'send', to: 'm2', label: 'a' });
  expect(stage.said.map((said) => said.clock)).toEqual([1_000 + 50 + 1_500, 2_000]);
});

test('timers run on the clock of their machine', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(clock(2_000_000));
  stage.tell('m1', { kind: 'later', delay: 1_000, label: 'fast' });
  stage.tell('m2', { kind: 'later', delay: 1_000, label: 'true' }).pass(10_000);
  expect(stage.said.map(({ at, text }) => [at, text])).toEqual([
    [500, 'timer fast'],
    [1_000, 'timer true'],
  ]);
});

test('a change of rate rescales what is left of a running timer, and only of the timers of that machine', () => {
  const stage = new Stage(['m1', 'm2']);
  for (const host of ['m1', 'm2']) stage.tell(host, { kind: 'later', delay: 1_000, label: 'a' });
  stage.pass(400).strike(clock(500_000)).pass(10_000);
  expect(stage.said.map(({ at, host }) => [at, host])).toEqual([
    [1_000, 'm2'],
    [400 + 1_200, 'm1'],
  ]);
});

test('a change of offset moves what the clock shows and no timer', () => {
  const stage = new Stage(['m1']);
  stage.tell('m1', { kind: 'later', delay: 1_000, label: 'a' }).strike(clock(1_000_000, -300)).pass(5_000);
  expect(stage.said.map((said) => [said.at, said.clock])).toEqual([[1_000, 700]]);
});

test('a clock goes on through a crash; its timers do not', () => {
  const stage = new Stage(['m1']);
  stage.strike(clock(2_000_000)).tell('m1', { kind: 'later', delay: 1_000, label: 'a' });
  stage.strike({ kind: 'crash', host: 'm1' }, clock(3_000_000)).pass(100);
  stage.strike({ kind: 'restart', host: 'm1' }).pass(10_000);
  expect(stage.said.map((said) => [said.text, said.clock])).toEqual([['boot', 300]]);
});

test('a timer never fires early by its own clock, and late by no more than rounding', () => {
  const change = fc.record({
    wait: fc.nat(3_000),
    ratePpm: fc.integer({ min: 1, max: 5_000_000 }),
    offset: fc.integer({ min: -5_000, max: 5_000 }),
  });
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(500), fc.array(change, { maxLength: 6 }), (delay, start, changes) => {
      const stage = new Stage(['m1']);
      stage.strike(clock(777_777)).pass(start);
      stage.tell('m1', {
        kind: 'send',
        to: 'm1',
        label: 'set',
        acts: [{ kind: 'later', delay, label: 'a' }],
      });
      let moved = 0;
      for (const { wait, ratePpm, offset } of changes) {
        stage.pass(wait);
        if (stage.said.length > 1) break;
        moved += offset;
        stage.strike(clock(ratePpm, offset));
      }
      stage.pass(20_000_000_000);
      const [set, fired] = stage.said;
      const elapsed = (fired?.clock ?? 0) - moved - (set?.clock ?? 0);
      expect(elapsed).toBeGreaterThanOrEqual(delay);
      expect(elapsed).toBeLessThanOrEqual(delay + 6 * (changes.length + 1));
    }),
    { numRuns: 300 },
  );
});

test.each([
  [0, 0],
  [-1, 0],
  [1.5, 0],
  [2_000_000_000, 0],
  [1_000_000, 0.5],
])('a clock of %d ppm moved by %d is refused', (ratePpm, offset) => {
  expect(() => new Stage(['m1']).strike(clock(ratePpm, offset))).toThrow('invariant broken');
});
