// A docker process of ours, on an engine whose answers are given beforehand.

import type { Fiber } from '../../src/engine/fiber.ts';
import type { Endpoint, Request, Response, Stream } from '../../src/engine/http.ts';
import { answer, type EngineVariant } from './canned.ts';
import { atOnce, type Printed, runProcess, type Surroundings } from './run-process.ts';

export interface Options
  extends Partial<Pick<Surroundings, 'env' | 'files' | 'stdin' | 'now' | 'config' | 'interrupted'>> {
  readonly engine?: EngineVariant;
}

export interface Answered extends Printed {
  /** `GET /v1.50/nodes`, with the body of a request after it; pings are left out. */
  readonly requests: readonly string[];
  readonly pings: readonly string[];
}

/** The address of the engine with canned answers; nothing listens anywhere else. */
export const engineAddress = 'tcp://127.0.0.1:23751';

/** Runs one command line, given as its words. */
export function runDocker(args: readonly string[], options: Options = {}): Answered {
  const seen = { requests: [] as string[], pings: [] as string[] };
  const endpoint = cannedEndpoint(options, seen);
  const printed = runProcess(args, {
    env: { HOME: '/root' },
    folder: '/',
    ...options,
    endpoint,
    connect: (address) => (address === engineAddress ? endpoint : undefined),
  });
  return { ...printed, ...seen };
}

function cannedEndpoint(
  { engine }: Options,
  seen: { readonly requests: string[]; readonly pings: string[] },
): Endpoint {
  return {
    *request({ method, target, body }: Request): Fiber<Response> {
      yield* atOnce();
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
      yield* atOnce();
      if (at >= bytes.length) return undefined;
      const piece = bytes.slice(at, at + 100);
      at += 100;
      return piece;
    },
    close: () => {},
  };
}
