// What a docker process has besides its arguments: an engine, a clock, files, an environment, two streams. The caller gives it; a command
// reaches nothing else.

import type { Fiber } from '../engine/fiber.ts';
import type { Endpoint } from '../engine/http.ts';

export interface DockerHost {
  /** The engine that is asked when neither a flag, the environment nor a context names another. */
  readonly endpoint: Endpoint;
  /** The engine at an address such as `tcp://127.0.0.1:2375`; undefined when nothing listens there. */
  readonly connect: (address: string) => Endpoint | undefined;
  /** The client's clock: microseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (microseconds: number) => Fiber<void>;
  /** All of standard input, as text. */
  readonly stdin: () => string;
  /** @throws FileError in Go's words: `open x: no such file or directory` */
  readonly readFile: (path: string) => string;
  readonly env: ReadonlyMap<string, string>;
  /** An absolute path. */
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Ctrl-C was pressed since the command began. */
  readonly interrupted: () => boolean;
  /** What `~/.docker` holds; the caller keeps it between commands. */
  readonly config: DockerConfig;
}

/** The client's own configuration. Commands such as `docker context use` and `docker login` write to it. */
export interface DockerConfig {
  /** The chosen context; empty for `default`. */
  currentContext: string;
  readonly contexts: Map<string, ContextRecord>;
  /** Default formats by their key in `config.json`: `servicesFormat`, `nodesFormat` ... */
  readonly formats: Map<string, string>;
  /** By registry, as it is written in `config.json`. */
  readonly credentials: Map<string, Credential>;
}

export interface ContextRecord {
  readonly description: string;
  /** The engine's address; empty for the default socket. */
  readonly host: string;
}

export interface Credential {
  readonly username: string;
  readonly password: string;
}

/** A file that cannot be read. The message is Go's. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

export function emptyConfig(): DockerConfig {
  return { currentContext: '', contexts: new Map(), formats: new Map(), credentials: new Map() };
}
