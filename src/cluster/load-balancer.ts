// A load balancer outside the swarm, as people put one before it: a machine with a list of backends, ports of nodes mostly. It knows
// nothing of services. It asks each backend from time to time whether it is well, and gives requests to those that are, one after another.

import type { Answer, PortAnswer, PortRequest } from '../model/traffic.ts';
import { assert, unreachable } from '../sim/assert.ts';
import type { Context } from '../sim/context.ts';
import { refuse } from './requests.ts';
import type { SwarmTypes } from './types.ts';

export interface LoadBalancerConfig {
  readonly role: 'load-balancer';
  /** Its IP address. */
  readonly addr: string;
  /** Where it listens. */
  readonly port: number;
  readonly backends: readonly { readonly host: string; readonly port: number }[];
  /** Microseconds from one health check of a backend to the next. */
  readonly checkEvery: number;
  /** How long a backend may take to answer, a check or a request; microseconds. */
  readonly timeout: number;
  /** So many good checks in a row bring a backend back, and so many bad ones take it out. */
  readonly rise: number;
  readonly fall: number;
}

/** Plain data. */
export interface LoadBalancerMemory {
  readonly role: 'load-balancer';
  /** In the order of the config. */
  readonly backends: Backend[];
  /** The number of the backend that had the last request. */
  turn: number;
  /** What was asked of backends and is not answered, by number. */
  readonly pending: Map<number, Pending>;
  last: number;
}

/** What the balancer thinks of a backend. */
export interface Backend {
  up: boolean;
  /** Checks in a row that spoke against what it thinks. */
  against: number;
}

interface Pending {
  readonly backend: number;
  /** Undefined for a check. */
  readonly request: PortRequest | undefined;
  readonly timer: number;
}

export type LoadBalancerTimer =
  | { readonly kind: 'balancer.check' }
  | { readonly kind: 'balancer.timeout'; readonly id: number };

type BalancerContext = Context<SwarmTypes>;

const badGateway = 502;
const serviceUnavailable = 503;
const gatewayTimeout = 504;

/** All backends count as well until checks say otherwise. */
export function bootLoadBalancer(
  context: BalancerContext,
  { backends }: LoadBalancerConfig,
): LoadBalancerMemory {
  context.later(0, { kind: 'balancer.check' });
  return {
    role: 'load-balancer',
    backends: backends.map(() => ({ up: true, against: 0 })),
    turn: -1,
    pending: new Map(),
    // Not from 1: an answer from before a crash must not be taken for a new one.
    last: context.random(`requests/${context.host}`, 2 ** 30),
  };
}

export function handleLoadBalancer(
  context: BalancerContext,
  config: LoadBalancerConfig,
  memory: LoadBalancerMemory,
  body: LoadBalancerTimer | PortRequest | PortAnswer,
): void {
  switch (body.kind) {
    case 'balancer.check':
      context.later(config.checkEvery, { kind: 'balancer.check' });
      for (const backend of memory.backends.keys()) ask(context, config, memory, backend, undefined);
      return;
    case 'balancer.timeout':
      answered(context, config, memory, body.id, undefined);
      return;
    case 'request':
      if (body.port === config.port && body.protocol === 'tcp') pass(context, config, memory, body);
      else refuse(context, body);
      return;
    case 'request.answered':
      answered(context, config, memory, body.id, body.answer);
      return;
    default:
      unreachable(body);
  }
}

/** To the next backend that is up. */
function pass(
  context: BalancerContext,
  config: LoadBalancerConfig,
  memory: LoadBalancerMemory,
  request: PortRequest,
): void {
  const count = memory.backends.length;
  for (let step = 1; step <= count; step++) {
    const backend = (memory.turn + step) % count;
    if (!memory.backends[backend]?.up) continue;
    memory.turn = backend;
    ask(context, config, memory, backend, request);
    return;
  }
  sendAnswer(context, request, failure(context, request, serviceUnavailable));
}

function ask(
  context: BalancerContext,
  config: LoadBalancerConfig,
  memory: LoadBalancerMemory,
  backend: number,
  request: PortRequest | undefined,
): void {
  const { host, port } = config.backends[backend] ?? {};
  assert(host !== undefined && port !== undefined, 'the balancer knows its backends');
  memory.last += 1;
  const id = memory.last;
  const timer = context.later(config.timeout, { kind: 'balancer.timeout', id });
  memory.pending.set(id, { backend, request, timer });
  context.send(host, {
    kind: 'request',
    id,
    route: [context.host],
    port,
    protocol: 'tcp',
    client: config.addr,
  });
}

/** A backend has answered, or was silent for too long. */
function answered(
  context: BalancerContext,
  { rise, fall }: LoadBalancerConfig,
  memory: LoadBalancerMemory,
  id: number,
  found: Answer | undefined,
): void {
  const pending = memory.pending.get(id);
  if (pending === undefined) return;
  memory.pending.delete(id);
  context.cancel(pending.timer);
  const { request } = pending;
  if (request !== undefined) {
    const status = found === undefined ? gatewayTimeout : badGateway;
    const failed = failure(context, request, status);
    // A request is not tried again elsewhere: it may have had an effect.
    sendAnswer(context, request, found?.kind === 'response' ? found : failed);
    return;
  }
  const backend = memory.backends[pending.backend];
  assert(backend !== undefined, 'the balancer knows its backends');
  const well = found?.kind === 'response' && found.status < 400;
  backend.against = well === backend.up ? 0 : backend.against + 1;
  if (backend.against < (backend.up ? fall : rise)) return;
  backend.up = !backend.up;
  backend.against = 0;
}

function failure({ host }: BalancerContext, { client }: PortRequest, status: number): Answer {
  return { kind: 'response', status, by: { taskId: '', name: host, host, client } };
}

function sendAnswer(context: BalancerContext, { id, route }: PortRequest, answer: Answer): void {
  const to = route[route.length - 1];
  assert(to !== undefined, 'a request comes from somewhere');
  context.send(to, { kind: 'request.answered', id, route: route.slice(0, -1), answer });
}
