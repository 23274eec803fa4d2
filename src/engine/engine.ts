// The Docker Engine API of one node, as a function from a request to its response. No sockets: serve/ has those. Several requests may be
// in flight at once; each is a fiber, and none of them blocks the world.

import type { Swarm } from '../cluster/swarm.ts';
import type { ErrorResponse } from './api.ts';
import { EventLog } from './event-log.ts';
import { recordEvents } from './events.ts';
import { RequestFailure } from './failure.ts';
import type { Fiber } from './fiber.ts';
import { ConnectionLost, type Endpoint, type Headers, type Request, type Response } from './http.ts';
import { type Engine, memoryOf, waitFor } from './node.ts';
import { parseQuery, unescapePart } from './query.ts';
import { type Call, findRoute, json, type Reply } from './route.ts';
import { routes } from './routes.ts';
import { apiVersion, checkVersion, engineVersion } from './version.ts';

export interface EngineOptions {
  /** Microseconds since 1970 at virtual time 0. */
  readonly epoch: () => number;
}

/** The engine of a machine, whether it is up or not. What it tells of events begins here. */
export function createEngine(swarm: Swarm, host: string, options: EngineOptions): Endpoint {
  const engine: Engine = { swarm, host, epoch: options.epoch, events: new EventLog() };
  recordEvents(engine);
  return { request: (request) => respond(engine, request) };
}

/** @throws ConnectionLost */
function* respond(engine: Engine, request: Request): Fiber<Response> {
  memoryOf(engine);
  const { world } = engine.swarm;
  // A machine that is frozen takes a connection and says nothing.
  yield* waitFor(engine, () => !world.isPaused(engine.host));
  let reply: Reply;
  try {
    reply = yield* answer(engine, request);
  } catch (error) {
    if (error instanceof ConnectionLost || !(error instanceof RequestFailure)) throw error;
    const body: ErrorResponse = { message: error.message };
    reply = json(body, error.status);
  }
  return {
    status: reply.status,
    headers: headersOf(reply),
    body: request.method === 'HEAD' ? '' : reply.body,
  };
}

function* answer(engine: Engine, request: Request): Fiber<Reply> {
  const [target = '', search = ''] = splitAt(request.target, '?');
  const path = unescapePart(target);
  const versioned = /^\/v([0-9.]+)(\/.*)$/s.exec(path);
  const [, version = apiVersion, rest = path] = versioned ?? [];
  const found = findRoute(routes, request.method, rest);
  if (found === undefined) throw new RequestFailure(404, 'page not found');
  checkVersion(version);
  const call: Call = { request, query: parseQuery(search), params: found.params, version };
  const reply = found.route.handle(engine, call);
  return 'next' in reply ? yield* reply : reply;
}

function splitAt(text: string, mark: string): readonly [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function headersOf({ type, headers }: Reply): Headers {
  return new Map([
    ['api-version', apiVersion],
    ['docker-experimental', 'false'],
    ['ostype', 'linux'],
    ['server', `Docker/${engineVersion} (linux)`],
    ...(type === undefined ? [] : [['content-type', type] as const]),
    ...(headers ?? []),
  ]);
}
