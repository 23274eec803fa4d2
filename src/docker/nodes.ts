// What commands of nodes share: how a node is found and changed.

import type { Info, Node, NodeSpec } from '../engine/api.ts';
import type { Fiber } from '../engine/fiber.ts';
import { type Client, fetchJson, fetchList, send } from './client.ts';
import { CommandFailure } from './failure.ts';
import { entriesOf, sortedMap } from './maps.ts';
import { objectPath } from './object-path.ts';

/** `self` is the node whose engine is asked. @throws CommandFailure */
export function* nodeReference(client: Client, reference: string): Fiber<string> {
  if (reference !== 'self') return reference;
  const info = yield* fetchJson<Info>(client, '/info');
  if (info.Swarm.NodeID !== '') return info.Swarm.NodeID;
  // The list of nodes says better what is wrong.
  yield* fetchList<Node>(client, '/nodes');
  throw new CommandFailure('node ID not found in /info');
}

/** The identifiers of the nodes that are not down. */
export function* activeNodes(client: Client): Fiber<ReadonlySet<string>> {
  const nodes = yield* fetchList<Node>(client, '/nodes');
  return new Set(nodes.filter(({ Status }) => Status.State !== 'down').map(({ ID }) => ID));
}

/**
 * Changes nodes one after the other, up to the first that fails.
 * @param change gives the spec to store, or undefined for a node that stays as it is
 * @param done is told of each node that was changed, by the reference it was given with
 */
export function* updateNodes(
  client: Client,
  references: readonly string[],
  change: (node: Node) => NodeSpec | undefined,
  done: (reference: string) => void,
): Fiber<void> {
  for (const reference of references) {
    const node = yield* fetchJson<Node>(client, objectPath('node', reference));
    const spec = change(node);
    if (spec === undefined) continue;
    const query = { version: String(node.Version.Index ?? 0) };
    yield* send(client, { method: 'POST', path: `/nodes/${node.ID}/update`, query, body: specInOrder(spec) });
    done(reference);
  }
}

/** With the fields in the order in which Go writes them. */
function specInOrder({ Name, Labels, Role, Availability }: NodeSpec): NodeSpec {
  return {
    Name: Name || undefined,
    Labels: Labels ? sortedMap(entriesOf(Labels)) : null,
    Role,
    Availability,
  };
}
