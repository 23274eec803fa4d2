// One docker command against an engine that gives the answers it is told to give: what the command printed and how it ended, and what it
// asked for. Time is virtual: it passes in pauses alone.

import { docker } from '../../../src/docker/docker.ts';
import { type DockerConfig, emptyConfig, FileError } from '../../../src/docker/process.ts';
import type { Fiber } from '../../../src/engine/fiber.ts';
import type { Endpoint, Request, Response, Stream } from '../../../src/engine/http.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A body that comes as a stream, in base 64. */
  readonly bytes?: string;
  /** The stream goes on, with nothing more to come. */
  readonly isOpen?: boolean;
}

export interface Surroundings {
  /** Also for the ping. */
  readonly answer: (request: Request) => Answer;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly config?: Partial<DockerConfig> | undefined;
  /** By name, in the folder that the command runs in. */
  readonly files?: Readonly<Record<string, string>>;
  /** Microseconds since 1970. */
  readonly now?: number | undefined;
  /** Ctrl-C is pressed after so many seconds. */
  readonly interruptedAfter?: number | undefined;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly requests: readonly Request[];
  /** How many streams the command has let go of. */
  readonly closed: number;
}

const folder = '/srv/project';
const home = '/home/user';

export function runDocker(args: readonly string[], surroundings: Surroundings): Ran {
  const { answer, env = {}, config = {}, files = {}, now: start = 0 } = surroundings;
  let stdout = '';
  let stderr = '';
  let now = start;
  let closed = 0;
  const requests: Request[] = [];
  const close = (): void => {
    closed++;
  };
  const endpoint: Endpoint = {
    *request(request) {
      yield { until: () => true, deadline: now };
      requests.push(request);
      return responseOf(answer(request), close);
    },
  };
  const fiber = docker(args, {
    endpoint,
    connect: () => endpoint,
    now: () => now,
    *sleep(microseconds) {
      now += microseconds;
      yield { until: () => true, deadline: now };
    },
    stdin: () => '',
    readFile: (path) => {
      const name = path.replace(`${folder}/`, '');
      if (name === '.') throw new FileError(`read ${path}: is a directory`);
      const text = files[name];
      if (text === undefined) throw new FileError(`open ${path}: no such file or directory`);
      return text;
    },
    env: new Map(Object.entries({ HOME: home, ...env })),
    cwd: folder,
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    interrupted: () => now - start >= (surroundings.interruptedAfter ?? Number.POSITIVE_INFINITY) * 1_000_000,
    config: { ...emptyConfig(), ...config },
  });
  const exitCode = finish(fiber, () => {
    now += second;
    return now - start < longestRun;
  });
  return { exitCode, stdout, stderr, requests, closed };
}

const second = 1_000_000;
const longestRun = 3_600 * second;

/** Whatever it waits for has happened already, or happens while time passes. @param pass lets time pass; false when it is too long */
function finish<R>(fiber: Fiber<R>, pass: () => boolean): R {
  for (;;) {
    const step = fiber.next();
    if (step.done) return step.value;
    while (!step.value.until()) {
      if (!pass()) throw new Error('the command waits for what will not happen');
    }
  }
}

function responseOf(
  { status, headers, body = '', bytes, isOpen = false }: Answer,
  close: () => void,
): Response {
  return {
    status,
    headers: new Map(Object.entries(headers)),
    body: bytes === undefined ? body : streamOf(Uint8Array.from(Buffer.from(bytes, 'base64')), isOpen, close),
  };
}

/** In two pieces, as the network may part it anywhere. */
function streamOf(bytes: Uint8Array, isOpen: boolean, close: () => void): Stream {
  const half = Math.floor(bytes.length / 2);
  const pieces = [bytes.subarray(0, half), bytes.subarray(half)];
  return {
    *next() {
      yield { until: () => pieces.length > 0 || !isOpen, deadline: Number.POSITIVE_INFINITY };
      return pieces.shift();
    },
    close,
  };
}
