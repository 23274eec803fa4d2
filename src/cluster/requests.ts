// Clients of services: who sends requests from a machine, one or a stream of them, and waits for each answer. Their state is plain data in
// the memory of the machine; how each request ended is noted for those who watch.

import type { Answer, PortAnswer, PortRequest, Protocol } from '../model/traffic.ts';
import { assert, unreachable } from '../sim/assert.ts';
import type { Context } from '../sim/context.ts';
import type { SwarmTypes } from './types.ts';

/** Where requests go. */
export type Target =
  /** A port of a machine, from this machine. */
  | { readonly kind: 'port'; readonly host: string; readonly port: number; readonly protocol: Protocol }
  /** A name or address in the networks of a container here. */
  | { readonly kind: 'container'; readonly taskId: string; readonly to: string; readonly port: number };

/** A stream of requests. */
export interface Stream {
  readonly target: Target;
  /** Microseconds from one to the next. */
  readonly every: number;
  /** How long each may take, microseconds. */
  readonly timeout: number;
  /** How many are yet to be sent. */
  left: number;
}

/** Plain data. */
export interface Requests {
  /** By the number that whoever began it gave it. */
  readonly streams: Map<number, Stream>;
  /** Requests under way, by number. */
  readonly pending: Map<number, Pending>;
  last: number;
}

export interface Pending {
  readonly stream: number;
  /** When it was sent, this host's clock. */
  readonly sentAt: number;
  readonly timer: number;
}

/** How a request ended, for its client: `silent`, nothing came in time; `unknown`, the name does not resolve. */
export type Ending = Answer | { readonly kind: 'silent' } | { readonly kind: 'unknown' };

export type RequestsTimer =
  | { readonly kind: 'requests.next'; readonly stream: number }
  | { readonly kind: 'requests.timeout'; readonly id: number };

export type RequestsCommand =
  | {
      readonly kind: 'requests.start';
      readonly stream: number;
      readonly target: Target;
      readonly every: number;
      readonly timeout: number;
      readonly count: number;
    }
  | { readonly kind: 'requests.stop'; readonly stream: number };

/** Told of every request that is sent, and of its end. */
export type RequestsNote =
  | { readonly kind: 'request.sent'; readonly stream: number }
  | {
      readonly kind: 'request.ended';
      readonly stream: number;
      readonly ending: Ending;
      /** Microseconds it took. */
      readonly time: number;
    };

/** What a machine does for its clients; a machine without containers sends for none. */
export interface RequestsContext
  extends Pick<Context<SwarmTypes>, 'host' | 'now' | 'send' | 'later' | 'cancel' | 'random' | 'note'> {
  /** This machine's IP address. */
  readonly addr: string;
  /** Sends a request for a container here. @returns false when the name does not resolve, or the container does not run */
  sendFrom(id: number, target: Extract<Target, { readonly kind: 'container' }>): boolean;
}

/** What happens to the clients of a machine. */
export type RequestsEvent = RequestsCommand | RequestsTimer | PortAnswer;

export function requestsContext(
  context: Context<SwarmTypes>,
  addr: string,
  sendFrom: RequestsContext['sendFrom'],
): RequestsContext {
  return {
    host: context.host,
    addr,
    now: () => context.now(),
    send: (to, body) => context.send(to, body),
    later: (delay, body) => context.later(delay, body),
    cancel: (timer) => context.cancel(timer),
    random: (stream, bound) => context.random(stream, bound),
    note: (note) => context.note(note),
    sendFrom,
  };
}

/** Something happens to the clients of a machine, which keeps them in its memory. */
export function handleRequests(
  context: RequestsContext,
  memory: { requests: Requests | undefined },
  event: RequestsEvent,
): void {
  memory.requests ??= {
    streams: new Map(),
    pending: new Map(),
    // Not from 1: an answer to a request from before a crash must not be taken for one to a new request.
    last: context.random(`requests/${context.host}`, 2 ** 30),
  };
  const { requests } = memory;
  switch (event.kind) {
    case 'requests.start': {
      const { stream, target, every, timeout, count } = event;
      assert(every > 0 && count > 0, 'a stream of requests goes on');
      requests.streams.set(stream, { target, every, timeout, left: count });
      sendNext(context, requests, stream);
      return;
    }
    case 'requests.stop':
      requests.streams.delete(event.stream);
      return;
    case 'requests.next':
      sendNext(context, requests, event.stream);
      return;
    case 'requests.timeout':
      end(context, requests, event.id, { kind: 'silent' });
      return;
    case 'request.answered':
      // It has come too late, or twice.
      if (!requests.pending.has(event.id)) return;
      end(context, requests, event.id, event.answer);
      return;
    default:
      unreachable(event);
  }
}

/** Nobody listens at any port here. */
export function refuse(context: Pick<Context<SwarmTypes>, 'send'>, { id, route }: PortRequest): void {
  const to = route[route.length - 1];
  assert(to !== undefined, 'a request comes from somewhere');
  context.send(to, { kind: 'request.answered', id, route: route.slice(0, -1), answer: { kind: 'refused' } });
}

function sendNext(context: RequestsContext, requests: Requests, number: number): void {
  const stream = requests.streams.get(number);
  if (stream === undefined) return;
  stream.left -= 1;
  if (stream.left > 0) context.later(stream.every, { kind: 'requests.next', stream: number });
  else requests.streams.delete(number);

  requests.last += 1;
  const id = requests.last;
  const timer = context.later(stream.timeout, { kind: 'requests.timeout', id });
  requests.pending.set(id, { stream: number, sentAt: context.now(), timer });
  context.note({ kind: 'request.sent', stream: number });
  const { target } = stream;
  if (target.kind === 'container') {
    if (!context.sendFrom(id, target)) end(context, requests, id, { kind: 'unknown' });
    return;
  }
  const { host, port, protocol } = target;
  context.send(host, { kind: 'request', id, route: [context.host], port, protocol, client: context.addr });
}

function end(context: RequestsContext, requests: Requests, id: number, ending: Ending): void {
  const pending = requests.pending.get(id);
  assert(pending !== undefined, 'a request ends once');
  requests.pending.delete(id);
  context.cancel(pending.timer);
  context.note({
    kind: 'request.ended',
    stream: pending.stream,
    ending,
    time: context.now() - pending.sentAt,
  });
}
