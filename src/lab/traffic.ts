// Requests that a script sends to services: where they come from and go to, what became of them, and what curl would print.

import type { Ending, RequestsNote, Target } from '../cluster/requests.ts';
import type { Swarm } from '../cluster/swarm.ts';
import { millisecond, second } from '../model/duration.ts';
import type { Audience } from './audience.ts';
import { ScenarioFailure } from './failure.ts';
import { duration } from './options.ts';
import { containersOn } from './views.ts';

export interface RequestOptions {
  /** A machine; or a container by its task (`web.1`), or the first of a service (`web`). Default: `client`, a machine outside the swarm. */
  readonly from?: string;
  /** How long an answer may take; default `1s`. */
  readonly timeout?: string;
}

export interface TrafficOptions extends RequestOptions {
  /** `worker2:8080`, a port of a machine; from a container also a name or address in its networks: `db`, `tasks.db:5432`, `10.0.1.2`. */
  readonly to: string;
  /** Between two requests, `10ms`. */
  readonly every?: string;
  /** Instead of `every`; default 10. */
  readonly perSecond?: number;
}

/** How a request ended. */
export interface Reply {
  /** The task that answered, `web.1`; empty when none did. */
  readonly task: string;
  /** The machine that answered; empty when none did. */
  readonly node: string;
  /** Where the request came from, as the task saw it. */
  readonly client: string;
  /** What curl prints; empty when all went well. */
  readonly error: string;
  /** Seconds. */
  readonly time: number;
}

/** The machine that requests come from, unless a script says otherwise. */
const clientName = 'client';
const defaultTimeout = '1s';
const defaultPerSecond = 10;
const defaultPort = 80;
/** So many requests are as good as without end. */
const endless = Number.MAX_SAFE_INTEGER;

type Until = (what: string, condition: () => boolean, limit: string) => void;

/** Everybody who uses services of a swarm. */
export class Outside {
  readonly #swarm: Swarm;
  readonly #audience: Audience;
  readonly #until: Until;

  constructor(swarm: Swarm, audience: Audience, until: Until) {
    this.#swarm = swarm;
    this.#audience = audience;
    this.#until = until;
  }

  traffic({ to, from, timeout = defaultTimeout, every, perSecond }: TrafficOptions): Traffic {
    const gap = gapOf(every, perSecond);
    const limit = timeoutOf(timeout);
    const origin = this.#origin(from, to);
    const traffic = new Traffic(
      to,
      () => this.#swarm.stopRequests(origin.host, number),
      () => this.#swarm.areUnderWay(origin.host, number),
      () => {
        this.#until(`the requests to ${to} to end`, () => traffic.ended, '1h');
        this.#audience.requested(from ?? clientName, traffic.summary());
      },
    );
    this.#audience.requested(from ?? clientName, `sends a request to ${to} every ${gap / millisecond} ms`);
    const stream = { target: origin.target, every: gap, timeout: limit };
    const number = this.#swarm.startRequests(origin.host, stream, endless, (note) => traffic.hear(note));
    return traffic;
  }

  request(to: string, options: RequestOptions): Reply {
    const replyTo = this.send(to, options);
    this.#until(`a request to ${to} to end`, () => replyTo() !== undefined, '1h');
    const reply = replyTo();
    if (reply === undefined) throw new Error('a request that has ended has a reply');
    const answered = `is answered by ${reply.task === '' ? reply.node : `${reply.task} on ${reply.node}`}`;
    const text = reply.error === '' ? answered : reply.error;
    this.#audience.requested(options.from ?? clientName, `asks ${to}: ${text}`);
    return reply;
  }

