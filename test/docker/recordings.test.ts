// Command lines and what docker 28.2.2 made of them on an engine with canned answers: what it printed, its exit code, and its requests.
// They are kept in recordings/, one command line a line. Where the real client is at hand, real-client.test.ts asks it again.

import { describe, expect, test } from 'vitest';
import { emptyConfig } from '../../src/docker/process.ts';
import { engines } from './engines.ts';
import { runDocker } from './process.ts';
import { files, home, parts, type Recording, readRecordings } from './recording.ts';

describe('docker prints what docker 28.2.2 prints for', () => {
  test.each(parts)('%s: %s', (part, _, least) => {
    const recordings = readRecordings(part);
    expect(recordings.length).toBeGreaterThanOrEqual(least);
    let config = emptyConfig();
    const wrong = recordings.flatMap((recording) => {
      if (recording.continues !== true) config = emptyConfig();
      const { args, env, stdin = '', now = 0, engine = '' } = recording;
      const { stdout, stderr, exitCode, requests } = runDocker(args, {
        env: { HOME: home, ...env },
        stdin,
        now,
        config,
        files,
        engine: engines.get(engine) ?? {},
      });
      const ours = { stdout, stderr, exitCode, requests };
      const docker = expected(recording);
      return JSON.stringify(ours) === JSON.stringify(docker) ? [] : [{ args, ours, docker }];
    });
    expect(wrong).toEqual([]);
  });
});

function expected({ stdout = '', stderr = '', exitCode = 0, requests = [] }: Recording): object {
  return { stdout, stderr, exitCode, requests };
}
