// The networks of a service, by the identifiers that the engine has for their names.

import type { Network, NetworkAttachmentConfig } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson } from '../client.ts';
import { compareText } from '../human.ts';
import { objectPath } from '../object-path.ts';

/** @throws DaemonError when there is no such network in the swarm */
export function* networkId(client: Client, name: string): Fiber<string> {
  return (yield* fetchJson<Network>(client, objectPath('network', name.trim()), { scope: 'swarm' })).Id;
}

/** In the order of identifiers, so that the same networks are the same spec. */
export function sortAttachments(
  attachments: readonly NetworkAttachmentConfig[],
): readonly NetworkAttachmentConfig[] {
  return [...attachments].sort((a, b) => compareText(a.Target ?? '', b.Target ?? ''));
}
