// Whatever is sent to an engine: an answer in its own form, no crash, and no change of the swarm by what is refused.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { routes } from '../../src/engine/routes.ts';
import type { Kind } from '../../src/model/objects.ts';
import { Bench, drive } from './drive.ts';

const service = {
  Name: 'web',
  Labels: { a: 'b' },
  TaskTemplate: {
    ContainerSpec: {
      Image: 'nginx:1.25',
      Env: ['A=1'],
      Mounts: [{ Type: 'volume', Source: 'v', Target: '/v', VolumeOptions: { NoCopy: true } }],
      StopGracePeriod: 1_000_000_000,
      Healthcheck: { Test: ['CMD', 'true'], Interval: 1_000_000_000, Retries: 2 },
      DNSConfig: { Nameservers: ['1.1.1.1'] },
      Ulimits: [{ Name: 'nofile', Hard: 10, Soft: 5 }],
      Privileges: { CredentialSpec: { Config: '', File: 'f', Registry: '' } },
    },
    Resources: { Limits: { NanoCPUs: 500_000_000 }, Reservations: { MemoryBytes: 67_108_864 } },
    RestartPolicy: { Condition: 'any', Delay: 5_000_000_000, MaxAttempts: 0 },
    Placement: {
      Constraints: ['node.role==worker'],
      Preferences: [{ Spread: { SpreadDescriptor: 'node.labels.z' } }],
    },
    Networks: [{ Target: 'net1' }],
    ForceUpdate: 0,
  },
  Mode: { Replicated: { Replicas: 1 } },
  UpdateConfig: { Parallelism: 1, Delay: 0, FailureAction: 'pause', MaxFailureRatio: 0, Order: 'stop-first' },
  EndpointSpec: {
    Mode: 'vip',
    Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' }],
  },
};
const bodies: readonly unknown[] = [
  service,
  { Labels: { a: 'b' }, Role: 'worker', Availability: 'drain' },
  { Name: 'c', Labels: {}, Data: 'aGk=' },
  { Name: 'net2', Driver: 'overlay', IPAM: { Config: [{ Subnet: '10.9.0.0/24' }] } },
  { Name: 'vol', Driver: 'local', Labels: {} },
  { Name: 'vol2', Driver: 'csi', ClusterVolumeSpec: { AccessMode: { Scope: 'single' } } },
  { ListenAddr: '0.0.0.0:2377', RemoteAddrs: ['192.168.99.100:2377'], JoinToken: 'x' },
  { ListenAddr: '0.0.0.0:2377', Spec: {}, ForceNewCluster: false },
  { UnlockKey: 'SWMKEY-1-x' },
  {
    Name: 'default',
    Orchestration: { TaskHistoryRetentionLimit: 3 },
    CAConfig: { NodeCertExpiry: 3_600_000_000_000 },
  },
  { username: 'a', password: 'b' },
];

const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom(1e21, -1, 2 ** 63, '', 'x'.repeat(99), [null], { a: 1 }),
);

/** A value with one part of it replaced or gone. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null) return junk;
  const entries = Object.entries(value);
  if (entries.length === 0) return junk;
  const deeper = fc.nat(entries.length - 1).chain((at) => {
    const [key, part] = entries[at] ?? ['', undefined];
    return mutated(part).map((other) =>
      Array.isArray(value)
        ? value.map((item, index) => (String(index) === key ? other : item))
        : { ...value, [key]: other },
    );
  });
  return fc.oneof({ weight: 4, arbitrary: deeper }, { weight: 1, arbitrary: junk });
}

const body = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...bodies) },
  { weight: 5, arbitrary: fc.constantFrom(...bodies).chain(mutated) },
  { weight: 1, arbitrary: fc.string() },
);
const names = [
  'web',
  'nope',
  'net1',
  'manager1',
  'worker1',
  'a',
  'bridge',
  'ingress',
  'nginx',
  '%zz',
  'x y',
  '..',
  'vol',
];
const query = fc.dictionary(
  fc.constantFrom(
    'version',
    'filters',
    'force',
    'status',
    'insertDefaults',
    'rollback',
    'tail',
    'stdout',
    'since',
    'until',
    'scope',
    'fromImage',
    'rotateWorkerToken',
    't',
    'signal',
    'condition',
  ),
  fc.oneof(
    fc.constantFrom(
      '1',
      '0',
      'true',
      'x',
      '',
      'previous',
      '12',
      'all',
      '-1',
      '99999999999999999999',
      'nginx',
    ),
    fc.constantFrom(
      '{"name":{"web":true}}',
      '{"label":["a=b"]}',
      '{"bogus":{"x":true}}',
      '[',
      '{"name":1}',
      '{"node":{"nope":true}}',
    ),
    fc.string(),
  ),
  { maxKeys: 3 },
);
const request = fc.record({
  route: fc.constantFrom(...routes),
  params: fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 2 }),
  prefix: fc.constantFrom('', '/v1.50', '/v1.24', '/v1.23', '/v9.99', '/v1..0', '/v.'),
  query,
  body,
  type: fc.constantFrom(
    'application/json',
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    '',
  ),
  host: fc.constantFrom('manager1', 'manager1', 'manager1', 'worker1', 'worker2'),
});

const kinds: readonly Kind[] = ['cluster', 'config', 'network', 'node', 'secret', 'service', 'volume'];

/** All that users have said, whatever the swarm has made of it since. */
function specs(bench: Bench): unknown {
  const state = bench.swarm.state();
  return kinds.map((kind) => (state?.list(kind) ?? []).map(({ id, spec }) => [id, spec]));
}

