// A docker process of ours with what a test gives it, run to its end. Time is virtual: it passes in pauses, and while the command waits.

import { docker } from '../../src/docker/docker.ts';
import { type DockerConfig, emptyConfig, FileError } from '../../src/docker/process.ts';
import type { Fiber } from '../../src/engine/fiber.ts';
import type { Endpoint } from '../../src/engine/http.ts';

export interface Surroundings {
  readonly endpoint: Endpoint;
  /** Where engines listen; the one engine everywhere when it is not said. */
  readonly connect?: (address: string) => Endpoint | undefined;
  /** The home directory included. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the command runs: an absolute path. */
  readonly folder: string;
  /** By name, in that folder; no others are there. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly stdin?: string | undefined;
  /** When the command begins, microseconds since 1970. */
  readonly now?: number | undefined;
  readonly config?: DockerConfig | undefined;
  /** Ctrl-C was pressed. @param passed microseconds since the command began */
  readonly interrupted?: ((passed: number) => boolean) | undefined;
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const second = 1_000_000;
const longestRun = 3_600 * second;

/** Runs one command line, given as its words. */
export function runProcess(args: readonly string[], surroundings: Surroundings): Printed {
  const { endpoint, connect, env, folder, files = {}, stdin = '', interrupted } = surroundings;
  const { now: start = 0, config = emptyConfig() } = surroundings;
  let now = start;
  let stdout = '';
  let stderr = '';
  const fiber = docker(args, {
    endpoint,
    connect: connect ?? (() => endpoint),
    now: () => now,
    *sleep(microseconds) {
      now += microseconds;
      yield* atOnce();
    },
    stdin: () => stdin,
    readFile: (path) => {
      const name = path.replace(`${folder}/`, '');
      if (name === '.') throw new FileError(`read ${path}: is a directory`);
      const text = new Map(Object.entries(files)).get(name);
      if (text === undefined) throw new FileError(`open ${path}: no such file or directory`);
      return text;
    },
    env: new Map(Object.entries(env)),
    cwd: folder,
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    interrupted: () => interrupted?.(now - start) ?? false,
    config,
  });
  const exitCode = finish(fiber, () => {
    now += second;
    return now - start < longestRun;
  });
  return { stdout, stderr, exitCode };
}

/** Something that takes a while, and is there at once. */
export function* atOnce(): Fiber<void> {
  yield { until: () => true, deadline: Number.POSITIVE_INFINITY };
}

/** Whatever it waits for has happened already, or happens while time passes. @param pass lets time pass; false when it is too long */
function finish<R>(fiber: Fiber<R>, pass: () => boolean): R {
  for (;;) {
    const step = fiber.next();
    if (step.done === true) return step.value;
    while (!step.value.until()) {
      if (!pass()) throw new Error('the command waits for what will not happen');
    }
  }
}
