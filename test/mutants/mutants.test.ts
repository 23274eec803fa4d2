// That the suite of mutants can be trusted: its anchors hold, it catches what it should, and finds nothing where nothing is.

import { expect, test } from 'vitest';
import { judges } from './judges.ts';
import type { Mutant } from './mutant.ts';
import { plant } from './mutant.ts';
import { raftMutants } from './raft.ts';
import { serviceMutants } from './services.ts';
import { checkAnchors, judge, replaceTable, sample } from './suite.ts';

const allMutants = [...raftMutants, ...serviceMutants];

function mutants(...ids: string[]): Mutant[] {
  return allMutants.filter(({ id }) => ids.includes(id));
}

/** A mutant that changes nothing, for the same judge. */
function harmless(mutant: Mutant): Mutant {
  return { ...mutant, replacement: mutant.anchor };
}

test('every anchor is in its file exactly once, and ids are unique', () => {
  checkAnchors(allMutants);
  expect(new Set(allMutants.map(({ id }) => id)).size).toBe(allMutants.length);
  expect(raftMutants.length).toBeGreaterThanOrEqual(45);
});

test("every judge is some mutant's", () => {
  expect(new Set(allMutants.map((mutant) => mutant.judge))).toEqual(new Set(Object.keys(judges)));
});

test('an anchor that is missing or there twice is an error', () => {
  const [mutant] = mutants('M-10');
  if (mutant === undefined) throw new Error('no mutant');
  expect(() => plant(mutant, 'nothing')).toThrow('M-10: its anchor is 0 times');
  expect(() => plant(mutant, mutant.anchor.repeat(2))).toThrow('M-10: its anchor is 2 times');
  expect(plant(mutant, `(${mutant.anchor})`)).toBe(`(${mutant.replacement})`);
});

test('a mutant is caught by its judge, and the same sources without it are not', async () => {
  const planted = mutants('M-6', 'M-10', 'M-57', 'S-2', 'S-23');
  const verdicts = await judge([...planted, ...planted.map(harmless)], () => {});
  expect(verdicts.map(({ verdict }) => verdict.caughtBy !== undefined)).toEqual([
    ...planted.map(() => true),
    ...planted.map(() => false),
  ]);
  expect(verdicts.slice(planted.length).map(({ verdict }) => verdict.seeds)).toEqual(
    planted.map(({ within }) => within),
  );
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

test('a table replaces the one below its heading and leaves all else', () => {
  const page = '# Page\n\n## One\n\n| a |\n| b |\n\n## Two\n\nText.\n\n| c |\n| d |\n';
  expect(replaceTable(page, '## One', '| new |')).toBe(page.replace('| a |\n| b |', '| new |'));
  expect(replaceTable(page, '## Two', '| new |')).toBe(page.replace('| c |\n| d |', '| new |'));
  expect(() => replaceTable(page, '## Three', '| new |')).toThrow('no table below "## Three"');
  expect(() => replaceTable('## One\n\nText.\n', '## One', '| new |')).toThrow('no table');
});
