// How commands reach a service by what the user calls it: its name, its identifier, or the beginning of one.

import type { Service } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson } from '../client.ts';
import { objectPath } from '../object-path.ts';

/** Blanks around a reference do not count. @throws CommandFailure for an empty reference */
export function servicePath(ref: string): string {
  return objectPath('service', ref.trim());
}

/** The service as it is stored, without defaults, so that it can be changed and sent back (D-E29). */
export function* findService(client: Client, ref: string): Fiber<Service> {
  return yield* fetchJson<Service>(client, servicePath(ref), { insertDefaults: 'false' });
}