/** One manager, a worker, a machine in no swarm, a network and a service. */
function prepare(): Bench {
  const bench = Bench.bare(1, 2);
  const listen = { ListenAddr: '0.0.0.0:2377' };
  expect(bench.send('manager1', 'POST', '/swarm/init', listen).status).toBe(200);
  const { JoinTokens } = bench.get<{ JoinTokens: { Worker: string } }>('manager1', '/swarm');
  const joining = { ...listen, RemoteAddrs: ['192.168.99.100:2377'], JoinToken: JoinTokens.Worker };
  expect(bench.send('worker1', 'POST', '/swarm/join', joining).status).toBe(200);
  expect(bench.send('manager1', 'POST', '/networks/create', { Name: 'net1', Driver: 'overlay' }).status).toBe(
    201,
  );
  expect(bench.send('manager1', 'POST', '/services/create', service).status).toBe(201);
  bench.swarm.advance(10_000_000);
  return bench;
}

test('every request is answered, and what is refused changes nothing', () => {
  let bench = prepare();
  fc.assert(
    fc.property(request, ({ route, params, prefix, query: pairs, body: value, type, host }) => {
      if (bench.swarm.managerOf('manager1') === undefined) bench = prepare();
      const [first = '', second = ''] = params;
      const path = route.path.replace(/\{\*?\}/, encodeURI(first)).replace(/\{\*?\}/, second);
      const search = Object.entries(pairs).map(([key, each]) => `${key}=${encodeURIComponent(each)}`);
      const target = `${prefix}${path}${search.length > 0 ? `?${search.join('&')}` : ''}`;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const before = specs(bench);
      const response = drive(
        bench.swarm,
        bench.engine(host).request({
          method: route.method,
          target,
          headers: new Map(type === '' ? [] : [['content-type', type]]),
          body: route.method === 'GET' ? '' : text,
        }),
      );
      expect(response.headers.get('api-version')).toBe('1.50');
      if (route.method === 'HEAD') expect(response.body).toBe('');
      else if (typeof response.body !== 'string') {
        expect(response.status).toBe(200);
        response.body.close();
      } else if (response.status >= 400) {
        expect(response.headers.get('content-type')).toBe('application/json');
        const answer: unknown = JSON.parse(response.body);
        expect(answer).toEqual({ message: expect.stringMatching(/./) });
        expect(specs(bench)).toEqual(before);
      } else if (response.headers.get('content-type') === 'application/json') JSON.parse(response.body);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['tasks', { Replicated: { Replicas: 10_001 } }],
  ['as many as there are numbers', { Replicated: { Replicas: Number.MAX_SAFE_INTEGER } }],
  ['runs of a job', { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 10_001 } }],
  ['runs of a job at once', { ReplicatedJob: { MaxConcurrent: 10_001, TotalCompletions: 1 } }],
])('a service for which there is no room is refused: too many %s', (_, Mode) => {
  const bench = Bench.assembled(1, 1);
  const { status, text } = bench.send('manager1', 'POST', '/services/create', { ...plain, Mode });
  expect([status, text]).toEqual([
    400,
    expect.stringMatching(/^\{"message":"swarmlab has room for 10000 tasks of a service, not for \d+"\}\n$/),
  ]);
  expect(bench.send('manager1', 'GET', '/services').text).toBe('[]\n');
});

const plain = { Name: 'web', TaskTemplate: { ContainerSpec: { Image: 'nginx' } } };
