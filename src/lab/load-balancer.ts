// A load balancer outside the swarm, as a script asks for it and looks at it.

import type { LoadBalancerConfig } from '../cluster/load-balancer.ts';
import type { Swarm } from '../cluster/swarm.ts';
import { ScenarioFailure } from './failure.ts';
import { duration } from './options.ts';

export interface LoadBalancerOptions {
  /** Where it listens; default 80. */
  readonly port?: number;
  /** `worker1:8080`: a port of a machine each. */
  readonly backends: readonly string[];
  /** From one health check of a backend to the next; default `2s`. */
  readonly healthEvery?: string;
  /** How long a backend may take to answer, a check or a request; default `1s`. */
  readonly timeout?: string;
  /** So many good checks in a row bring a backend back; default 2. */
  readonly rise?: number;
  /** So many bad ones take it out; default 3. */
  readonly fall?: number;
}

/** @throws ScenarioFailure when there can be no such load balancer */
export function balancerConfig({
  port = 80,
  backends,
  healthEvery = '2s',
  timeout = '1s',
  rise = 2,
  fall = 3,
}: LoadBalancerOptions): Omit<LoadBalancerConfig, 'role' | 'addr'> {
  for (const [what, count] of [
    ['port', port],
    ['rise', rise],
    ['fall', fall],
  ] as const) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new ScenarioFailure(`loadBalancer.${what} must be a whole number from 1, not ${count}`);
    }
  }
  const checkEvery = duration('loadBalancer.healthEvery', healthEvery);
  if (checkEvery <= 0) throw new ScenarioFailure('loadBalancer.healthEvery must be more than nothing');
  return {
    port,
    backends: backends.map(parseBackend),
    checkEvery,
    timeout: duration('loadBalancer.timeout', timeout),
    rise,
    fall,
  };
}

function parseBackend(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^([a-z][a-z0-9-]*):(\d+)$/.exec(text) ?? [];
  if (host === undefined || port === undefined) {
    throw new ScenarioFailure(`a backend must be like worker1:8080, not ${JSON.stringify(text)}`);
  }
  return { host, port: Number(port) };
}

export class LoadBalancer {
  readonly name: string;
  readonly #swarm: Swarm;

  constructor(swarm: Swarm, name: string) {
    this.#swarm = swarm;
    this.name = name;
  }

  /** The backends that it gives requests to now, such as `worker1:8080`; none while its machine is down. */
  up(): readonly string[] {
    const { world } = this.#swarm;
    const config = world.configOf(this.name);
    const state = world.stateOf(this.name);
    if (config.role !== 'load-balancer' || state?.role !== 'load-balancer') return [];
    return config.backends
      .filter((_, index) => state.backends[index]?.up === true)
      .map(({ host, port }) => `${host}:${port}`);
  }
}