  /** Sends one request. Returns what tells its reply, once it has ended. */
  send(to: string, { from, timeout = defaultTimeout }: RequestOptions): () => Reply | undefined {
    const origin = this.#origin(from, to);
    const stream = { target: origin.target, every: second, timeout: timeoutOf(timeout) };
    let reply: Reply | undefined;
    this.#swarm.startRequests(origin.host, stream, 1, (note) => {
      if (note.kind === 'request.ended') reply = replyOf(note, to);
    });
    return () => reply;
  }

  #origin(from: string | undefined, to: string): { readonly host: string; readonly target: Target } {
    const [, name = '', port = String(defaultPort), protocol] =
      /^([A-Za-z0-9_.-]+)(?::(\d+)(?:\/(tcp|udp|sctp))?)?$/.exec(to) ?? [];
    if (name === '') {
      throw new ScenarioFailure(
        `requests go to something like worker2:8080 or db, not ${JSON.stringify(to)}`,
      );
    }
    const hosts = this.#swarm.world.hostNames();
    const origin = from ?? clientName;
    const container = hosts.includes(origin) || from === undefined ? undefined : this.#container(origin);
    if (hosts.includes(name)) {
      const target = {
        kind: 'port',
        host: name,
        port: Number(port),
        protocol: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp',
      } as const;
      if (from === undefined && !hosts.includes(clientName)) this.#swarm.addClient(clientName);
      return { host: this.#running(container?.host ?? origin), target };
    }
    if (container !== undefined) {
      const { host, taskId } = container;
      return { host, target: { kind: 'container', taskId, to: name, port: Number(port) } };
    }
    throw new ScenarioFailure(
      `there is no machine ${name}; there are ${hosts.join(', ')}. Names of services resolve in containers alone: say from which (from: 'web.1')`,
    );
  }

  #running(host: string): string {
    if (!this.#swarm.world.isUp(host)) throw new ScenarioFailure(`${host} is down and sends nothing`);
    return host;
  }

  /** The container of a task, or the first of a service. */
  #container(name: string): { readonly host: string; readonly taskId: string } {
    for (const { name: host } of this.#swarm.machines) {
      const found = containersOn(this.#swarm, host).find(
        (each) => each.name === name || each.name.startsWith(`${name}.`),
      );
      if (found !== undefined) return { host, taskId: found.taskId };
    }
    throw new ScenarioFailure(`no machine and no container is called ${name}`);
  }
}

/** A stream of requests, and what has become of them so far. */
export class Traffic {
  readonly #to: string;
  readonly #halt: () => void;
  readonly #underWay: () => boolean;
  readonly #wait: () => void;
  readonly #byTask = new Map<string, number>();
  readonly #byNode = new Map<string, number>();
  #sent = 0;
  #answered = 0;
  #refused = 0;
  #closed = 0;
  #timedOut = 0;
  #unresolved = 0;
  #httpErrors = 0;
  #slowest = 0;

