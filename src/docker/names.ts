// Names of services and nodes by their identifiers, asked for once each.

import type { Node, Service } from '../engine/api.ts';
import type { Fiber } from '../engine/fiber.ts';
import { type Client, fetchJson } from './client.ts';
import { CommandFailure, DaemonError } from './failure.ts';

export interface Names {
  readonly ofService: (id: string) => Fiber<string>;
  readonly ofNode: (id: string) => Fiber<string>;
}

/** What cannot be found is called by its identifier, as is everything when nothing is to be resolved. */
export function createNames(client: Client, isResolving: boolean): Names {
  const known = new Map<string, string>();
  function* nameOf(id: string, ask: (id: string) => Fiber<string>): Fiber<string> {
    if (!isResolving || id === '') return id;
    const name = known.get(id) ?? (yield* ask(id)) ?? id;
    known.set(id, name);
    return name;
  }
  return {
    ofService: (id) => nameOf(id, (asked) => serviceName(client, asked)),
    ofNode: (id) => nameOf(id, (asked) => nodeName(client, asked)),
  };
}

function* serviceName(client: Client, id: string): Fiber<string> {
  const service = yield* find<Service>(client, `/services/${id}`, { insertDefaults: 'false' });
  return service === undefined ? id : (service.Spec.Name ?? '');
}

function* nodeName(client: Client, id: string): Fiber<string> {
  const node = yield* find<Node>(client, `/nodes/${id}`);
  return node?.Spec.Name || node?.Description.Hostname || id;
}

function* find<T>(client: Client, path: string, query = {}): Fiber<T | undefined> {
  try {
    return yield* fetchJson<T>(client, path, query);
  } catch (error) {
    if (error instanceof DaemonError || error instanceof CommandFailure) return undefined;
    throw error;
  }
}
