// The reader of the guards: what is code, and what is imported.

import { expect, test } from 'vitest';
import { codeOf, importsOf } from './source.ts';

/** The words left of a source when all that is no code is blanked. */
function words(text: string): string[] {
  const code = codeOf(text);
  expect(code.length).toBe(text.length);
  expect(code.split('\n').length).toBe(text.split('\n').length);
  return code.match(/\w+/g) ?? [];
}

test.each([
  ["a // b 'c\nd", ['a', 'd']],
  ['a /* b\n * c // */ d', ['a', 'd']],
  ['a /* never closed', ['a']],
  ["x = 'it\\'s' + y", ['x', 'y']],
  ['x = "a // b" + y // c', ['x', 'y']],
  ["x = 'never closed\ny", ['x', 'y']],
  ['x = /b[/]c\\/d/g.test(y) / z / w', ['x', 'test', 'y', 'z', 'w']],
  ['x = (a + b) / c; y = d / e', ['x', 'a', 'b', 'c', 'y', 'd', 'e']],
  ["return /'/.exec(y)", ['return', 'exec', 'y']],
  [`x = \`b \${c + \`d \${e} f\` + { g: \`h\` }.g} i\` + j`, ['x', 'c', 'e', 'g', 'g', 'j']],
  [`x = \`\\\`a \\\${b}\` + c`, ['x', 'c']],
  [`\`a\`; \`\${"}"}\${b}\``, ['b']],
  ['<p>\n</p>\nx', ['p', 'p', 'x']],
])('of %j only %j is code', (text, code) => {
  expect(words(text)).toEqual(code);
});

test('every form of import is found, types included, with its line', () => {
  const text = `
import './bare.ts';
import one from "./default.ts";
import { a, type b } from './named.ts';
import type { C } from './type.ts';
import {
  d,
} from './lines.ts';
import * as all from './all.ts';
export { e } from './export.ts';
export * from './star.ts';
export type * from './types.ts';
type F = import('./inline.ts').F;
const from = 'no'; // import x from 'comment'
const text = "import x from 'string'";
export const g = 'no';
`;
  expect(importsOf(text).map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
    '2 ./bare.ts',
    '3 ./default.ts',
    '4 ./named.ts',
    '5 ./type.ts',
    '8 ./lines.ts',
    '9 ./all.ts',
    '10 ./export.ts',
    '11 ./star.ts',
    '12 ./types.ts',
    '13 ./inline.ts',
  ]);
});
