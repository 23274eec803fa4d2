// Stack files as people write them, deployed, deployed again, removed. The real client, docker 28.2.2, was recorded doing so against the same
// paper engine; ours must send the same requests and print the same. The real one goes through what a file has in any order, so requests and
// lines are compared as sets; ours has an order, which the last test states.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runDocker } from '../docker/compose/process.ts';
import { type Paper, PaperEngine } from '../docker/stack/paper-engine.ts';

interface Recording {
  readonly env: Readonly<Record<string, string>>;
  readonly paper: Paper;
  readonly steps: readonly Step[];
}

interface Step {
  readonly args: readonly string[];
  readonly code: number;
  readonly err: string;
  /** Lines in ascending order, of `stack config` the text. */
  readonly out: readonly string[] | string;
  readonly requests: readonly string[];
}

const recordings = readdirSync(new URL('recordings/', import.meta.url)).sort();

describe('a stack file from life', () => {
  test.each(recordings)('%s: ours does what docker does', (name) => {
    const recording = readRecording(name);
    const endpoint = new PaperEngine(recording.paper);
    expect(recording.steps.length).toBeGreaterThan(0);
    for (const step of recording.steps) {
      const before = endpoint.requests.length;
      const { out, err, code } = runDocker(step.args, { files, env: recording.env, endpoint });
      const requests = endpoint.requests.slice(before).sort();
      const printed = typeof step.out === 'string' ? out : out.split('\n').filter(Boolean).sort();
      expect({
        args: step.args,
        code,
        err: err.replace(/time="[^"]*"/g, 'time="T"'),
        out: printed,
        requests,
      }).toEqual(step);
    }
  });

  test('D-E51: ours goes by name: networks, secrets, configs, services', () => {
    const endpoint = new PaperEngine();
    const { out } = runDocker(['stack', 'deploy', '-c', 'voting-app.yml', 'lab'], { files, endpoint });
    expect(out.split('\n')).toEqual([
      'Creating network lab_backend',
      'Creating network lab_frontend',
      'Creating service lab_db',
      'Creating service lab_redis',
      'Creating service lab_result',
      'Creating service lab_vote',
      'Creating service lab_worker',
      '',
    ]);
  });
});

/** Whatever the stack files refer to lies beside them. */
const files = Object.fromEntries(
  readdirSync(new URL('files/', import.meta.url), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [
      path.slice(path.indexOf('/stacks/files/') + '/stacks/files/'.length),
      readFileSync(path, 'utf8'),
    ]),
);

function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`recordings/${name}`, import.meta.url), 'utf8'));
}
