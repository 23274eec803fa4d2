// One docker command against an engine that gives the answers it is told to give: what the command printed and how it ended, and what it asked for.

import { type DockerConfig, emptyConfig } from '../../../src/docker/process.ts';
import type { Endpoint, Request, Response, Stream } from '../../../src/engine/http.ts';
import { atOnce, type Printed, runProcess } from '../run-process.ts';

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

export interface Ran extends Printed {
  readonly requests: readonly Request[];
  /** How many streams the command has let go of. */
  readonly closed: number;
}

const folder = '/srv/project';
const home = '/home/user';

export function runDocker(args: readonly string[], surroundings: Surroundings): Ran {
  const { answer, env, config, files, now, interruptedAfter = Number.POSITIVE_INFINITY } = surroundings;
  const requests: Request[] = [];
  let closed = 0;
  const close = (): void => {
    closed++;
  };
  const endpoint: Endpoint = {
    *request(request) {
      yield* atOnce();
      requests.push(request);
      return responseOf(answer(request), close);
    },
  };
  const printed = runProcess(args, {
    endpoint,
    env: { HOME: home, ...env },
    folder,
    files,
    now,
    config: { ...emptyConfig(), ...config },
    interrupted: (passed) => passed >= interruptedAfter * 1_000_000,
  });
  return { ...printed, requests, closed };
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
