// A docker process of ours, on an engine whose answers are given beforehand.

import { docker } from '../../src/docker/docker.ts';
import { type DockerConfig, type DockerHost, emptyConfig, FileError } from '../../src/docker/process.ts';
import type { Fiber } from '../../src/engine/fiber.ts';
import type { Endpoint, Request, Response, Stream } from '../../src/engine/http.ts';
import { answer, type EngineVariant } from './canned.ts';

export interface Options {
  readonly engine?: EngineVariant;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Microseconds since 1970. */
  readonly now?: number;
  readonly config?: DockerConfig;
  readonly interrupted?: () => boolean;
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** `GET /v1.50/nodes`, with the body of a request after it; pings are left out. */
  readonly requests: readonly string[];
  readonly pings: readonly string[];
}

/** The address of the engine with canned answers; nothing listens anywhere else. */
export const engineAddress = 'tcp://127.0.0.1:23751';

/** Runs one command line, given as its words. */
export function runDocker(args: readonly string[], options: Options = {}): Printed {
  const { env = { HOME: '/root' }, files = {}, stdin = '', now = 0, config = emptyConfig() } = options;
  const printed = { stdout: '', stderr: '', requests: [] as string[], pings: [] as string[] };
  const endpoint = cannedEndpoint(options, printed);
  let slept = 0;
  const host: DockerHost = {
    endpoint,
    connect: (address) => (address === engineAddress ? endpoint : undefined),
    now: () => now + slept,
    *sleep(microseconds) {
      yield* whenReady();
      slept += microseconds;
    },
    stdin: () => stdin,
    readFile: (path) => {
      const content = new Map(Object.entries(files)).get(path);
      if (content === undefined) throw new FileError(`open ${path}: no such file or directory`);
      return content;
    },
    env: new Map(Object.entries(env)),
    cwd: '/',
    out: (text) => {
      printed.stdout += text;
    },
    err: (text) => {
      printed.stderr += text;
    },
    interrupted: options.interrupted ?? (() => false),
    config,
  };
  const exitCode = finish(docker(args, host));
  return { ...printed, exitCode };
}

/** Runs a fiber that has what it waits for. */
export function finish<R>(fiber: Fiber<R>): R {
  for (;;) {
    const step = fiber.next();
    if (step.done === true) return step.value;
    if (!step.value.until()) throw new Error('the command waits for something');
  }
}

/** Something that takes a while, and is there at once. */
function* whenReady(): Fiber<void> {
  yield { until: () => true, deadline: Number.POSITIVE_INFINITY };
}

function cannedEndpoint(
  { engine }: Options,
  seen: { readonly requests: string[]; readonly pings: string[] },
): Endpoint {
  return {
    *request({ method, target, body }: Request): Fiber<Response> {
      yield* whenReady();
      if (target.endsWith('/_ping')) seen.pings.push(`${method} ${target}`);
      else seen.requests.push(`${method} ${decodeURIComponent(target)}${body === '' ? '' : ` ${body}`}`);
      const { status, headers, body: sent } = answer(method, target, engine);
      const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
      const text = String(sent);
      const streams = /\/(?:events|images\/create)(?:\?|$)/.test(target);
      return { status, headers: new Map(named), body: streams ? streamOf(text) : text };
    },
  };
}

/** A body in pieces that know nothing of its lines. */
function streamOf(text: string): Stream {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return {
    *next() {
      yield* whenReady();
      if (at >= bytes.length) return undefined;
      const piece = bytes.slice(at, at + 100);
      at += 100;
      return piece;
    },
    close: () => {},
  };
}
