// Tasks: shown and listed.

import { isDirty } from '../../manager/orchestrator/dirty.ts';
import type { Network, Node, Service, Task } from '../../model/objects.ts';
import { TaskState, taskStateName } from '../../model/state.ts';
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
import { type Engine, look, requireManager } from '../node.ts';
import { type Call, json, type Reply, type Route } from '../route.ts';
import { readerOf } from '../tables.ts';
import { taskName, toTask } from '../wire/task.ts';
import { taskLogs } from './logs.ts';
import { findNode } from './nodes.ts';
import { findService } from './services.ts';

export const taskRoutes: readonly Route[] = [
  { method: 'GET', path: '/tasks', handle: list },
  { method: 'GET', path: '/tasks/{}', handle: inspect },
  { method: 'GET', path: '/tasks/{}/logs', handle: taskLogs },
];

export function findTask(key: string, tasks: readonly Task[]): Task {
  return find('task', key, tasks, taskName);
}

export function byId<R extends { readonly id: string }>(records: readonly R[]): ReadonlyMap<string, R> {
  return new Map(records.map((record) => [record.id, record]));
}

const accepted = ['name', 'id', 'label', 'service', 'node', 'desired-state', '_up-to-date', 'runtime'];

function* list(engine: Engine, { query }: Call): Fiber<Reply> {
  const filters = parseFilters(query);
  requireManager(engine);
  const tables = yield* look(engine, 'task', 'service', 'node', 'network');
  acceptFilters(filters, accepted);
  const chosen = { services: servicesOf(filters, tables.service), nodes: nodesOf(filters, tables.node) };
  const states = valuesFor(filters, 'desired-state')
    .filter((word) => word !== '')
    .map(desiredState);
  const services = byId(tables.service);
  const reader = readerOf(tables);
  const found = tables.task.filter((task) => {
    const service = services.get(task.serviceId);
    return (
      (chosen.services === undefined || chosen.services.has(task.serviceId)) &&
      (chosen.nodes === undefined || chosen.nodes.has(task.nodeId)) &&
      (states.length === 0 || states.includes(task.desiredState)) &&
      matchesPrefix(filters, 'name', taskName(task)) &&
      matchesPrefix(filters, 'id', task.id) &&
      matchesLabels(filters, 'label', task.serviceAnnotations.labels) &&
      (!filters.has('_up-to-date') || (service !== undefined && !isDirty(reader, service, task))) &&
      matchesRuntime(filters)
    );
  });
  const networks = byId(tables.network);
  return json(found.map((task) => toTask(task, networks, engine.epoch())));
}

function matchesRuntime(filters: Filters): boolean {
  const values = valuesFor(filters, 'runtime');
  return values.length === 0 || values.includes('container');
}

function servicesOf(filters: Filters, services: readonly Service[]): ReadonlySet<string> | undefined {
  const values = valuesFor(filters, 'service');
  if (values.length === 0) return undefined;
  return new Set(values.map((key) => findService(key, services).id));
}

function nodesOf(filters: Filters, nodes: readonly Node[]): ReadonlySet<string> | undefined {
  const values = valuesFor(filters, 'node');
  if (values.length === 0) return undefined;
  return new Set(values.map((key) => findNode(key, nodes).id));
}

function desiredState(word: string): TaskState {
  const state = Object.values(TaskState).find((each) => taskStateName(each) === word.toLowerCase());
  if (state === undefined) throw new RequestFailure(500, `Invalid desired-state filter: '${word}'`);
  return state;
}

function* inspect(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const { task, network } = yield* look(engine, 'task', 'network');
  return json(toTask(findTask(key, task), byId<Network>(network), engine.epoch()));
}
