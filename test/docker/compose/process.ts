// One docker command over files that are given as text, in a process without anything else: what it printed, and how it ended.

import { ConnectionLost, type Endpoint } from '../../../src/engine/http.ts';
import { runProcess } from '../run-process.ts';

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

const nobody: Endpoint = {
  request: () => {
    throw new ConnectionLost();
  },
};

export function runDocker(
  args: readonly string[],
  { files, env, endpoint = nobody, interruptedAt = Number.POSITIVE_INFINITY }: Surroundings,
): Printed {
  const { stdout, stderr, exitCode } = runProcess(args, {
    endpoint,
    env: { HOME: '/root', ...env },
    folder: '/home/user',
    files,
    stdin: files['-'],
    interrupted: (passed) => passed >= interruptedAt,
  });
  return { out: stdout, err: stderr, code: exitCode };
}
