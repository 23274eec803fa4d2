import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookupLabel, makeLabels, removeLabel, setLabel } from '../../src/model/labels.ts';

const pairs = fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.string({ maxLength: 2 })));

test('labels come sorted by key, each key once, the last value given', () => {
  expect(
    makeLabels([
      ['zone', 'a'],
      ['disk', 'ssd'],
      ['zone', 'b'],
    ]),
  ).toEqual([
    ['disk', 'ssd'],
    ['zone', 'b'],
  ]);
});

test('labels answer like a Map, and keep their order through every change', () => {
  fc.assert(
    fc.property(pairs, fc.string({ maxLength: 2 }), (given, key) => {
      const labels = makeLabels(given);
      const model = new Map(given);
      expect(lookupLabel(labels, key)).toBe(model.get(key));
      expect(labels.map(([name]) => name)).toEqual([...model.keys()].sort());
      expect(setLabel(labels, key, 'new')).toEqual(makeLabels([...model.set(key, 'new')]));
      model.delete(key);
      expect(removeLabel(labels, key)).toEqual(makeLabels(model));
    }),
  );
});
