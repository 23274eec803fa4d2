// `swarmlab serve` refuses what it cannot do before it listens, in one sentence.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { type ServeFlags, serveCommand } from '../../src/serve/serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'swarmlab-'));
writeFileSync(join(folder, 'notes'), 'hello');
const beginning = '{"seed":"1","cluster":{"managers":1},"fresh":false}';
writeFileSync(
  join(folder, 'other.json'),
  `{"swarmlab":"session","version":1,"beginning":${beginning},"swarm":{}}`,
);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const ordinary: ServeFlags = { port: 0, host: '127.0.0.1', managers: 1, workers: 0, seed: '1', speed: 1 };

test.each<[Partial<ServeFlags>, RegExp]>([
  [{ load: join(folder, 'nosuch') }, /^--load .*nosuch: ENOENT.*\n$/],
  [{ load: folder }, /^--load .*: EISDIR.*\n$/],
  [{ load: join(folder, 'notes') }, /^--load .*notes: this is no saved session: it is not JSON\n$/],
  [{ load: join(folder, 'other.json') }, /^--load .*other.json: this saved session cannot be read: .*\n$/],
  [
    { save: join(folder, 'nosuch', 'world.json') },
    /^--save .*world.json: there is no folder .*nosuch to write to\n$/,
  ],
  [{ save: folder }, /^--save .*: that is a folder; name a file\n$/],
  [{ host: '192.0.2.1' }, /^192\.0\.2\.1:0: listen EADDRNOTAVAIL.*\n$/],
])('%j', async (flags, sentence) => {
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  expect(await serveCommand({ ...ordinary, ...flags })).toBe(1);
  expect(said).toMatch(sentence);
});
