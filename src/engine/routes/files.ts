// Configs and secrets.

import type { Config, Secret } from '../../model/objects.ts';
import type * as api from '../api.ts';
import { readBody } from '../body.ts';
import type { Fiber } from '../fiber.ts';
import {
  acceptFilters,
  type Filters,
  matchesExactly,
  matchesLabels,
  matchesPrefix,
  parseFilters,
} from '../filters.ts';
import { find } from '../lookup.ts';
import { change, type Engine, look, requireManager } from '../node.ts';
import { parseVersion } from '../query.ts';
import { type Call, empty, json, type Reply, type Route } from '../route.ts';
import { configSpec, fromFileSpec, secretSpec, toConfig, toSecret } from '../wire/file.ts';

export const fileRoutes: readonly Route[] = [
  { method: 'GET', path: '/configs', handle: listConfigs },
  { method: 'POST', path: '/configs/create', handle: createConfig },
  { method: 'GET', path: '/configs/{}', handle: inspectConfig },
  { method: 'POST', path: '/configs/{}/update', handle: updateConfig },
  { method: 'DELETE', path: '/configs/{}', handle: removeConfig },
  { method: 'GET', path: '/secrets', handle: listSecrets },
  { method: 'POST', path: '/secrets/create', handle: createSecret },
  { method: 'GET', path: '/secrets/{}', handle: inspectSecret },
  { method: 'POST', path: '/secrets/{}/update', handle: updateSecret },
  { method: 'DELETE', path: '/secrets/{}', handle: removeSecret },
];

function findFile<F extends Config | Secret>(what: 'config' | 'secret', key: string, files: readonly F[]): F {
  return find(what, key, files, ({ spec }) => spec.name);
}

function matches({ id, spec }: Config | Secret, filters: Filters): boolean {
  return (
    matchesExactly(filters, 'names', spec.name) &&
    matchesPrefix(filters, 'name', spec.name) &&
    matchesPrefix(filters, 'id', id) &&
    matchesLabels(filters, 'label', spec.labels)
  );
}

function* listConfigs(engine: Engine, { query }: Call): Fiber<Reply> {
  const filters = parseFilters(query);
  acceptFilters(filters, ['name', 'id', 'label']);
  const { config } = yield* look(engine, 'config');
  return json(config.filter((each) => matches(each, filters)).map((each) => toConfig(each, engine.epoch())));
}

function* listSecrets(engine: Engine, { query }: Call): Fiber<Reply> {
  const filters = parseFilters(query);
  acceptFilters(filters, ['names', 'name', 'id', 'label']);
  const { secret } = yield* look(engine, 'secret');
  return json(secret.filter((each) => matches(each, filters)).map((each) => toSecret(each, engine.epoch())));
}

function created(id: string): Reply {
  const response: api.IdResponse = { ID: id };
  return json(response, 201);
}

function* createConfig(engine: Engine, { request }: Call): Fiber<Reply> {
  const spec = fromFileSpec(readBody(request, configSpec));
  return created(yield* change(engine, { method: 'config.create', spec }));
}

function* createSecret(engine: Engine, { request }: Call): Fiber<Reply> {
  const spec = fromFileSpec(readBody(request, secretSpec));
  return created(yield* change(engine, { method: 'secret.create', spec }));
}

function* inspectConfig(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const { config } = yield* look(engine, 'config');
  return json(toConfig(findFile('config', key, config), engine.epoch()));
}

function* inspectSecret(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const { secret } = yield* look(engine, 'secret');
  return json(toSecret(findFile('secret', key, secret), engine.epoch()));
}

function* updateConfig(engine: Engine, { request, query, params: [key = ''] }: Call): Fiber<Reply> {
  const spec = fromFileSpec(readBody(request, configSpec));
  const version = parseVersion(query, 'config');
  requireManager(engine);
  const { config } = yield* look(engine, 'config');
  const configId = findFile('config', key, config).id;
  yield* change(engine, { method: 'config.update', configId, version, spec });
  return empty();
}

function* updateSecret(engine: Engine, { request, query, params: [key = ''] }: Call): Fiber<Reply> {
  const spec = fromFileSpec(readBody(request, secretSpec));
  const version = parseVersion(query, 'secret');
  requireManager(engine);
  const { secret } = yield* look(engine, 'secret');
  const secretId = findFile('secret', key, secret).id;
  yield* change(engine, { method: 'secret.update', secretId, version, spec });
  return empty();
}

function* removeConfig(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const { config } = yield* look(engine, 'config');
  yield* change(engine, { method: 'config.remove', configId: findFile('config', key, config).id });
  return empty(204);
}

function* removeSecret(engine: Engine, { params: [key = ''] }: Call): Fiber<Reply> {
  const { secret } = yield* look(engine, 'secret');
  yield* change(engine, { method: 'secret.remove', secretId: findFile('secret', key, secret).id });
  return empty(204);
}
