// Nodes of the swarm: shown, listed, changed and removed.

import type { Node } from '../../model/objects.ts';
import type { NodeRole } from '../../model/state.ts';
import type * as api from '../api.ts';
import { readBody } from '../body.ts';
import { RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import {
  acceptFilters,
  type Filters,
  matchesLabels,
  matchesPrefix,
  parseFilters,
  valuesFor,
} from '../filters.ts';
import { find } from '../lookup.ts';
import { change, type Engine, look, requireManager, type Tables } from '../node.ts';
import { isOn, parseVersion } from '../query.ts';
import { type Call, empty, json, type Reply, type Route } from '../route.ts';
import { fromNodeSpec, nodeSpec, toNode } from '../wire/node.ts';
import { toTlsInfo } from '../wire/tls.ts';

export const nodeRoutes: readonly Route[] = [
  { method: 'GET', path: '/nodes', handle: list },
  { method: 'GET', path: '/nodes/{}', handle: inspect },
  { method: 'POST', path: '/nodes/{}/update', handle: update },
  { method: 'DELETE', path: '/nodes/{}', handle: remove },
];

/** A node is known by the host name it registered with; the name in its spec plays no part. */
export function findNode(key: string, nodes: readonly Node[]): Node {
  return find('node', key, nodes, ({ description }) => description?.hostname);
}

function show(engine: Engine, node: Node, { cluster, managers }: Tables): api.Node {
  const view = managers.find(([nodeId]) => nodeId === node.id)?.[1];
  return toNode(node, view, toTlsInfo(cluster[0]?.rootCaDigest ?? ''), engine.epoch());
}

function* list(engine: Engine, { query }: Call): Fiber<Reply> {
  const filters = parseFilters(query);
  requireManager(engine);
  acceptFilters(filters, ['name', 'id', 'label', 'role', 'membership', 'node.label']);
  const roles = valuesFor(filters, 'role')
    .filter((word) => word !== '')
    .map(roleOf);
  const memberships = valuesFor(filters, 'membership')
    .filter((word) => word !== '')
    .map(membershipOf);
  const tables = yield* look(engine, 'node', 'cluster');
  const found = tables.node.filter(
    (node) =>
      matches(node, filters) &&
      (roles.length === 0 || roles.includes(node.role)) &&
      (memberships.length === 0 || memberships.includes('accepted')),
  );
  return json(found.map((node) => show(engine, node, tables)));
}

function matches({ id, spec, description }: Node, filters: Filters): boolean {
  return (
    matchesPrefix(filters, 'name', description?.hostname ?? '') &&
    matchesPrefix(filters, 'id', id) &&
    matchesLabels(filters, 'label', description?.engineLabels ?? []) &&
    matchesLabels(filters, 'node.label', spec.labels)
  );
}

function roleOf(word: string): NodeRole {
  const role = word.toLowerCase();
  if (role === 'worker' || role === 'manager') return role;
  throw new RequestFailure(500, `Invalid role filter: '${word}'`);
}

/** Every node here is accepted: nothing else could join. */
function membershipOf(word: string): 'accepted' | 'pending' {
  const membership = word.toLowerCase();
  if (membership === 'accepted' || membership === 'pending') return membership;
  throw new RequestFailure(500, `Invalid membership filter: '${word}'`);
}

function* inspect(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const tables = yield* look(engine, 'node', 'cluster');
  return json(show(engine, findNode(key, tables.node), tables));
}

function* update(engine: Engine, { request, query, params: [key = ''] }: Call): Fiber<Reply> {
  const body = readBody(request, nodeSpec);
  const version = parseVersion(query, 'node');
  requireManager(engine);
  const spec = fromNodeSpec(body);
  const { node } = yield* look(engine, 'node');
  yield* change(engine, { method: 'node.update', nodeId: findNode(key, node).id, version, spec });
  return empty();
}

function* remove(engine: Engine, { query, params: [key = ''] }: Call): Fiber<Reply> {
  const { node } = yield* look(engine, 'node');
  const force = isOn(query, 'force');
  yield* change(engine, { method: 'node.remove', nodeId: findNode(key, node).id, force });
  return empty();
}
