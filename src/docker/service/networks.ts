// The networks of a service, by the identifiers that the engine has for their names.

import type { Network, NetworkAttachmentConfig } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson } from '../client.ts';
import { CommandFailure } from '../failure.ts';
import { compareText } from '../human.ts';

/** @throws DaemonError when there is no such network in the swarm */
export function* networkId(client: Client, name: string): Fiber<string> {
  const trimmed = name.trim();
  if (trimmed === '') throw new CommandFailure('invalid network name or ID: value is empty');
  return (yield* fetchJson<Network>(client, `/networks/${trimmed}`, { scope: 'swarm' })).Id;
}

/** In the order of identifiers, so that the same networks are the same spec. */
export function sortAttachments(
  attachments: readonly NetworkAttachmentConfig[],
): readonly NetworkAttachmentConfig[] {
  return [...attachments].sort((a, b) => compareText(a.Target ?? '', b.Target ?? ''));
}
