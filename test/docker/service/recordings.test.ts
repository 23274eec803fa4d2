// Command lines and what docker 28.2.2 did with them: the real client ran each against an engine with canned answers. recordings/ keeps what
// it printed, how it ended, what it asked for and in which order, and the answers. Left out are command lines for which the real client's
// requests differ from run to run, as it goes through its maps in random order.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Credential, DockerConfig } from '../../../src/docker/process.ts';
import type { Request } from '../../../src/engine/http.ts';
import { type Answer, type Ran, runDocker } from './replay.ts';

interface Recording {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Formats by their keys, and credentials. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Seconds until Ctrl-C. */
  readonly interruptedAfter?: number;
  /** Method and target, `X-Registry-Auth`, body, and the name of the answer. The ping is apart. */
  readonly exchanges: readonly (readonly [request: string, auth: string, body: string, answer: string])[];
  readonly ping?: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The answers by their names, the commands that got them, and when all this was. */
interface Tape {
  readonly now: number;
  readonly answers: ReadonlyMap<string, Answer>;
  readonly recordings: readonly Recording[];
}

/** What is in each tape, and how many command lines it has at least: a tape that lost them would prove nothing. */
const tapes = [
  ['create', 'every flag of service create, right and wrong', 340],
  ['values', 'ports and mounts in all their forms', 159],
  ['edges', 'texts that nearly are values, registries, old engines', 158],
  ['update', 'what service update makes of the specs it finds', 274],
  ['shown', 'help, ls, ps, inspect, rm, scale, rollback', 179],
  ['services', 'services made at random: listed, inspected, updated', 51],
  ['lists', 'columns, templates, answers that are errors', 59],
  ['logs', 'lines, frames, moments', 80],
  ['progress', 'waiting for services and jobs of every kind', 53],
] as const;

const files = {
  'env.txt': 'K1=v1\n# c\nK2\n  K3=v3\nHOME\n',
  'env2.txt': 'A=2\nK1=z\n',
  'badenv.txt': 'bad line\n',
  'eq.txt': '=x\n',
  'cwdempty.txt': '',
};

describe('docker service does what docker 28.2.2 does', () => {
  test.each(tapes)('%s: %s', (name, _, least) => {
    const tape = readTape(name);
    expect(tape.recordings.length).toBeGreaterThanOrEqual(least);
    const wrong = tape.recordings.flatMap((recording) => {
      const real = expected(recording);
      const ours = shown(replay(recording, tape));
      return JSON.stringify(real) === JSON.stringify(ours) ? [] : [{ args: recording.args, ours, real }];
    });
    expect(wrong).toEqual([]);
  });
});

function replay(recording: Recording, { answers, now }: Tape): Ran {
  const left = [...recording.exchanges];
  const answer = (request: Request): Answer => {
    const isPing = request.target === '/_ping';
    const named = isPing ? recording.ping : left.shift()?.[3];
    return answers.get(named ?? '') ?? { status: 418, headers: {}, body: `unexpected: ${request.target}` };
  };
  const { args, env, interruptedAfter } = recording;
  return runDocker(args, { answer, env, config: configOf(recording), files, now, interruptedAfter });
}

function configOf({ config = {} }: Recording): Partial<DockerConfig> {
  const { credentials = {}, ...formats } = config;
  return {
    formats: new Map(Object.entries(formats).map(([key, format]) => [key, String(format)])),
    credentials: new Map(Object.entries(credentials ?? {}).map(([key, value]) => [key, credentialOf(value)])),
  };
}

function credentialOf(value: unknown): Credential {
  const { username, password } = Object(value);
  return { username: String(username), password: String(password) };
}

function expected({ exchanges, stdout, stderr, exitCode }: Recording): unknown {
  const requests = exchanges.map(([request, auth, body]) => [request, auth, plain(body)]);
  return { stdout, stderr, exitCode, requests };
}

function shown({ stdout, stderr, exitCode, requests }: Ran): unknown {
  const asked = requests
    .filter(({ target }) => target !== '/_ping')
    .map(({ method, target, headers, body }) => [
      `${method} ${target}`,
      headers.get('x-registry-auth') ?? '',
      plain(body),
    ]);
  return { stdout, stderr, exitCode, requests: asked };
}

/** JSON in its own order of members, without escapes that need not be. */
function plain(body: string): string {
  return body === '' ? '' : JSON.stringify(JSON.parse(body));
}

function readTape(name: string): Tape {
  const text = readFileSync(new URL(`recordings/${name}.jsonl`, import.meta.url), 'utf8');
  const [head = '', ...lines] = text.split('\n').filter((line) => line !== '');
  const { now }: { now: number } = JSON.parse(head);
  const answers = new Map<string, Answer>();
  const recordings: Recording[] = [];
  for (const line of lines) {
    const entry: Recording | (Answer & { readonly answer: string }) = JSON.parse(line);
    if ('answer' in entry) answers.set(entry.answer, entry);
    else recordings.push(entry);
  }
  return { now, answers, recordings };
}
