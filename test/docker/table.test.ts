// Columns of text, as Go's tabwriter makes them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignColumns, displayWidth, listStyle } from '../../src/docker/table.ts';

test('a column is as wide as its widest cell and three blanks, and at least ten', () => {
  expect(alignColumns('ID\tNAME\nabcdefghijk\tx\n', listStyle)).toBe('ID            NAME\nabcdefghijk   x\n');
  expect(alignColumns('ID\tNAME\na\tx\n', listStyle)).toBe('ID        NAME\na         x\n');
});

test('D-E7 an empty last cell leaves the blanks of the one before it', () => {
  expect(alignColumns('NAME\tPORTS\nweb\t\n', listStyle)).toBe('NAME      PORTS\nweb       \n');
});

test('lines with fewer cells end a column', () => {
  const text = 'a very long first cell\tx\nno cells here\nb\ty\n';
  expect(alignColumns(text, listStyle)).toBe('a very long first cell   x\nno cells here\nb         y\n');
});

test('wide characters take two columns', () => {
  expect(displayWidth('日本')).toBe(4);
  expect(alignColumns('ab\tx\n日本語日本\ty\n', listStyle)).toBe('ab           x\n日本語日本   y\n');
});

const cell = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '-'), maxLength: 15 });

test('every row of a table has its columns at the same places', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 4 })
        .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 })),
      (rows) => {
        const lines = alignColumns(rows.map((row) => row.join('\t')).join('\n'), listStyle).split('\n');
        const [first = []] = rows;
        let at = 0;
        for (let column = 0; column < first.length; column++) {
          for (const [index, row] of rows.entries()) {
            expect(lines[index]?.slice(at).startsWith(row[column] ?? '')).toBe(true);
          }
          at += Math.max(10, ...rows.map((row) => (row[column] ?? '').length + 3));
        }
      },
    ),
  );
});
