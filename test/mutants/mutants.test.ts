// That the suite of mutants can be trusted: its anchors hold, it catches what it should, and finds nothing where nothing is.

import { expect, test } from 'vitest';
import { judges } from './judges.ts';
import type { Mutant } from './mutant.ts';
import { plant } from './mutant.ts';
import { raftMutants } from './raft.ts';
import { checkAnchors, judge, sample } from './suite.ts';

function mutants(...ids: string[]): Mutant[] {
  return raftMutants.filter(({ id }) => ids.includes(id));
}

/** A mutant that changes nothing, for the same judge. */
function harmless(mutant: Mutant): Mutant {
  return { ...mutant, replacement: mutant.anchor };
}

test('every anchor is in its file exactly once, and ids are unique', () => {
  checkAnchors(raftMutants);
  expect(new Set(raftMutants.map(({ id }) => id)).size).toBe(raftMutants.length);
  expect(raftMutants.length).toBeGreaterThanOrEqual(45);
});

test("every judge is some mutant's", () => {
  expect(new Set(raftMutants.map((mutant) => mutant.judge))).toEqual(new Set(Object.keys(judges)));
});

test('an anchor that is missing or there twice is an error', () => {
  const [mutant] = mutants('M-10');
  if (mutant === undefined) throw new Error('no mutant');
  expect(() => plant(mutant, 'nothing')).toThrow('M-10: its anchor is 0 times');
  expect(() => plant(mutant, mutant.anchor.repeat(2))).toThrow('M-10: its anchor is 2 times');
  expect(plant(mutant, `(${mutant.anchor})`)).toBe(`(${mutant.replacement})`);
});

test('a mutant is caught by its judge, and the same sources without it are not', async () => {
  const planted = mutants('M-6', 'M-10', 'M-57');
  const verdicts = await judge([...planted, ...planted.map(harmless)], () => {});
  expect(verdicts.map(({ verdict }) => verdict.caughtBy !== undefined)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(verdicts.slice(3).map(({ verdict }) => verdict.seeds)).toEqual(planted.map(({ within }) => within));
});

test('a mutant that cannot run is an error, not a catch', async () => {
  const [mutant] = mutants('M-10');
  if (mutant === undefined) throw new Error('no mutant');
  await expect(judge([{ ...mutant, replacement: 'thereIsNoSuchName' }], () => {})).rejects.toThrow(
    'thereIsNoSuchName',
  );
});

test('a sample is decided by its text alone', () => {
  expect(sample(raftMutants, 10, 'one')).toHaveLength(10);
  expect(sample(raftMutants, 10, 'one')).toEqual(sample([...raftMutants].reverse(), 10, 'one').reverse());
  expect(sample(raftMutants, 10, 'one')).not.toEqual(sample(raftMutants, 10, 'two'));
});
