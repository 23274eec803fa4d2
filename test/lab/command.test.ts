// The command as a process: what it prints where, its exit codes, and that no stack is ever shown.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = [process.execPath, '--import', 'tsx', 'src/cli.ts'] as const;
const folder = mkdtempSync(join(tmpdir(), 'swarmlab command '));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command, by itself or by another program around it. */
function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((done) => {
    execFile(
      program,
      args,
      { cwd: root, env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env } },
      (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

const swarmlab = (...args: readonly string[]) => start(command[0], [...command.slice(1), ...args]);

/** As a shell takes it. */
const commandLine = command.map((word) => `'${word}'`).join(' ');

/** Writes a file and returns its path, which has a space in it. */
function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const script = (body: string, cluster = '{ managers: 1 }') =>
  `export default {\n  title: 'Small',\n  cluster: ${cluster},\n  script(lab: any) {\n    ${body}\n  },\n};\n`;

const stack = /^\s+at /m;

describe.concurrent('swarmlab run', () => {
  test('tells the story of a scenario and how it ended', async () => {
    const file = write('good.ts', script("lab.say('Hello.'); lab.expect('all is well', true);"));
    const { code, out, err } = await swarmlab('run', file);
    expect(code).toBe(0);
    expect(err).toBe('');
    const lines = out.split('\n');
    expect(lines[0]).toBe('Small');
    expect(lines[1]).toBe('00:00.000  operator     on manager1: docker swarm init');
    expect(out).toContain('\n\n00:02.005  Hello.\n00:02.005  \u2713 all is well\n\n');
    expect(lines.at(-2)).toMatch(
      /^good\.ts: passed, 1 promise kept \(seed 1, 00:02\.005 virtual, \d+\.\d\d s wall, \d+ events, digest [0-9a-f]{16}\)$/,
    );
    expect(out).not.toContain('\u001b');
  });

  test('without a command runs the tour', async () => {
    const { code, out } = await swarmlab();
    expect(code).toBe(0);
    expect(out).toMatch(/^The tour: .*\n/);
    expect(out).toMatch(/^tour\.ts: passed/m);
  });

  test('prints lines of JSON with --json, the outcome last', async () => {
    const file = write('json.ts', script("lab.say('Hello.');"));
    const { code, out } = await swarmlab('run', file, '--json');
    expect(code).toBe(0);
    const lines: unknown[] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual({ at: 2_005_000, kind: 'say', who: '', text: 'Hello.' });
    expect(lines.at(-1)).toMatchObject({ file, title: 'Small', passed: true, seed: '1', time: 2_005_000 });
    const failing = write('json2.ts', script("lab.expect('it holds', false);"));
    const failed = await swarmlab('run', failing, '--json', '--quiet');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.out)).toMatchObject({
      passed: false,
      failure: 'at 00:02.005: expected that it holds',
    });
  });

  test('writes every event as a line of JSON with --trace, and the outcome alone with --quiet', async () => {
    const file = write('traced.ts', script("lab.wait('1s');"));
    const trace = join(folder, 'trace.jsonl');
    const { code, out } = await swarmlab('run', file, '--quiet', '--trace', trace, '--seed', 'x');
    expect(code).toBe(0);
    const text = readFileSync(trace, 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(out).toMatch(/^traced\.ts: passed, 0 promises kept \(seed x, .*\)\n$/);
    const handled = events.filter(({ kind }) => kind !== 'note');
    expect(out).toContain(` ${handled.length} events`);
    for (const event of events) {
      expect(Object.keys(event)).toEqual(['at', 'seq', 'cause', 'kind', 'to', 'from', 'body']);
    }
    const nowhere = await swarmlab('run', file, '--trace', join(folder, 'no', 'trace'));
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toMatch(/^--trace .*: ENOENT: no such file or directory/);
    expect(nowhere.err).not.toMatch(stack);
  });

  test('runs several scenarios of a file one after the other', async () => {
    const file = write(
      'several.ts',
      `export default [1, 2].map((n) => ({ title: 'Of ' + n, cluster: { managers: n }, script(lab: any) {\n` +
        `lab.expect('it is the first', n === 1); } }));\n`,
    );
    const { code, out, err } = await swarmlab('run', file, '--quiet');
    expect(code).toBe(1);
    expect(out).toMatch(/^several\.ts 1\/2: passed.*\nseveral\.ts 2\/2: FAILED.*\n$/);
    expect(err.startsWith(`${file}:2:5: at 00:02.`)).toBe(true);
    expect(err.endsWith(': expected that it is the first\n')).toBe(true);
  });

  test('runs many seeds, and says how to replay those that fail', async () => {
    const file = write('seeds.ts', script("lab.expect('the time is whole', lab.draw('luck', 2) === 0);"));
    const { code, out, err } = await swarmlab('run', file, '--seeds', '1..8');
    expect(code).toBe(1);
    const [, passed, failed] =
      /^seeds\.ts: 8 seeds: (\d+) passed, (\d+) failed \(\d+\.\d\d s wall, \d+ events\)\n$/.exec(out) ?? [];
    expect(Number(passed) + Number(failed)).toBe(8);
    expect(Number(failed)).toBeGreaterThan(0);
    const [first = '', replay = ''] = err.split('\n');
    const [, seed] = /seed (\d+): /.exec(first) ?? [];
    expect(replay).toBe(`  replay: swarmlab run ${file} --seed ${seed}`);
    const json = JSON.parse((await swarmlab('run', file, '--json', '--seeds', '1..8')).out);
    expect(json).toMatchObject({ file, seeds: 8, runs: 8, passed: Number(passed) });
    expect(json.failed).toHaveLength(Number(failed));
  });

  test('a failure is one message with its place, on the standard error', async () => {
    const file = write('fails.ts', script("lab.wait('1s');\n    lab.expectEqual('one', 1, 2);"));
    const { code, out, err } = await swarmlab('run', file, '--quiet');
    expect(code).toBe(1);
    expect(out).toMatch(/^fails\.ts: FAILED, 0 promises kept \(.*\)\n$/);
    expect(err).toBe(`${file}:6:9: at 00:03.005: one: expected 2, found 1\n`);
  });

  test('a missing file is no scenario', async () => {
    const missing = await swarmlab('run', join(folder, 'missing.ts'));
    expect(missing).toEqual({
      code: 1,
      out: '',
      err: `${join(folder, 'missing.ts')}: there is no such file\n`,
    });
  });

  test.each([
    [['run', 'a.ts', '--nonsense'], "error: unknown option '--nonsense'"],
    [
      ['run', 'a.ts', '--seeds', '1..9', '--seed', '3'],
      "error: option '--seeds <range>' cannot be used with option '--seed <seed>'",
    ],
    [
      ['run', 'a.ts', '--seeds', '1..9', '--explain', 'web'],
      "error: option '--seeds <range>' cannot be used with option '--explain <subject>'",
    ],
    [
      ['run', 'a.ts', '--seed', ''],
      "error: option '--seed <seed>' argument '' is invalid. A seed is any text but the empty one.",
    ],
  ])('%j is a wrong command line', async (args, message) => {
    const { code, err, out } = await swarmlab(...args);
    expect(code).toBe(2);
    expect(err.split('\n')[0]).toBe(message);
    expect(out).toBe('');
    expect(err).not.toMatch(stack);
  });

  test('a reader that stops reading is no error', async () => {
    const { out, err } = await start('bash', ['-c', `${commandLine} run sim-scenarios/tour.ts | head -n 1`]);
    expect(out).toMatch(/^The tour: .*\n$/);
    expect(err).toBe('');
  });

  test('colours are for terminals, and not for those who do not want them', async () => {
    const file = write('colour.ts', script("lab.expect('all is well', true);"));
    // script(1) gives a command a terminal.
    const inside = `${commandLine} run '${file}'`;
    const onTerminal = await start('script', ['-qec', inside, '/dev/null']);
    expect(onTerminal.out).toContain('\u001b[32mpassed\u001b[0m');
    const plain = await start('script', ['-qec', inside, '/dev/null'], { NO_COLOR: '1' });
    expect(plain.out).toContain('passed');
    expect(plain.out).not.toContain('\u001b[');
  });
});
