// Generic resources: enough, claim, give back (R-G5 to R-G7).

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claim, deduct, enough, giveBack } from '../../../src/manager/scheduler/generic.ts';
import type { GenericResource } from '../../../src/model/spec.ts';

const gpu = (value: number): GenericResource => ({ kind: 'gpu', value });
const fpga = (...names: readonly string[]): GenericResource[] =>
  names.map((named) => ({ kind: 'fpga', named }));

describe('enough', () => {
  test('a kind that is missing is never enough, not even for 0 (S-E54)', () => {
    expect(enough([], [gpu(0)])).toBe(false);
    expect(enough([gpu(4)], [gpu(0)])).toBe(true);
    expect(enough([gpu(4)], [{ kind: 'GPU', value: 1 }])).toBe(false);
  });

  test('each entry is checked by itself (S-E54)', () => {
    expect(enough([gpu(4)], [gpu(3), gpu(3)])).toBe(true);
    expect(enough([gpu(4)], [gpu(5)])).toBe(false);
  });

  test('names are counted; a named request is never met (S-E55)', () => {
    expect(enough(fpga('x', 'y', 'z'), [{ kind: 'fpga', value: 3 }])).toBe(true);
    expect(enough(fpga('x', 'y', 'z'), [{ kind: 'fpga', value: 4 }])).toBe(false);
    expect(enough(fpga('x'), fpga('x'))).toBe(false);
  });
});

describe('claim', () => {
  test('an amount that is used up takes the kind away (S-E54)', () => {
    expect(claim([gpu(4)], [gpu(4)])).toEqual({ left: [], taken: [gpu(4)] });
    expect(claim([gpu(4)], [gpu(3), gpu(3)])).toEqual({ left: [], taken: [gpu(3), gpu(3)] });
    expect(claim([gpu(4)], [gpu(0)])).toEqual({ left: [gpu(4)], taken: [] });
  });

  test('names go in order; 0 takes all (S-E55)', () => {
    const two = claim(fpga('x', 'y', 'z'), [{ kind: 'fpga', value: 2 }]);
    expect(two).toEqual({ left: fpga('z'), taken: fpga('x', 'y') });
    expect(claim(fpga('x', 'y'), [{ kind: 'fpga', value: 0 }])).toEqual({ left: [], taken: fpga('x', 'y') });
    expect(claim(fpga('x'), [{ kind: 'fpga', value: 5 }]).taken).toEqual(fpga('x'));
  });

  test('a missing kind abandons the whole claim', () => {
    expect(claim([gpu(4)], [gpu(1), { kind: 'ssd', value: 1 }])).toEqual({ left: [gpu(4)], taken: [] });
  });
});

describe('give back', () => {
  test('an amount is added up, but not above what the node reports (S-E56)', () => {
    expect(giveBack([gpu(1)], [gpu(3)], [gpu(4)])).toEqual([gpu(4)]);
    expect(giveBack([], [gpu(3)], [gpu(4)])).toEqual([gpu(3)]);
    expect(giveBack([], [gpu(3)], [gpu(2)])).toEqual([gpu(2)]);
  });

  test('names come last; one that is no longer reported is dropped', () => {
    expect(giveBack(fpga('z'), fpga('x'), fpga('x', 'y', 'z'))).toEqual(fpga('z', 'x'));
    expect(giveBack(fpga('z'), fpga('x'), fpga('y', 'z'))).toEqual(fpga('z'));
  });

  test('a kind that has changed is what the node reports', () => {
    expect(giveBack([], fpga('x', 'y'), [{ kind: 'fpga', value: 7 }])).toEqual([{ kind: 'fpga', value: 7 }]);
    expect(giveBack([], [gpu(2)], [])).toEqual([]);
  });

  test('undoes a claim, whatever was claimed', () => {
    const offer = fc.tuple(fc.nat(5), fc.nat(3)).map(([amount, names]) => {
      const amounts = amount === 0 ? [] : [gpu(amount)];
      return [...amounts, ...fpga(...['x', 'y', 'z'].slice(0, names))];
    });
    const request = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }));
    const text = (resources: readonly GenericResource[]) => resources.map((r) => JSON.stringify(r)).sort();
    fc.assert(
      fc.property(offer, request, (offered, [amount, names]) => {
        const wanted = [gpu(amount), { kind: 'fpga', value: names }];
        fc.pre(enough(offered, wanted));
        const { left, taken } = claim(offered, wanted);
        expect(text(deduct(offered, taken))).toEqual(text(left));
        expect(text(giveBack(left, taken, offered))).toEqual(text(offered));
      }),
    );
  });
});
