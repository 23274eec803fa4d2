// One docker command over files that are given as text, in a process without anything else: what it printed, and how it ended.

import { docker } from '../../../src/docker/docker.ts';
import { emptyConfig, FileError } from '../../../src/docker/process.ts';
import type { Fiber } from '../../../src/engine/fiber.ts';
import { ConnectionLost, type Endpoint } from '../../../src/engine/http.ts';

export interface Surroundings {
  /** By name, in the folder that the command runs in; `-` is standard input. */
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** No engine answers when there is none. */
  readonly endpoint?: Endpoint;
  /** When Ctrl-C is pressed, in microseconds after the command began. */
  readonly interruptedAt?: number;
}

export interface Printed {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

export const folder = '/home/work';

const nobody: Endpoint = {
  request: () => {
    throw new ConnectionLost();
  },
};

export function runDocker(
  args: readonly string[],
  { files, env = {}, endpoint = nobody, interruptedAt = Number.POSITIVE_INFINITY }: Surroundings,
): Printed {
  let out = '';
  let err = '';
  let now = 0;
  const code = finish(
    docker(args, {
      endpoint,
      connect: () => endpoint,
      now: () => now,
      *sleep(microseconds) {
        now += microseconds;
        yield { until: () => true, deadline: now };
      },
      stdin: () => files['-'] ?? '',
      readFile: (path) => {
        const text = files[path.replace(`${folder}/`, '')];
        if (text === undefined) throw new FileError(`open ${path}: no such file or directory`);
        return text;
      },
      env: new Map(Object.entries({ HOME: '/root', ...env })),
      cwd: folder,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      interrupted: () => now >= interruptedAt,
      config: emptyConfig(),
    }),
  );
  return { out, err, code };
}

/** Nothing here waits for anything but what is done at once. */
function finish<R>(fiber: Fiber<R>): R {
  for (;;) {
    const step = fiber.next();
    if (step.done) return step.value;
  }
}
