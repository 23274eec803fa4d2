// How commands reach a service by what the user calls it: its name, its identifier, or the beginning of one.

import type { Service } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson } from '../client.ts';
import { CommandFailure } from '../failure.ts';

/** Blanks around a reference do not count. @throws CommandFailure for an empty reference */
export function servicePath(ref: string): string {
  const trimmed = ref.trim();
  if (trimmed === '') throw new CommandFailure('invalid service name or ID: value is empty');
  return `/services/${trimmed}`;
}

/** The service as it is stored, without defaults, so that it can be changed and sent back (D-E29). */
export function* findService(client: Client, ref: string): Fiber<Service> {
  return yield* fetchJson<Service>(client, servicePath(ref), { insertDefaults: 'false' });
}
