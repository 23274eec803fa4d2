// Runs requests against engines in a swarm of their own, as a client would send them.

import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { Fiber } from '../../src/engine/fiber.ts';
import type { Endpoint, Response, Stream } from '../../src/engine/http.ts';
import { Fibers } from '../../src/lab/fibers.ts';

/** 2026-01-05T10:00:00Z, microseconds. */
export const epoch = 1_767_607_200_000_000;

/** Lets the world run until a fiber ends. */
export function drive<R>(swarm: Swarm, fiber: Fiber<R>): R {
  for (;;) {
    const step = fiber.next();
    if (step.done) return step.value;
    const { until, deadline } = step.value;
    const { world } = swarm;
    while (!until() && world.now < deadline) {
      const limit = Math.min(deadline, world.nextAt ?? deadline);
      if (!Number.isFinite(limit)) throw new Error('a fiber waits for what will never be');
      if (!world.step(limit)) world.runUntil(limit);
    }
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Response['headers'];
  /** Of a stream all that came until its end. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** A swarm with an engine on every machine. */
export class Bench {
  readonly swarm: Swarm;
  readonly #engines = new Map<string, Endpoint>();

  constructor(swarm: Swarm) {
    this.swarm = swarm;
    for (const { name } of swarm.machines) {
      this.#engines.set(name, createEngine(swarm, name, { epoch: () => epoch }));
    }
  }

  /** Machines in no swarm yet. */
  static bare(managers: number, workers: number, seed = 'engine'): Bench {
    return new Bench(Swarm.create(seed, ordinaryCluster(managers, workers)));
  }

  static assembled(managers: number, workers: number, seed = 'engine'): Bench {
    const bench = Bench.bare(managers, workers, seed);
    assembleSwarm(bench.swarm);
    return bench;
  }

  engine(host: string): Endpoint {
    const engine = this.#engines.get(host);
    if (engine === undefined) throw new Error(`there is no engine on ${host}`);
    return engine;
  }

  /** A request without its response. */
  start(
    host: string,
    method: string,
    target: string,
    body?: unknown,
    headers: readonly [string, string][] = [],
  ): Fiber<Response> {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const type: [string, string][] = body === undefined ? [] : [['content-type', 'application/json']];
    return this.engine(host).request({ method, target, headers: new Map([...type, ...headers]), body: text });
  }

  send(
    host: string,
    method: string,
    target: string,
    body?: unknown,
    headers: readonly [string, string][] = [],
  ): Answer {
    const response = drive(this.swarm, this.start(host, method, target, body, headers));
    if (typeof response.body === 'string') {
      return { ...response, text: response.body, bytes: new TextEncoder().encode(response.body) };
    }
    const parts: number[] = [];
    for (;;) {
      const part = drive(this.swarm, response.body.next());
      if (part === undefined) break;
      parts.push(...part);
    }
    const bytes = new Uint8Array(parts);
    return {
      status: response.status,
      headers: response.headers,
      text: new TextDecoder().decode(bytes),
      bytes,
    };
  }

  /** What a stream brings within a time, microseconds, as text. */
  readFor(stream: Stream, duration: number): string {
    const fibers = new Fibers(this.swarm);
    const end = this.swarm.world.now + duration;
    let text = '';
    const read = (): void => {
      fibers.start(stream.next(), (ended) => {
        if ('error' in ended || ended.result === undefined) return;
        text += new TextDecoder().decode(ended.result);
        read();
      });
    };
    read();
    while (fibers.step(end)) {}
    return text;
  }

  /** Requests that are all in flight at once. */
  sendAll(host: string, targets: readonly string[]): readonly Response[] {
    const fibers = new Fibers(this.swarm);
    const answers = targets.map((target) => fibers.start(this.start(host, 'GET', target)));
    while (answers.some(({ end }) => end === undefined)) fibers.step(this.swarm.world.now + 1_000_000);
    return answers.map(({ end }) => {
      if (end === undefined || 'error' in end) throw new Error('a request has failed');
      return end.result;
    });
  }

  /** The JSON of an answer that must be a success. */
  get<T>(host: string, target: string): T {
    const { status, text } = this.send(host, 'GET', target);
    if (status !== 200) throw new Error(`GET ${target}: ${status} ${text}`);
    return JSON.parse(text);
  }
}
