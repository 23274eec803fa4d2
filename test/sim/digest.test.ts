// The digest: differs when anything that matters does.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Digest } from '../../src/sim/digest.ts';
import { type Act, Stage } from './puppet.ts';

function digestOf(...datas: readonly unknown[]): string {
  const digest = new Digest();
  for (const data of datas) digest.mixData(data, 2);
  return digest.toString();
}

test('it is sixteen hexadecimal digits, and the same for the same data', () => {
  expect(digestOf({ kind: 'a' })).toMatch(/^[0-9a-f]{16}$/);
  expect(digestOf({ kind: 'a', list: [1, new Map([['b', 2]])] })).toBe(
    digestOf({ kind: 'a', list: [1, new Map([['b', 2]])] }),
  );
});

test('it tells apart what is not the same', () => {
  const datas: readonly unknown[] = [
    0,
    1,
    -1,
    0.5,
    0.25,
    1.5,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 32 + 1,
    2 ** 40,
    Number.MAX_SAFE_INTEGER,
    true,
    false,
    '',
    'a',
    'b',
    undefined,
    [],
    [[]],
    {},
    { a: {} },
    [0],
    [undefined],
    [1, 2],
    [2, 1],
    new Map(),
    new Map([[1, 2]]),
    new Map([[2, 1]]),
    new Set(),
    new Set([1]),
    { a: { b: [1] } },
    { a: { b: [1, 2] } },
  ];
  expect(new Set(datas.map((data) => digestOf(data))).size).toBe(datas.length);
});

test('it depends on the order', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (one, other) => {
      fc.pre(one !== other);
      expect(digestOf(one, other)).not.toBe(digestOf(other, one));
    }),
  );
});

test('it goes on from where it was saved', () => {
  const whole = new Digest();
  whole.mix(1);
  const rest = new Digest();
  rest.load(whole.save());
  for (const digest of [whole, rest]) digest.mixText('x');
  expect(rest.toString()).toBe(whole.toString());
});

/** The digest of a world in which m1 does this. */
function runOf(acts: readonly Act[], wait = 0, host = 'm1'): string {
  const stage = new Stage(['m1', 'm2']);
  stage
    .pass(wait)
    .tell(host, ...acts)
    .pass(10_000);
  return stage.world.digest;
}

test('a run differs when a body, a time, a host, a draw or what is mixed in does', () => {
  const timer: Act = { kind: 'later', delay: 10, label: 'a' };
  const runs = [
    runOf([]),
    runOf([], 1),
    runOf([], 0, 'm2'),
    runOf([timer]),
    runOf([{ ...timer, label: 'b' }]),
    runOf([{ ...timer, delay: 11 }]),
    runOf([{ kind: 'draw', stream: 'a', bound: 100 }]),
    runOf([{ kind: 'draw', stream: 'b', bound: 100 }]),
    runOf([{ kind: 'draw', stream: 'a', bound: 1_000 }]),
    runOf([{ kind: 'mix', value: 1 }]),
    runOf([{ kind: 'mix', value: 2 }]),
  ];
  expect(new Set(runs).size).toBe(runs.length);
  expect(runOf([timer])).toBe(runs[3]);
});

test('a run differs when a fault does, however deep in it', () => {
  const digests = [
    [['m1'], ['m2', 'm3']],
    [['m2'], ['m1', 'm3']],
  ].map((groups) => {
    const stage = new Stage(['m1', 'm2', 'm3']);
    return stage.strike({ kind: 'partition', groups }).world.digest;
  });
  expect(digests[0]).not.toBe(digests[1]);
});
