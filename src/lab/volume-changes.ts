// What happens to cluster volumes, in words, for the story.

import type { Volume } from '../model/objects.ts';
import type { StoreEvent } from '../store/event.ts';

/** @param nodeName the host name of a node by its ID */
export function volumeChanges(
  event: StoreEvent<'volume'>,
  nodeName: (id: string) => string,
): readonly string[] {
  if (event.action === 'create') return ['is created'];
  if (event.action === 'remove') return ['is removed'];
  const { before, after } = event;
  const texts: string[] = [];
  if (before.pluginVolumeId !== after.pluginVolumeId) texts.push('is made by its plugin');
  if (before.spec.availability !== after.spec.availability) {
    texts.push(`has availability ${after.spec.availability} (was ${before.spec.availability})`);
  }
  if (before.pendingDelete !== after.pendingDelete) texts.push('is to be deleted');
  const were = places(before);
  const are = places(after);
  for (const [nodeId, state] of are) {
    if (were.get(nodeId) !== state) texts.push(placeText(state).replace('%', nodeName(nodeId)));
  }
  for (const nodeId of were.keys()) if (!are.has(nodeId)) texts.push(`has left ${nodeName(nodeId)}`);
  return texts;
}

function places({ publish }: Volume): ReadonlyMap<string, Volume['publish'][number]['state']> {
  return new Map(publish.map(({ nodeId, state }) => [nodeId, state]));
}

/** `%` stands for the node. */
function placeText(state: Volume['publish'][number]['state']): string {
  switch (state) {
    case 'pending-publish':
      return 'is wanted on %';
    case 'published':
      return 'is published to %';
    case 'pending-node-unpublish':
      return 'is no longer used on %';
    case 'pending-unpublish':
      return 'is let go by %';
  }
}
