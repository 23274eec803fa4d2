// An engine that always says the same: what it answers to each request, for tests of the client alone.

import {
  config,
  containers,
  driven,
  events,
  everywhere,
  images,
  info,
  leader,
  leaderId,
  lines,
  manager,
  networks,
  progress,
  secret,
  service,
  swarm,
  tasks,
  templated,
  values,
  version,
  volumes,
  web,
  worker,
} from './canned-objects.ts';

/** What of an engine is other than ordinary. */
export interface EngineVariant {
  /** Headers of pings; one that is null is left out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** The status of `HEAD /_ping`, and of the `GET` that may follow it. */
  readonly head?: number;
  readonly get?: number;
  readonly answers?: Readonly<Record<string, Answer>>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, all else as JSON. */
  readonly body: unknown;
}

/** By method and path without its version: `GET /nodes`. The query does not matter. */
type Routes = ReadonlyMap<string, Answer>;

/** An object by its names, and what is done to it. */
function object(
  kind: string,
  names: readonly string[],
  body: unknown,
  removed: number,
): ReadonlyArray<readonly [string, Answer]> {
  return names.flatMap(
    (name): ReadonlyArray<readonly [string, Answer]> => [
      [`GET /${kind}/${name}`, { body }],
      [`DELETE /${kind}/${name}`, { status: removed, body: '' }],
      [`POST /${kind}/${name}/update`, { body: '' }],
    ],
  );
}

function missing(kind: string, message: string): ReadonlyArray<readonly [string, Answer]> {
  return ['GET', 'DELETE'].map((method) => [`${method} /${kind}/nope`, { status: 404, body: { message } }]);
}

const routes: Routes = new Map<string, Answer>([
  ['GET /nodes', { body: [leader, worker, manager] }],
  ['GET /info', { body: info }],
  ['GET /version', { body: version }],
  ['GET /swarm', { body: swarm }],
  ['GET /swarm/unlockkey', { body: { UnlockKey: 'SWMKEY-1-abc' } }],
  ['POST /swarm/init', { body: JSON.stringify(leaderId) }],
  ...['join', 'leave', 'update', 'unlock'].map((verb): [string, Answer] => [
    `POST /swarm/${verb}`,
    { body: '' },
  ]),
  ['GET /configs', { body: [config, templated] }],
  ['POST /configs/create', { status: 201, body: { ID: 'newconfig' } }],
  ['GET /secrets', { body: [secret, driven] }],
  ['POST /secrets/create', { status: 201, body: { ID: 'newsecret' } }],
  ['GET /networks', { body: networks }],
  ['POST /networks/create', { status: 201, body: { Id: 'newnet', Warning: 'careful' } }],
  ['POST /networks/net10/connect', { body: '' }],
  ['GET /volumes', { body: { Volumes: volumes, Warnings: ['odd'] } }],
  ['POST /volumes/create', { status: 201, body: volumes[0] }],
  ['PUT /volumes/vol3aaaaaaaaaaaaaaaaaaaaa', { body: '' }],
  ['GET /tasks', { body: tasks }],
  [`GET /services/${web}`, { body: service(web, 'web') }],
  [`GET /services/${everywhere}`, { body: service(everywhere, 'glob') }],
  ['GET /containers/json', { body: containers }],
  ['GET /images/json', { body: images }],
  ['POST /images/create', { body: lines(progress) }],
  ['GET /events', { body: lines(events) }],
  ['POST /auth', { body: { IdentityToken: '', Status: 'Login Succeeded' } }],
  ...[leader, manager, worker].flatMap((node) =>
    object('nodes', [node.ID, node.Description.Hostname], node, 200),
  ),
  ...[config, templated].flatMap((each) => object('configs', [each.ID, each.Spec.Name], each, 204)),
  ...[secret, driven].flatMap((each) => object('secrets', [each.ID, each.Spec.Name], each, 204)),
  ...networks.flatMap((each) => object('networks', [each.Id, each.Name], each, 204)),
  ...volumes.flatMap((each) => object('volumes', [each.Name], each, 204)),
  ...missing('nodes', 'node nope not found'),
  ...missing('configs', 'config nope not found'),
  ...missing('secrets', 'secret nope not found'),
  ...missing('networks', 'network nope not found'),
  ...missing('volumes', 'get nope: no such volume'),
  ['GET /configs/values', { body: values }],
  // Answers that are wrong in one way or another.
  ['GET /nodes/bare', { status: 503, headers: { 'Content-Type': 'text/plain' }, body: 'plain words\n' }],
  [
    'GET /nodes/charset',
    { status: 500, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: '{"message":"m"}' },
  ],
  ['GET /nodes/nomessage', { status: 404, body: {} }],
  ['GET /nodes/emptymessage', { status: 409, body: { message: '' } }],
  ['GET /nodes/empty', { status: 503, body: '' }],
  ['GET /nodes/broken', { body: 'nope' }],
  ['GET /nodes/html', { status: 500, body: '<html>' }],
  ['GET /nodes/cut', { body: '{"ID":"x"' }],
]);

/** What an engine of today answers with everything. */
const engineHeaders: Readonly<Record<string, string>> = {
  'Api-Version': '1.50',
  Ostype: 'linux',
  Server: 'Docker/28.2.2 (linux)',
  'Docker-Experimental': 'false',
  'Content-Type': 'application/json',
};

/** The answer to a request whose path may begin with a version. */
export function answer(
  method: string,
  target: string,
  { headers = {}, head = 200, get = 200, answers = {} }: EngineVariant = {},
): Required<Answer> {
  const path = target.replace(/^\/v[0-9.]+/, '').replace(/\?.*$/, '');
  if (path === '/_ping') {
    const all = Object.entries({ ...engineHeaders, ...headers });
    const sent = all.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
    const isHead = method === 'HEAD';
    return { status: isHead ? head : get, headers: Object.fromEntries(sent), body: isHead ? '' : 'OK' };
  }
  const request = `${method} ${decodeURIComponent(path)}`;
  const found = answers[request] ??
    routes.get(request) ?? { status: 404, body: { message: 'page not found' } };
  return {
    status: found.status ?? 200,
    headers: { ...engineHeaders, ...found.headers },
    body: typeof found.body === 'string' ? found.body : JSON.stringify(found.body),
  };
}
