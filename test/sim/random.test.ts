// Random streams: each by itself, from the seed and its name.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Act, Stage } from './puppet.ts';

function draw(stream: string, bound: number): Act {
  return { kind: 'draw', stream, bound };
}

test('a draw added to one stream changes no other', () => {
  const draws = fc.array(
    fc.record({ stream: fc.constantFrom('a', 'b', 'c'), bound: fc.integer({ min: 1, max: 1_000_000_000 }) }),
  );
  fc.assert(
    fc.property(draws, fc.array(fc.nat(20)), (plain, places) => {
      const act = ({ stream, bound }: { stream: string; bound: number }) => draw(stream, bound);
      const more = plain.map(act);
      for (const place of places) more.splice(place, 0, draw('new', 6));
      const others = new Stage(['m1']).tell('m1', ...plain.map(act)).heard();
      const all = new Stage(['m1']).tell('m1', ...more).heard();
      expect(all.filter((line) => !line.startsWith('m1 new'))).toEqual(others);
    }),
  );
});

test('a fault that draws changes no latency', () => {
  const arrivals = (lossy: boolean) => {
    const stage = new Stage(['m1', 'm2', 'm3']);
    const loss = { num: 1, den: 2 };
    if (lossy)
      stage.strike({
        kind: 'link',
        from: ['m1'],
        to: ['m3'],
        settings: { loss, reorder: loss, duplicate: loss },
      });
    for (let i = 0; i < 20; i++) {
      stage
        .tell('m1', { kind: 'send', to: 'm3', label: 'x' }, { kind: 'send', to: 'm2', label: String(i) })
        .pass(100);
    }
    stage.pass(10_000);
    return stage.said.filter(({ host }) => host === 'm2').map(({ at }) => at);
  };
  expect(arrivals(true)).toEqual(arrivals(false));
});

test('streams differ by name and by seed', () => {
  const drawn = (seed: string, stream: string) => {
    const acts = Array.from({ length: 8 }, () => draw(stream, 1_000_000));
    return new Stage(['m1'], [], seed)
      .tell('m1', ...acts)
      .heard()
      .map((line) => line.split(': ')[1]);
  };
  const all = [drawn('1', 'a'), drawn('1', 'b'), drawn('2', 'a')];
  expect(new Set(all.flat()).size).toBeGreaterThan(20);
  expect(drawn('1', 'a')).toEqual(all[0]);
});

test('a draw is whole, below its bound, and as likely anywhere', () => {
  for (const bound of [1, 2, 10, 4_294_967_296, Number.MAX_SAFE_INTEGER]) {
    const acts = Array.from({ length: 4_000 }, () => draw('a', bound));
    const drawn = new Stage(['m1'])
      .tell('m1', ...acts)
      .heard()
      .map((line) => Number(line.split(': ')[1]));
    expect(drawn.every((number) => Number.isSafeInteger(number) && number >= 0 && number < bound)).toBe(true);
    const lower = drawn.filter((number) => number < bound / 2).length;
    if (bound > 1) expect(Math.abs(lower - 2_000)).toBeLessThan(150);
  }
});

test.each([0, -1, 0.5, Number.NaN])('a draw below %d is refused', (bound) => {
  expect(() => new Stage(['m1']).tell('m1', draw('a', bound))).toThrow(
    'a draw needs a positive integer bound',
  );
});