  /** @param halt sends no more @param underWay whether some have not ended @param wait lets the world go on until all have */
  constructor(to: string, halt: () => void, underWay: () => boolean, wait: () => void) {
    this.#to = to;
    this.#halt = halt;
    this.#underWay = underWay;
    this.#wait = wait;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Answered well. */
  get answered(): number {
    return this.#answered;
  }

  /** Nobody listened. */
  get refused(): number {
    return this.#refused;
  }

  /** Closed before there was an answer: the container was killed over it. */
  get closed(): number {
    return this.#closed;
  }

  /** No answer came in time. */
  get timedOut(): number {
    return this.#timedOut;
  }

  /** The name was not known. */
  get unresolved(): number {
    return this.#unresolved;
  }

  /** Answers with an HTTP error, of a program or of a load balancer. */
  get httpErrors(): number {
    return this.#httpErrors;
  }

  /** All that have ended and were not answered well. */
  get failed(): number {
    return this.#refused + this.#closed + this.#timedOut + this.#unresolved + this.#httpErrors;
  }

  /** Good answers by the task that gave them. */
  get byTask(): ReadonlyMap<string, number> {
    return this.#byTask;
  }

  /** Good answers by the machine that gave them. */
  get byNode(): ReadonlyMap<string, number> {
    return this.#byNode;
  }

  /** How long the slowest good answer took, seconds. */
  get slowest(): number {
    return this.#slowest;
  }

  /** Sends no more, and waits until what is under way has ended. */
  stop(): this {
    this.halt();
    this.#wait();
    return this;
  }

  /** Sends no more. */
  halt(): void {
    this.#halt();
  }

  /** No request is under way. When the machine they came from has crashed nobody knows how the last of them would have ended. */
  get ended(): boolean {
    return !this.#underWay();
  }

  /** Takes what has become of a request. */
  hear(note: RequestsNote): void {
    if (note.kind === 'request.sent') {
      this.#sent += 1;
      return;
    }
    const { task, node, error, time } = replyOf(note, this.#to);
    if (error === '') {
      this.#answered += 1;
      this.#slowest = Math.max(this.#slowest, time);
      count(this.#byTask, task);
      count(this.#byNode, node);
      return;
    }
    switch (note.ending.kind) {
      case 'response':
        this.#httpErrors += 1;
        break;
      case 'refused':
        this.#refused += 1;
        break;
      case 'closed':
        this.#closed += 1;
        break;
      case 'silent':
        this.#timedOut += 1;
        break;
      case 'unknown':
        this.#unresolved += 1;
    }
  }

  /** One line of the story. */
  summary(): string {
    const kinds = [
      ['refused', this.#refused],
      ['closed early', this.#closed],
      ['timed out', this.#timedOut],
      ['not resolved', this.#unresolved],
      ['answered with an error', this.httpErrors],
    ] as const;
    const failures = kinds.filter(([, number]) => number > 0).map(([what, number]) => `${number} ${what}`);
    return `has sent ${this.#sent} requests to ${this.#to}: ${[`${this.#answered} answered`, ...failures].join(', ')}`;
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function replyOf(
  { ending, time }: Extract<RequestsNote, { readonly kind: 'request.ended' }>,
  to: string,
): Reply {
  const error = errorText(ending, to, Math.floor(time / millisecond));
  const by = ending.kind === 'response' ? ending.by : undefined;
  return {
    task: by === undefined || by.taskId === '' ? '' : by.name,
    node: by?.host ?? '',
    client: by?.client ?? '',
    error,
    time: time / second,
  };
}

/** What `curl --fail` prints to its standard error (7.88). */
function errorText(ending: Ending, to: string, milliseconds: number): string {
  const [host = '', port = String(defaultPort)] = to.replace(/\/.*$/, '').split(':');
  switch (ending.kind) {
    case 'response':
      return ending.status < 400 ? '' : `curl: (22) The requested URL returned error: ${ending.status}`;
    case 'refused':
      return `curl: (7) Failed to connect to ${host} port ${port} after ${milliseconds} ms: Couldn't connect to server`;
    case 'closed':
      return 'curl: (52) Empty reply from server';
    case 'silent':
      return `curl: (28) Connection timed out after ${milliseconds} milliseconds`;
    case 'unknown':
      return `curl: (6) Could not resolve host: ${host}`;
  }
}

function gapOf(every: string | undefined, perSecond = defaultPerSecond): number {
  if (every !== undefined) {
    const gap = duration('traffic.every', every);
    if (gap <= 0) throw new ScenarioFailure(`traffic.every must be more than nothing, not ${every}`);
    return gap;
  }
  if (!Number.isSafeInteger(perSecond) || perSecond < 1 || perSecond > second) {
    throw new ScenarioFailure(`traffic.perSecond must be a whole number from 1, not ${perSecond}`);
  }
  return Math.floor(second / perSecond);
}

function timeoutOf(text: string): number {
  const timeout = duration('timeout', text);
  if (timeout <= 0) throw new ScenarioFailure(`a timeout must be more than nothing, not ${text}`);
  return timeout;
}

/** `4789/udp` as it is, `7946` in each protocol. */
export function firewallPorts(text: string): readonly string[] {
  const [, port, protocol] = /^(\d+)(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  if (port === undefined) {
    throw new ScenarioFailure(`a port must be like 4789/udp or 7946, not ${JSON.stringify(text)}`);
  }
  return protocol === undefined ? [`${port}/tcp`, `${port}/udp`] : [`${port}/${protocol}`];
}
