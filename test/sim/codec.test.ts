// The codec: plain data there and back exactly, and nothing else.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeGraph, type EncodedGraph, encodeGraph } from '../../src/sim/codec.ts';

/** Through JSON text and back. */
function through<Data>(data: Data): Data {
  const graph: EncodedGraph<Data> = JSON.parse(JSON.stringify(encodeGraph(data)));
  return decodeGraph(graph);
}

test('all plain data comes back equal, and is encoded the same again', () => {
  const data = fc.anything({ withMap: true, withSet: true, maxDepth: 4 }).filter((drawn) => plain(drawn));
  fc.assert(
    fc.property(data, (drawn) => {
      const back = through(drawn);
      expect(back).toEqual(drawn);
      expect(JSON.stringify(encodeGraph(back)) === JSON.stringify(encodeGraph(drawn))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

/** No NaN, infinity or minus zero anywhere. */
function plain(data: unknown): boolean {
  if (typeof data === 'number') return Number.isFinite(data) && !Object.is(data, -0);
  if (typeof data !== 'object' || data === null) return true;
  if (data instanceof Map) return [...data].every(([key, value]) => plain(key) && plain(value));
  if (data instanceof Set) return [...data].every(plain);
  return Object.values(data).every(plain);
}

test('what was shared stays shared, cycles included', () => {
  const record = { id: 'a' };
  const data = { one: record, other: [record, record], self: new Map<string, unknown>() };
  data.self.set('data', data);
  const back = through(data);
  expect(back.other[0]).toBe(back.one);
  expect(back.other[1]).toBe(back.one);
  expect(back.self.get('data')).toBe(back);
  expect(back.one).not.toBe(record);
});

test('what was frozen is frozen, and nothing else', () => {
  const back = through({ frozen: Object.freeze({ list: [1] }), list: Object.freeze([{}]) });
  expect(
    [back, back.frozen, back.frozen.list, back.list, back.list[0]].map((it) => Object.isFrozen(it)),
  ).toEqual([false, true, false, true, false]);
});

test('Maps, Sets and objects keep their order, undefined stays', () => {
  const back = through({
    map: new Map<unknown, unknown>([
      ['10', 1],
      ['9', undefined],
      [9, null],
    ]),
    set: new Set(['b', 'a']),
    object: { b: 1, a: undefined },
  });
  expect([...back.map]).toEqual([
    ['10', 1],
    ['9', undefined],
    [9, null],
  ]);
  expect([...back.set]).toEqual(['b', 'a']);
  expect(Object.entries(back.object)).toEqual([
    ['b', 1],
    ['a', undefined],
  ]);
});

test('a minus zero becomes a zero', () => {
  expect(Object.is(decodeGraph(encodeGraph([-0]))[0], 0)).toBe(true);
});

class Counter {
  count = 0;
}

test.each([
  ['a function', { list: [{ act: () => 1 }] }, 'not plain data: function () => 1 at world.list[0].act'],
  [
    'a class instance',
    { hosts: new Map([['m1', new Counter()]]) },
    'an instance of Counter at world.hosts.m1',
  ],
  ['a date', { since: new Date(0) }, 'an instance of Date at world.since'],
  ['NaN', [1, Number.NaN], 'number NaN at world[1]'],
  ['infinity', { a: { b: Number.POSITIVE_INFINITY } }, 'number Infinity at world.a.b'],
  ['a bigint', new Set([1n]), 'bigint 1 at world.member'],
  ['a symbol', { kind: Symbol('x') }, 'symbol Symbol(x) at world.kind'],
])('%s is refused, and the error says where it is', (_what, data, message) => {
  expect(() => encodeGraph(data)).toThrow(message);
});
