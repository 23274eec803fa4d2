// Routes as data: a method, a path with its parameters, and who answers.

import type { Fiber } from './fiber.ts';
import type { Request, Stream } from './http.ts';
import { encodeJson } from './json.ts';
import type { Engine } from './node.ts';
import type { Query } from './query.ts';

/** A request as its handler sees it. */
export interface Call {
  readonly request: Request;
  readonly query: Query;
  /** The values of the parameters in the path, decoded, in their order. */
  readonly params: readonly string[];
  /** The API version in the path, `1.50` when there is none. */
  readonly version: string;
}

export interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body: string | Stream;
}

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** `{}` stands for a part without a slash, `{*}` for one with any. */
  readonly path: string;
  /** What can be answered at once takes no fiber. */
  readonly handle: (engine: Engine, call: Call) => Reply | Fiber<Reply>;
}

export function json(value: unknown, status = 200): Reply {
  return { status, type: 'application/json', body: `${encodeJson(value)}\n` };
}

export function empty(status = 200): Reply {
  return { status, body: '' };
}

/** The route of a method and decoded path, with the values of its parameters. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: readonly string[] } | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const match = patternOf(route.path).exec(path);
    if (match !== null) return { route, params: match.slice(1) };
  }
  return undefined;
}

const patterns = new Map<string, RegExp>();

function patternOf(path: string): RegExp {
  let pattern = patterns.get(path);
  if (pattern === undefined) {
    const source = path.replaceAll('{*}', '(.+)').replaceAll('{}', '([^/]+)');
    pattern = new RegExp(`^${source}$`, 's');
    patterns.set(path, pattern);
  }
  return pattern;
}
