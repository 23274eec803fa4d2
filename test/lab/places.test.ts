// Files that are no scenarios, and scenarios that fail: one message, with the file and the line that a reader has before them.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'swarmlab places '));
afterAll(() => rmSync(folder, { recursive: true }));

const script = (body: string, cluster = '{ managers: 1 }') =>
  `export default {\n  title: 'Small',\n  cluster: ${cluster},\n  script(lab: any) {\n    ${body}\n  },\n};\n`;

const failures: readonly (readonly [name: string, text: string, message: string])[] = [
  [
    'promise.ts',
    script("lab.wait('1s');\n    lab.expectEqual('one', 1, 2);"),
    ':6:9: at 00:03.005: one: expected 2, found 1',
  ],
  [
    'refused.ts',
    script("lab.service.scale('web', 3);"),
    ':5:17: at 00:02.055: a command was refused: Error response from daemon: rpc error: code = NotFound desc = service web not found',
  ],
  [
    'waits.ts',
    script("lab.until('rain', () => false, '5s');"),
    ':5:9: at 00:07.005: waited 5s (from 00:02.005) for rain, in vain',
  ],
  [
    'throws.ts',
    script('null.x;'),
    ":5:10: at 00:02.005: the script threw TypeError: Cannot read properties of null (reading 'x')",
  ],
  [
    'types.ts',
    `interface Long {\n  a: number;\n}\n\nconst nothing: Long | undefined = undefined;\n\n${script('nothing!.a;')}`,
    ":11:14: at 00:02.005: the script threw TypeError: Cannot read properties of undefined (reading 'a')",
  ],
  [
    'module.mjs',
    script('lab.foo();').replace(': any', ''),
    ':5:9: at 00:02.005: the script threw TypeError: lab.foo is not a function',
  ],
  [
    'common.cjs',
    script('lab.foo();').replace(': any', '').replace('export default', 'module.exports ='),
    ':5:9: at 00:02.005: the script threw TypeError: lab.foo is not a function',
  ],
  [
    'endless.ts',
    script("for (;;) lab.wait('1m');", "{ managers: 1 }, limits: { time: '1h' }"),
    ':5:18: at 1:00:00.000: stopped, for the scenario has used all its virtual time; if it should run longer, set limits.time',
  ],
  [
    'none.ts',
    script('', '{ managers: 0 }'),
    ': cluster.managers is 0, but a swarm needs at least one manager: set it to 1 or more',
  ],
  [
    'syntax.ts',
    "export default {\n  title: 'x' 'y',\n};\n",
    ':2:13: cannot be loaded: Expected "}" but found "\'y\'"',
  ],
  [
    'early.ts',
    'const x: any = undefined;\nexport default x.y;\n',
    ":2:18: cannot be loaded: Cannot read properties of undefined (reading 'y')",
  ],
  [
    'import.ts',
    "import { x } from 'no-such-package';\nexport default x;\n",
    ": cannot be loaded: Cannot find module 'no-such-package'",
  ],
  [
    'number.ts',
    'export default 42;\n',
    ': does not export a scenario: its default export must be an object with title (text), cluster (object) and script (function), or an array of them',
  ],
  [
    'nothing.ts',
    'export {};\n',
    ': does not export a scenario: its default export must be an object with title (text), cluster (object) and script (function), or an array of them',
  ],
  [
    'empty.ts',
    'export default [];\n',
    ': does not export a scenario: its default export must be an object with title (text), cluster (object) and script (function), or an array of them',
  ],
  ['text.md', '# no module\n', ': a scenario is a .ts or .js module'],
];

// In a process of its own: vitest has other ideas of where a line of a file is.
const root = fileURLToPath(new URL('../../', import.meta.url));
const files = failures.map(([name, text]) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
});
const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'test/lab/run-files.ts', ...files], {
  cwd: root,
  encoding: 'utf8',
});
const complaints = stderr.split('exit code 1\n');

test.each(failures.map(([name, , message], i) => [name, message, i] as const))(
  '%s fails with one message and its place',
  (name, message, i) => {
    expect(complaints[i]).toBe(`${join(folder, name)}${message}\n`);
  },
);

test('all of them failed, with exit code 1', () => {
  expect(complaints).toHaveLength(failures.length + 1);
  expect(complaints.at(-1)).toBe('');
});
