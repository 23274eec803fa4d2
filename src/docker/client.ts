// The client of one engine: it negotiates the version of the API, sends requests, and turns answers that are errors into DaemonErrors.

import type { Fiber } from '../engine/fiber.ts';
import { ConnectionLost, type Endpoint, type Request, type Response, type Stream } from '../engine/http.ts';
import { type Abilities, isOlder } from './abilities.ts';
import type { Address } from './address.ts';
import { CommandFailure, DaemonError } from './failure.ts';

/** The version of the API that this client was written for; it speaks none that is newer. */
export const clientApiVersion = '1.50';
/** What an engine speaks that names no version. */
const unnamedVersion = '1.24';

export interface Client {
  /** As in `tcp://127.0.0.1:2375`. */
  readonly address: string;
  readonly endpoint: Endpoint | undefined;
  /** Why no engine can be asked at all. */
  readonly failure: string | undefined;
  /** The version that is not negotiated but demanded. */
  readonly demanded: string | undefined;
  /** What the engine said of itself; asked for once. */
  abilities: Abilities | undefined;
}

export interface Query {
  readonly [name: string]: string | undefined;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without version and query, not encoded: `/nodes/node1`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: ReadonlyMap<string, string>;
}

/** @param demanded what `DOCKER_API_VERSION` says */
export function createClient({ address, endpoint, failure }: Address, demanded: string | undefined): Client {
  return { address, endpoint, failure, demanded, abilities: undefined };
}

/** Asks the engine, once, for its versions; one that cannot be reached is taken for the newest. */
export function* abilitiesOf(client: Client): Fiber<Abilities> {
  client.abilities ??= yield* ping(client);
  return client.abilities;
}

function* ping(client: Client): Fiber<Abilities> {
  const newest = client.demanded ?? clientApiVersion;
  // What cannot be asked may have experiments; what has no address has none.
  const experimental = client.failure === undefined;
  const unknown: Abilities = { version: newest, experimental, swarm: undefined, system: undefined };
  try {
    let response = yield* transmit(client, 'HEAD', '/_ping');
    if (response.status !== 200 && response.status !== 500)
      response = yield* transmit(client, 'GET', '/_ping');
    const { headers, status } = response;
    const offered = headers.get('api-version');
    const spoken = offered ?? (status === 200 ? unnamedVersion : newest);
    const version = client.demanded ?? (isOlder(spoken, newest) ? spoken : newest);
    if (status !== 200) return { ...unknown, version };
    return {
      version,
      experimental: headers.get('docker-experimental') === 'true',
      swarm: headers.get('swarm'),
      system: headers.get('ostype'),
    };
  } catch (error) {
    if (error instanceof CommandFailure) return unknown;
    throw error;
  }
}

/**
 * Sends a request and gives the answer.
 * @throws DaemonError for an answer that is an error, CommandFailure when there is none
 */
export function* call(client: Client, { method, path, query, body, headers }: Call): Fiber<Response> {
  const { version } = yield* abilitiesOf(client);
  const target = `/v${version}${encodePath(path)}${encodeQuery(query)}`;
  const response = yield* transmit(client, method, target, body, headers);
  if (response.status >= 200 && response.status < 400) return response;
  throw new DaemonError(response.status, refusal(client, target, response, yield* textOf(response)));
}

/** The answer's JSON. Its shape is the engine's word, as `src/engine/api.ts` writes it down. */
export function* fetchJson<T>(client: Client, path: string, query?: Query): Fiber<T> {
  return parseAnswer(yield* fetchText(client, path, query));
}

/** The same for a list; Go writes one without members as `null`. */
export function* fetchList<T>(client: Client, path: string, query?: Query): Fiber<T[]> {
  return (yield* fetchJson<T[] | null>(client, path, query)) ?? [];
}

/** The answer's own bytes. */
export function* fetchText(client: Client, path: string, query?: Query): Fiber<string> {
  const asked = query === undefined ? {} : { query };
  return yield* textOf(yield* call(client, { method: 'GET', path, ...asked }));
}

