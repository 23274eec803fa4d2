// The engines of all machines on one port: `/worker1/v1.50/services` is the engine of worker1, a path without a machine that of the first one.
// Part of the rim: sockets.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ConnectionLost, type Request, type Stream } from '../engine/http.ts';
import { WorldLeft } from '../lab/fibers.ts';
import type { Session } from '../lab/session.ts';
import { refusal } from './guard.ts';
import { LabRoutes } from './lab-routes.ts';
import type { Clockwork } from './pacer.ts';

/** The largest body: a config of a thousand kilobytes, in base64, and what is around it. */
const mostBody = 4 * 1024 * 1024;
/** How long a client may take to send a request, milliseconds. */
const sendLimit = 30_000;
const mostConnections = 1_000;

/** A server for the engines of a session; it does not listen yet. */
export function createEngineServer(session: Session, clockwork: Clockwork): Server {
  const labRoutes = new LabRoutes(session, clockwork);
  const server = createServer({
    requestTimeout: sendLimit,
    headersTimeout: sendLimit,
    keepAliveTimeout: 60_000,
    // Node would refuse without a word.
    requireHostHeader: false,
  });
  server.maxConnections = mostConnections;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const why = refusal(request.headers.host, request.headers.origin);
    if (why !== undefined) {
      refuse(response, 403, why);
      return;
    }
    readBody(request, (body) => {
      if (body === undefined) {
        response.setHeader('connection', 'close');
        refuse(response, 413, `request body too large: at most ${mostBody} bytes`);
        return;
      }
      route(session, clockwork, labRoutes, request, body, response);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    const text = JSON.stringify({ message: status.slice(4) });
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
    );
  });
  return server;
}

function route(
  session: Session,
  clockwork: Clockwork,
  labRoutes: LabRoutes,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const { method = 'GET', url = '/' } = request;
  const [path = ''] = url.split('?');
  if (path === '/lab/command' || path === '/lab/story') {
    const needed = path === '/lab/command' ? 'POST' : 'GET';
    if (method !== needed) {
      response.setHeader('allow', needed);
      refuse(response, 405, `${path} takes ${needed}, not ${method}`);
    } else if (needed === 'POST') labRoutes.command(body, response);
    else labRoutes.story(request, response);
    return;
  }
  const [machine, target] = machineOf(session, url);
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  serveEngine(session, clockwork, machine, { method, target, headers, body }, response);
}

/** The machine that a path begins with, and the rest of it. */
function machineOf({ swarm }: Session, url: string): readonly [machine: string, target: string] {
  const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/s.exec(url) ?? [];
  if (swarm.machines.some((machine) => machine.name === name))
    return [name, rest.startsWith('/') ? rest : `/${rest}`];
  return [swarm.machines[0]?.name ?? '', url];
}

function serveEngine(
  session: Session,
  clockwork: Clockwork,
  machine: string,
  request: Request,
  response: ServerResponse,
): void {
  const task = clockwork.start(session.engine(machine).request(request), (end) => {
    if (response.destroyed) return;
    if ('error' in end) {
      // A machine that is off refuses connections; ours has been taken already, so it is dropped.
      if (end.error instanceof ConnectionLost || end.error instanceof WorldLeft) response.destroy();
      else refuse(response, 500, `a defect of swarmlab: ${messageOf(end.error)}`);
      return;
    }
    const { status, headers, body } = end.result;
    response.writeHead(status, Object.fromEntries(headers));
    if (typeof body === 'string') response.end(body);
    else pump(session, clockwork, body, response);
  });
  response.on('close', () => task.cancel());
}

/** Hands on a body piece by piece, as fast as its reader reads. */
function pump(session: Session, clockwork: Clockwork, stream: Stream, response: ServerResponse): void {
  response.flushHeaders();
  const { swarm } = session;
  let open = true;
  const next = (): void => {
    if (!open) return;
    // A world that was left while a slow reader had its turn: nothing comes from there any more.
    if (session.swarm !== swarm) {
      response.destroy();
      return;
    }
    const task = clockwork.start(stream.next(), (end) => {
      if (!open) return;
      if ('error' in end) response.destroy();
      else if (end.result === undefined) response.end();
      // What comes after each other at once must not grow the stack.
      else if (response.write(end.result)) setImmediate(next);
      else response.once('drain', next);
    });
    cancel = () => task.cancel();
  };
  let cancel = (): void => {};
  response.on('close', () => {
    open = false;
    cancel();
    stream.close();
  });
  next();
}

/** @param then is given undefined for a body that is too large */
function readBody(request: IncomingMessage, then: (body: string | undefined) => void): void {
  // What would be too large is not waited for.
  if (Number(request.headers['content-length']) > mostBody) {
    request.resume();
    then(undefined);
    return;
  }
  const pieces: Buffer[] = [];
  let size = 0;
  request.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size <= mostBody) pieces.push(piece);
    else if (size - piece.length <= mostBody) then(undefined);
  });
  request.on('end', () => {
    if (size <= mostBody) then(Buffer.concat(pieces).toString('utf8'));
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const text = `${JSON.stringify({ message })}\n`;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}
