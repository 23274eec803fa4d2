// Stack files as people write them, deployed, deployed again, removed. The real client, docker 28.2.2, was recorded doing so against the same
// paper engine; ours must send the same requests and print the same. The real one goes through what a file has in any order, so requests and
// lines are compared as sets; ours has an order, which the last test states.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runDocker } from '../docker/compose/process.ts';
import { type Paper, PaperEngine } from '../docker/stack/paper-engine.ts';

interface Recording {
  /** In files/. */
  readonly files: readonly string[];
  /** What they refer to. */
  readonly more: Readonly<Record<string, string>>;
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
    const recording: Recording = JSON.parse(read(`recordings/${name}`));
    const { endpoint, files } = open(recording);
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

  test('ours goes by name: networks, secrets, configs, services', () => {
    const recording: Recording = JSON.parse(read('recordings/voting-app.json'));
    const { endpoint, files } = open(recording);
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

function open({ files, more, paper }: Recording): {
  readonly endpoint: PaperEngine;
  readonly files: Readonly<Record<string, string>>;
} {
  const texts = files.map((name) => [name, read(`files/${name}`)] as const);
  return { endpoint: new PaperEngine(paper), files: { ...Object.fromEntries(texts), ...more } };
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
