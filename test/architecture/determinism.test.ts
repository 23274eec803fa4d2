// No clock, no dice, no outside, no asynchrony: nowhere below lab/, and above it only in the files of the rim.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { banViolations, rim } from './bans.ts';
import { readSources } from './source.ts';
import { floorOf, floors } from './tower.ts';

const sources = readSources('src');

test('no source outside the rim uses what would make two runs differ', () => {
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter(({ path }) => !rim.includes(path)).flatMap(banViolations)).toEqual([]);
});

test('the rim lies above docker/, and docs/determinism.md names the same files', () => {
  for (const path of rim) {
    expect(floors.indexOf(floorOf(path)), path).toBeGreaterThan(floors.indexOf('docker'));
  }
  const page = readFileSync('docs/determinism.md', 'utf8');
  const named = [...page.matchAll(/^- `(src\/[^`]+)`/gm)].map((match) => match[1]);
  expect(named).toEqual(rim);
});

test.each([
  'const now = Date.now();',
  'const since: Date = then;',
  'const late = slow ? Date : never;',
  'performance.now();',
  'const x = Math.random();',
  'const { random } = Math;',
  'const x = Math . log2(3);',
  'const x = Math.sqrt(2) + Math.floor(1);',
  'list.map(Math.exp);',
  'exit(process.argv);',
  'const all = [...process.argv];',
  `const x = \`\${process.pid}\`;`,
  'setTimeout(run, 10);',
  'setInterval(run, 10);',
  'setImmediate(run);',
  'queueMicrotask(run);',
  'let done: Promise<void>;',
  'async function run() {}',
  'const run = async () => {};',
  'for await (const x of y) {}',
  'fetch(url);',
  "const fs = require('fs');",
  "const fs = import('./a.ts');",
  'const here = import.meta.url;',
  'a.localeCompare(b);',
  'a?.toLocaleString();',
  'new Intl.NumberFormat();',
  'new WeakRef(a);',
  'crypto.randomUUID();',
  'console.log(1);',
  'globalThis.x = 1;',
  'structuredClone(a);',
  'names.sort();',
  'names.toSorted( );',
  "import { readFileSync } from 'node:fs';",
  "export * from 'node:os';",
])('%s is reported, with its file and line', (text) => {
  const source = { path: 'src/sim/planted.ts', text: `// A comment.\n\n${text}\n` };
  expect(banViolations(source)).toMatchObject([{ path: 'src/sim/planted.ts', line: 3 }]);
});

test.each([
  '// Date.now() would be wrong here.',
  '/* Math.random(),\n * async, console */',
  "const what = 'no Date.now() and no setTimeout';",
  'const what = "await fetch";',
  `const what = \`process \${name} console\`;`,
  'const pattern = /Date|process/;',
  "const what = 'it\\'s Date.now()';",
  'const created = object.Date;',
  'const headers = { Date: created, process: 1 };',
  'interface Reply { readonly Date?: string }',
  'const updateDate = processed + asyncApply;',
  'const x = Math.floor(a / b) + Math.max(1, 2);',
  'names.sort((a, b) => (a < b ? -1 : 1));',
  'queue.toSorted(byTime);',
  "import { posix } from './node.ts';",
  'this.#process(event);',
])('%s is not', (text) => {
  expect(banViolations({ path: 'src/sim/planted.ts', text })).toEqual([]);
});
