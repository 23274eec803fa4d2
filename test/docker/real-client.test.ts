// A sample of the recordings once more, with the real docker client where there is one of the version they were made with. Left out are those that tell
// the time, since the real client has no clock but the machine's, and those that tell where its configuration lies.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer, type EngineVariant } from './canned.ts';
import { engines } from './engines.ts';
import { engineAddress } from './process.ts';
import { files, home, parts, type Recording, readRecordings } from './recording.ts';

const recordedWith = '28.2.2';
const found = spawnSync('docker', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const missing = !found.startsWith(`Docker version ${recordedWith}`);

const title = missing
  ? `SKIPPED, for want of docker ${recordedWith} on PATH: the real client still behaves as it was recorded`
  : 'the real client still behaves as it was recorded';

describe.skipIf(missing)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'docker-recordings-'));
  const seen: string[] = [];
  let server: Server;
  let address = '';
  let engine: EngineVariant = {};

  beforeAll(async () => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        const { method = '', url = '' } = request;
        const shown = `${method} ${decodeURIComponent(url)}${body.trim() === '' ? '' : ` ${body.trim()}`}`;
        if (!url.endsWith('/_ping')) seen.push(shown);
        const given = answer(method, url, engine);
        response.writeHead(given.status, given.headers);
        response.end(given.body);
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const bound = server.address();
    address = `tcp://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** The engine listens on a port of its own, with as many digits, for the sake of tables. */
  const withAddress = (text: string): string => text.replaceAll(engineAddress, address);
  const withoutAddress = (text: string): string =>
    text
      .replaceAll(address, engineAddress)
      .replaceAll(address.replace('tcp:', 'http:'), engineAddress.replace('tcp:', 'http:'));

  async function run({ args, env, stdin = '' }: Recording): Promise<Recording> {
    const settings = Object.entries({ ...env, HOME: folder, PATH: process.env.PATH ?? '' });
    const child = spawn('docker', args.map(withAddress), {
      cwd: folder,
      env: Object.fromEntries(settings.map(([name, value]) => [name, withAddress(value)])),
    });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (piece) => {
      printed.stdout += piece;
    });
    child.stderr.on('data', (piece) => {
      printed.stderr += piece;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    const exitCode = await new Promise<number | null>((ended) => child.on('close', ended));
    return {
      args,
      env,
      stdout: withoutAddress(printed.stdout),
      stderr: withoutAddress(printed.stderr),
      exitCode: exitCode ?? -1,
      requests: seen.splice(0),
    };
  }

  test.each(parts)('%s', async (part) => {
    const wrong: unknown[] = [];
    for (const recording of sample(readRecordings(part))) {
      if (recording.continues !== true) rmSync(join(folder, '.docker'), { recursive: true, force: true });
      engine = engines.get(recording.engine ?? '') ?? {};
      const again = await run(recording);
      const { stdout = '', stderr = '', exitCode = 0, requests = [], now } = recording;
      if (now !== undefined || tellsPlace(stdout + stderr)) continue;
      const before = { stdout, stderr, exitCode, requests };
      const same = JSON.stringify({ ...before }) === JSON.stringify(pick(again));
      if (!same) wrong.push({ args: recording.args, before, again: pick(again) });
    }
    expect(wrong).toEqual([]);
  });
});

/** Every fourth command line, and all of those that go on where another ended. */
function sample(recordings: readonly Recording[]): readonly Recording[] {
  const isChain = recordings.some(({ continues }) => continues === true);
  return isChain ? recordings : recordings.filter((_, index) => index % 4 === 0);
}

/** Texts that tell where the client's configuration lies, also cut to the width of a column. */
function tellsPlace(text: string): boolean {
  return text.includes(home) || text.includes('open /hom…');
}

function pick({ stdout, stderr, exitCode, requests }: Recording): object {
  return { stdout, stderr, exitCode, requests };
}