export function* postJson<T>(client: Client, path: string, body: unknown, query: Query = {}): Fiber<T> {
  return parseAnswer(yield* textOf(yield* call(client, { method: 'POST', path, query, body })));
}

/** A request whose answer has nothing in it. */
export function* send(client: Client, request: Call): Fiber<void> {
  yield* call(client, request);
}

/** @throws CommandFailure for what is no JSON */
export function parseAnswer<T>(text: string): T {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailure(jsonFailure(text));
  }
}

/** Go's words for text that is no JSON, for the cases that occur. */
function jsonFailure(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'EOF';
  const literal = ['null', 'true', 'false'].find((word) => word[0] === trimmed[0]);
  if (literal !== undefined) {
    const at = [...literal].findIndex((letter, index) => letter !== trimmed[index]);
    if (at >= trimmed.length) return 'unexpected EOF';
    return `invalid character '${trimmed[at]}' in literal ${literal} (expecting '${literal[at]}')`;
  }
  if (!/^[[{"0-9-]/.test(trimmed)) return `invalid character '${trimmed[0]}' looking for beginning of value`;
  return 'unexpected EOF';
}

/** All of a body, also of one that comes in pieces. */
export function* textOf({ body }: Response): Fiber<string> {
  if (typeof body === 'string') return body;
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const piece = yield* nextPiece(body);
    if (piece === undefined) return text + decoder.decode();
    text += decoder.decode(piece, { stream: true });
  }
}

/** @throws CommandFailure when the engine is lost */
export function* nextPiece(stream: Stream): Fiber<Uint8Array | undefined> {
  try {
    return yield* stream.next();
  } catch (error) {
    if (error instanceof ConnectionLost) throw new CommandFailure('unexpected EOF');
    throw error;
  }
}

function* transmit(
  { address, endpoint, failure }: Client,
  method: string,
  target: string,
  body?: unknown,
  more: ReadonlyMap<string, string> = new Map(),
): Fiber<Response> {
  if (failure !== undefined) throw new CommandFailure(failure);
  const lost = (): CommandFailure =>
    new CommandFailure(`Cannot connect to the Docker daemon at ${address}. Is the docker daemon running?`);
  if (endpoint === undefined) throw lost();
  const headers = new Map([['user-agent', 'Docker-Client/28.2.2 (linux)'], ...more]);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const request: Request = { method, target, headers, body: body === undefined ? '' : JSON.stringify(body) };
  try {
    return yield* endpoint.request(request);
  } catch (error) {
    if (error instanceof ConnectionLost) throw lost();
    throw error;
  }
}

/** What an answer that is an error says. */
function refusal(client: Client, target: string, { status, headers }: Response, body: string): string {
  const words = statusWords.get(status) ?? '';
  if (body === '') {
    const url = `${urlOf(client.address)}${target}`;
    return `request returned ${status} ${words} for API route and version ${url}, check if the server supports the requested API version`;
  }
  const prefix = 'Error response from daemon: ';
  // A content type with parameters is not known for JSON (D-E1).
  if (headers.get('content-type') !== 'application/json') return prefix + body.trim();
  const { message } = parseRefusal(body);
  if (typeof message === 'string' && message !== '') return prefix + message.trim();
  return `${prefix}API returned a ${status} (${words}) but provided no error-message`;
}

function parseRefusal(body: string): { readonly message?: unknown } {
  try {
    return JSON.parse(body);
  } catch {
    throw new CommandFailure(`Error reading JSON: ${jsonFailure(body)}`);
  }
}

const statusWords: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [409, 'Conflict'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
]);

function urlOf(address: string): string {
  return address.startsWith('unix://')
    ? `http://${encodeURIComponent(address.slice('unix://'.length))}`
    : address.replace(/^tcp:/, 'http:');
}

function encodePath(path: string): string {
  return encodeURIComponent(path)
    .replace(/%(?:2F|24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, percent);
}

/** Keys in ascending order; those without a value are left out. */
function encodeQuery(query: Query = {}): string {
  const pairs = Object.entries(query)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${encodeValue(name)}=${encodeValue(value)}`]))
    .sort((a, b) => (a < b ? -1 : 1));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encodeValue(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
