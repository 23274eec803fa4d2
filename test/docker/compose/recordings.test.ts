// Compose files and what docker 28.2.2 made of them: `docker stack config` was run on each, and what it printed is kept in recordings/, one
// case a line. Left out are files with more than one mistake of the same depth: the real client chooses between them by chance.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runDocker } from './process.ts';

interface Recording {
  readonly files: Readonly<Record<string, string>>;
  /** `a.yml` alone when it is not said. */
  readonly names?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `--skip-interpolation`. */
  readonly literal?: true;
  readonly out?: string;
  readonly err?: string;
  readonly rc: number;
}

/** What is in each part, and how many cases it has at least: a list that lost its cases would prove nothing. */
const parts = [
  ['schema', 'every key of the newest version, with values of every type', 1_500],
  ['versions', 'the keys that appeared from one version to the next', 300],
  ['interpolation', 'variables, environment files', 550],
  ['merge', 'several files', 110],
  ['files', 'short and long forms, numbers, texts that need quotes', 350],
  ['layout', 'YAML in all its forms', 60],
  ['mistakes', 'what is no YAML', 240],
] as const;

describe('docker stack config prints what docker 28.2.2 prints for', () => {
  test.each(parts)('%s: %s', (part, _, least) => {
    const recordings = read(part);
    expect(recordings.length).toBeGreaterThanOrEqual(least);
    const wrong = recordings.flatMap((recording) => {
      const { out, err, code } = configOf(recording);
      const { out: realOut = '', err: realErr = '', rc } = recording;
      const same = out === realOut && err === realErr && code === rc;
      return same
        ? []
        : [{ files: recording.files, ours: { out, err }, docker: { out: realOut, err: realErr } }];
    });
    expect(wrong).toEqual([]);
  });
});

function read(part: string): readonly Recording[] {
  const text = readFileSync(new URL(`recordings/${part}.jsonl`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recording => JSON.parse(line));
}

function configOf({ files, names = ['a.yml'], env, literal }: Recording): ReturnType<typeof runDocker> {
  const flags = names.flatMap((name) => ['-c', name]);
  const args = ['stack', 'config', ...flags, ...(literal ? ['--skip-interpolation'] : [])];
  const printed = runDocker(args, { files, env });
  // The time of a warning is the client's own.
  return { ...printed, err: printed.err.replace(/time="[^"]*"/g, 'time="T"') };
}
