// Requests and responses as engines and docker clients exchange them: HTTP without sockets. serve/ puts them on real ones.

import type { Fiber } from './fiber.ts';

/** Header names are in lower case. */
export type Headers = ReadonlyMap<string, string>;

export interface Request {
  readonly method: string;
  /** The path and query as sent, still encoded: `/v1.50/services?status=true`. */
  readonly target: string;
  readonly headers: Headers;
  /** UTF-8 text. */
  readonly body: string;
}

/** A body that comes in pieces while time passes: logs that are followed, events. */
export interface Stream {
  /** The next piece; undefined at the end. */
  readonly next: () => Fiber<Uint8Array | undefined>;
  /** The client has gone. */
  readonly close: () => void;
}

export interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | Stream;
}

/** One engine, as its clients reach it. */
export interface Endpoint {
  /** @throws ConnectionLost when no engine answers, or it dies before its answer */
  readonly request: (request: Request) => Fiber<Response>;
}

/** There is no answer and there will be none: the machine is down, or went down. A stream's `next` throws it too. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor() {
    super('the connection to the engine is lost');
  }
}
