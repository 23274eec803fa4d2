import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addHash, hashRecord, subtractHash } from '../../src/store/hash.ts';

/** Plain data as records have it: no floats but ratios, no nulls. */
const data = fc.object({
  key: fc.string({ maxLength: 3 }),
  values: [fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constantFrom(0.1, 0.5)],
  withNullPrototype: false,
  maxDepth: 4,
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, shuffled(part)]),
  );
}

function hashOf(value: unknown): number {
  return hashRecord({ value });
}

test('equal content hashes equally, whatever the order of its keys', () => {
  fc.assert(
    fc.property(data, (value) => {
      const hash = hashOf(value);
      expect(hash).toBe(hashOf(shuffled(value)));
      expect(hash).toBe(hashOf(JSON.parse(JSON.stringify(value))));
      expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 52).toBe(true);
    }),
  );
});

test('different content hashes differently', () => {
  fc.assert(
    fc.property(data, data, (one, other) => {
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      expect(hashOf(one) === hashOf(other)).toBe(same);
    }),
    { numRuns: 1_000 },
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => [key, 'of', sorted(part)]);
}

test.each<readonly unknown[]>([
  [1, '1', true, 1.5, -1, [1], { a: 1 }],
  [0, '', false, [], {}],
  ['ab', 'ba', 'a', 'abc', ['a', 'b'], ['b', 'a'], ['ab']],
  [{ a: 1, b: 2 }, { a: 2, b: 1 }, { a: { b: 2 } }, { b: { a: 2 } }],
  [2 ** 32, 1, 2 ** 32 + 1, 2 ** 52, -(2 ** 32)],
  [[[], [1]], [[1], []], [[1]], [[], [], 1]],
])('values that are easily confused are not: %o %o %o', (...values) => {
  expect(new Set(values.map(hashOf)).size).toBe(values.length);
});

test('small counters do not collide', () => {
  const hashes = new Set<number>();
  for (let state = 0; state < 100; state++) {
    for (let slot = 0; slot < 1_000; slot++) hashes.add(hashRecord({ state, slot, name: `web.${slot}` }));
  }
  expect(hashes.size).toBe(100_000);
});

test('a key that holds undefined is no key', () => {
  expect(hashOf({ a: 1, b: undefined })).toBe(hashOf({ a: 1 }));
});

test('what is added to a table can be taken away again, in any order', () => {
  const hash = fc.integer({ min: 0, max: 2 ** 52 - 1 });
  fc.assert(
    fc.property(fc.array(hash), (hashes) => {
      const sum = hashes.reduce(addHash, 0);
      expect([...hashes].reverse().reduce(addHash, 0)).toBe(sum);
      expect(hashes.reduce(subtractHash, sum)).toBe(0);
    }),
  );
});
