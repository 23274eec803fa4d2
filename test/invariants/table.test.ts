// The table of docs/invariants.md is whole and true: every number, every property of the TLA+ specification, every file, and no file that is not there.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allInvariants } from '../../src/invariants/all.ts';

const folder = new URL('../../src/invariants/', import.meta.url);
const page = readFileSync(new URL('../../docs/invariants.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (?:([^|]+) \| )?([^|]+) \| `([a-z-]+\.ts)` \|$/gm)].map(
  ([, number = '', , file = '']) => ({ number, file }),
);
/** What all invariants share. */
const parts = new Set([
  'all.ts',
  'clocks.ts',
  'epoch.ts',
  'history.ts',
  'invariant.ts',
  'placement.ts',
  'saved.ts',
  'watch.ts',
]);

test('every number and every property has its place', () => {
  const numbers = Array.from({ length: 50 }, (_, i) => `I-${i + 1}`);
  const properties = ['TLA state', 'TLA IDs', 'TLA transitions', 'TLA liveness'];
  expect([...new Set(rows.map(({ number }) => number))].filter((number) => number !== '')).toEqual([
    ...numbers,
    ...properties,
  ]);
});

test('every file is in the table, and every file of the table is there', () => {
  const files = readdirSync(folder).filter((file) => !parts.has(file));
  expect([...new Set(rows.map(({ file }) => file))].sort()).toEqual(files.sort());
});

test('every invariant is checked', () => {
  const named = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .filter((text) => /^export const \w+: Invariant = /m.test(text));
  expect(allInvariants).toHaveLength(named.length);
  expect(new Set(allInvariants.map(({ name }) => name)).size).toBe(allInvariants.length);
});

test('a number stands in the file that holds it', () => {
  for (const { number, file } of rows) {
    if (!number.startsWith('I-')) continue;
    const text = readFileSync(new URL(file, folder), 'utf8');
    expect(text, `${number} in ${file}`).toMatch(new RegExp(`${number}\\b`));
  }
});
