// Edge cases of docker's reference (D-E): services, tasks and their logs.

import { describe, expect, test } from 'vitest';
import type * as api from '../../../src/engine/api.ts';
import { Bench } from '../drive.ts';

function refusal({
  status,
  text,
}: {
  readonly status: number;
  readonly text: string;
}): readonly [number, string] {
  const { message }: { message: string } = JSON.parse(text);
  return [status, message];
}

/** What docker sends for `service create --name web nginx:1.25`. */
function request(changes: Partial<api.ServiceSpec> = {}, task: Partial<api.TaskSpec> = {}): api.ServiceSpec {
  return {
    Name: 'web',
    Labels: {},
    TaskTemplate: {
      ContainerSpec: { Image: 'nginx:1.25', Init: false, DNSConfig: {} },
      Resources: { Limits: {}, Reservations: {} },
      Placement: {},
      ForceUpdate: 0,
      ...task,
    },
    Mode: { Replicated: {} },
    EndpointSpec: { Mode: 'vip' },
    ...changes,
  };
}

class Services extends Bench {
  static ready(): Services {
    return new Services(Bench.assembled(1, 2).swarm);
  }

  create(spec: api.ServiceSpec): string {
    const { status, text } = this.send('manager1', 'POST', '/services/create', spec);
    expect([status, text]).toEqual([
      201,
      expect.stringMatching(/^\{"ID":"[0-9a-z]{25}","Warnings":null\}\n$/),
    ]);
    const { ID }: api.ServiceCreateResponse = JSON.parse(text);
    return ID;
  }

  service(key = 'web', query = ''): api.Service {
    return this.get('manager1', `/services/${key}${query}`);
  }

  update(key: string, change: (spec: api.ServiceSpec) => api.ServiceSpec, query = '') {
    const { Spec, Version } = this.service(key);
    const target = `/services/${key}/update?version=${Version.Index}${query}`;
    return this.send('manager1', 'POST', target, change(Spec));
  }

  tasks(filters: unknown = {}): readonly api.Task[] {
    return this.get('manager1', `/tasks?filters=${encodeURIComponent(JSON.stringify(filters))}`);
  }

  settle(): void {
    this.swarm.advance(20_000_000);
  }
}

test('a service comes back as it was sent, with what the engine fills in', () => {
  const bench = Services.ready();
  const sent = request(
    { Labels: { '10': 'x', '9': 'y' }, RollbackConfig: { Parallelism: 0, MaxFailureRatio: 0.25, Order: '' } },
    {
      ContainerSpec: {
        Image: 'nginx:1.25',
        Labels: { c: 'd' },
        Command: ['sh'],
        Args: ['-c', 'x'],
        Hostname: 'h',
        Env: ['A=1'],
        Dir: '/w',
        User: 'u',
        Groups: ['g'],
        Privileges: { CredentialSpec: null, SELinuxContext: null, NoNewPrivileges: true },
        Init: true,
        StopSignal: 'SIGINT',
        TTY: true,
        OpenStdin: true,
        ReadOnly: true,
        Mounts: [
          { Type: 'bind', Source: '/tmp', Target: '/t', BindOptions: { Propagation: 'rshared' } },
          { Type: 'volume', Source: 'v', Target: '/v', VolumeOptions: { NoCopy: true, DriverConfig: {} } },
          { Type: 'tmpfs', Target: '/m', TmpfsOptions: { SizeBytes: 1_000, Mode: 511 } },
        ],
        StopGracePeriod: 1_500_000_000,
        Healthcheck: { Test: ['CMD', 'x'], Interval: 1_000_000_000, Timeout: 2_000_000_000, Retries: 3 },
        Hosts: ['1.2.3.4 a'],
        DNSConfig: { Nameservers: ['1.1.1.1'], Search: ['x'], Options: ['y'] },
        Sysctls: { 'net.core.somaxconn': '9' },
        CapabilityAdd: ['CAP_NET_ADMIN'],
        CapabilityDrop: ['CAP_CHOWN'],
        Ulimits: [{ Name: 'nofile', Hard: 20, Soft: 10 }],
        OomScoreAdj: 5,
      },
      Resources: {
        Limits: { NanoCPUs: 500_000_000, MemoryBytes: 67_108_864, Pids: 100 },
        Reservations: { GenericResources: [{ DiscreteResourceSpec: { Kind: 'gpu', Value: 1 } }] },
      },
      RestartPolicy: { Condition: 'on-failure', Delay: 5_000_000_000, MaxAttempts: 2, Window: 1_000_000_000 },
      Placement: {
        Constraints: ['node.role==worker'],
        Preferences: [{ Spread: { SpreadDescriptor: 'node.labels.zone' } }],
        MaxReplicas: 1,
        Platforms: [{ Architecture: 'amd64', OS: 'linux' }],
      },
      LogDriver: { Name: 'json-file', Options: { 'max-size': '1m' } },
      ForceUpdate: 3,
    },
  );
  bench.create(sent);
  const { Spec } = bench.service();
  expect(Spec).toEqual({
    ...sent,
    TaskTemplate: {
      ...sent.TaskTemplate,
      ContainerSpec: { ...sent.TaskTemplate.ContainerSpec, Isolation: 'default' },
      Runtime: 'container',
    },
    Mode: { Replicated: { Replicas: 1 } },
    RollbackConfig: { Parallelism: 0, FailureAction: 'pause', MaxFailureRatio: 0.25, Order: 'stop-first' },
  });
  const { text } = bench.send('manager1', 'GET', '/services/web');
  expect(text).toContain('"Labels":{"10":"x","9":"y"}');
});

test('what has no effect here makes tasks dirty all the same', () => {
  const bench = Services.ready();
  bench.create(request());
  bench.settle();
  const before = bench.tasks().length;
  bench.update('web', (spec) => ({
    ...spec,
    TaskTemplate: {
      ...spec.TaskTemplate,
      ContainerSpec: { ...spec.TaskTemplate.ContainerSpec, Sysctls: { 'net.core.somaxconn': '9' } },
    },
  }));
  bench.settle();
  expect(bench.tasks().length).toBe(before + 1);
});

test('a service without a name is given one', () => {
  const bench = Services.ready();
  const id = bench.create(request({ Name: undefined }));
  expect(bench.service(id).Spec.Name).toMatch(/^[a-z]+_[a-z]+$/);
});

test('D-E13 slots of a replicated job begin at 0, and 0 is left out', () => {
  const bench = Services.ready();
  bench.create(
    request({ Mode: { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 3 } }, EndpointSpec: undefined }),
  );
  bench.settle();
  const slots = bench.tasks().map(({ Slot }) => Slot);
  expect(slots).toContain(undefined);
  expect(slots.every((slot) => slot !== 0)).toBe(true);
  const service = bench.service();
  expect(service.JobStatus?.JobIteration).toEqual({});
  expect(bench.tasks()[0]?.JobIteration).toEqual({});
});

test('D-E14 to D-E16 the status of an update is cleared by the next, and completed at its end', () => {
  const bench = Services.ready();
  bench.create(request({ Mode: { Replicated: { Replicas: 2 } } }));
  bench.settle();
  const image =
    (Image: string) =>
    (spec: api.ServiceSpec): api.ServiceSpec => ({
      ...spec,
      TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { ...spec.TaskTemplate.ContainerSpec, Image } },
    });
  expect(bench.service().UpdateStatus).toBeUndefined();
  bench.update('web', image('nginx:1.26'));
  bench.swarm.advance(3_000_000);
  expect(bench.service().UpdateStatus?.State).toBe('updating');
  bench.swarm.advance(60_000_000);
  expect(bench.service().UpdateStatus).toMatchObject({ State: 'completed', Message: 'update completed' });
  bench.update('web', (spec) => ({ ...spec, Mode: { Replicated: { Replicas: 3 } } }));
  expect(bench.service().UpdateStatus?.State).not.toBe('completed');
});

test('D-E17 an update that fails is rolled back, and says so', () => {
  const bench = Services.ready();
  const UpdateConfig = { Parallelism: 1, FailureAction: 'rollback', MaxFailureRatio: 0, Order: 'stop-first' };
  bench.create(request({ Mode: { Replicated: { Replicas: 2 } }, UpdateConfig }));
  bench.settle();
  bench.swarm.scriptImage('nginx:bad', { run: { kind: 'exit', after: 500_000, code: 1 } });
  bench.update('web', (spec) => ({
    ...spec,
    TaskTemplate: { ...spec.TaskTemplate, ContainerSpec: { Image: 'nginx:bad' } },
  }));
  const seen = new Set<string | undefined>();
  for (let i = 0; i < 80; i++) {
    bench.swarm.advance(1_000_000);
    seen.add(bench.service().UpdateStatus?.State);
  }
  expect([...seen]).toEqual(['updating', 'rollback_started', 'rollback_completed']);
  const { Spec, PreviousSpec, UpdateStatus } = bench.service();
  expect(Spec.TaskTemplate.ContainerSpec?.Image).toBe('nginx:1.25');
  expect(PreviousSpec).toBeUndefined();
  expect(UpdateStatus?.Message).toBe('rollback completed');
});

test('D-E18 only tasks that are as the service is now count as up to date', () => {
  const bench = Services.ready();
  const id = bench.create(request({ Mode: { Replicated: { Replicas: 2 } } }));
  bench.settle();
  const upToDate = () => bench.tasks({ service: { [id]: true }, '_up-to-date': { true: true } }).length;
  expect(upToDate()).toBe(2);
  bench.update('web', (spec) => ({ ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: 1 } }));
  expect(upToDate()).toBe(0);
  bench.swarm.advance(90_000_000);
  expect(upToDate()).toBe(2);
});

test('D-E23 an update that changes nothing takes a version and a previous spec, and restarts nothing', () => {
  const bench = Services.ready();
  bench.create(request());
  bench.settle();
  const before = bench.service();
  expect(bench.update('web', (spec) => spec)).toMatchObject({ status: 200, text: '{"Warnings":null}\n' });
  bench.settle();
  const after = bench.service();
  expect(after.Version.Index).toBeGreaterThan(before.Version.Index ?? 0);
  expect(after.PreviousSpec).toEqual(before.Spec);
  expect(bench.tasks().length).toBe(1);
});

test('D-E24 of two updates from one version the second is refused', () => {
  const bench = Services.ready();
  bench.create(request());
  bench.settle();
  const { Spec, Version } = bench.service();
  const target = `/services/web/update?version=${Version.Index}`;
  expect(bench.send('manager1', 'POST', target, Spec).status).toBe(200);
  expect(refusal(bench.send('manager1', 'POST', target, Spec))).toEqual([
    500,
    'rpc error: code = Unknown desc = update out of sequence',
  ]);
});

test('D-E25, D-E26 a rollback swaps the specs, whatever valid spec comes with it', () => {
  const bench = Services.ready();
  const id = bench.create(request());
  bench.settle();
  const rollback = '&rollback=previous';
  expect(refusal(bench.update('web', (spec) => spec, rollback))).toEqual([
    400,
    `rpc error: code = FailedPrecondition desc = service ${id} does not have a previous spec`,
  ]);
  bench.update('web', (spec) => ({ ...spec, Labels: { new: '1' } }));
  const labels = () => [bench.service().Spec.Labels, bench.service().PreviousSpec?.Labels];
  expect(bench.update('web', (spec) => ({ ...spec, Labels: { ignored: '1' } }), rollback).status).toBe(200);
  expect(labels()).toEqual([{}, { new: '1' }]);
  expect(bench.service().UpdateStatus?.State).toMatch(/^rollback_/);
  bench.settle();
  expect(bench.update('web', (spec) => spec, rollback).status).toBe(200);
  bench.settle();
  expect(labels()).toEqual([{ new: '1' }, {}]);
  expect(refusal(bench.update('web', (spec) => ({ ...spec, Name: 'other' }), rollback))).toEqual([
    501,
    'rpc error: code = Unimplemented desc = renaming services is not supported',
  ]);
  expect(refusal(bench.update('web', (spec) => spec, '&rollback=x'))).toEqual([
    500,
    'unrecognized rollback option x',
  ]);
});

test('D-E27, D-E28, D-E29 placement and container are always there, defaults only when asked for', () => {
  const bench = Services.ready();
  bench.create({
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'nginx' }, ForceUpdate: 0 },
    Mode: {},
  });
  const plain = bench.service().Spec;
  expect(plain).toEqual({
    Name: 'web',
    Labels: {},
    TaskTemplate: {
      ContainerSpec: { Image: 'nginx', Isolation: 'default' },
      Placement: {},
      ForceUpdate: 0,
      Runtime: 'container',
    },
    Mode: { Replicated: { Replicas: 1 } },
  });
  const config = {
    Parallelism: 1,
    FailureAction: 'pause',
    Monitor: 5_000_000_000,
    MaxFailureRatio: 0,
    Order: 'stop-first',
  };
  expect(bench.service('web', '?insertDefaults=true').Spec).toMatchObject({
    TaskTemplate: {
      ContainerSpec: { StopGracePeriod: 10_000_000_000, DNSConfig: {} },
      Resources: {},
      RestartPolicy: { Condition: 'any', Delay: 5_000_000_000, MaxAttempts: 0 },
    },
    UpdateConfig: config,
    RollbackConfig: config,
  });
  expect(bench.service().Spec).toEqual(plain);
  const strict = bench.send('manager1', 'GET', '/services/web?insertDefaults=x');
  expect(refusal(strict)[1]).toBe(
    'invalid value for insertDefaults: x: strconv.ParseBool: parsing "x": invalid syntax',
  );
});

test('D-E31 the digest of an image is looked up over the network, or is not', () => {
  const bench = Services.ready();
  const look = () => bench.send('manager1', 'GET', '/distribution/nginx:1.25/json');
  const { Descriptor }: api.Distribution = JSON.parse(look().text);
  expect(Descriptor).toMatchObject({ mediaType: 'application/vnd.oci.image.index.v1+json' });
  expect(Descriptor.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  bench.create(request({}, { ContainerSpec: { Image: `nginx:1.25@${Descriptor.digest}` } }));
  bench.settle();
  const { NodeID } = bench.tasks()[0] ?? {};
  const { Hostname } = bench.get<api.Node>('manager1', `/nodes/${NodeID}`).Description;
  const [image] = bench.get<readonly api.ImageSummary[]>(Hostname ?? '', '/images/json');
  expect(image).toMatchObject({ RepoTags: ['nginx:1.25'], RepoDigests: [`nginx@${Descriptor.digest}`] });
  bench.swarm.setRegistryDown(true);
  expect(refusal(look())).toEqual([
    500,
    'Get "https://registry-1.docker.io/v2/": dial tcp: connect: connection refused',
  ]);
  bench.swarm.setRegistryDown(false);
  bench.swarm.scriptImage('private/img:1', { pull: { kind: 'denied' } });
  expect(bench.send('manager1', 'GET', '/distribution/private/img:1/json').status).toBe(403);
  expect(refusal(bench.send('manager1', 'GET', '/distribution/Bad:Img/json'))[0]).toBe(400);
});

test('D-E33, D-E35 ports are assigned once, and shown where they belong', () => {
  const bench = Services.ready();
  const Ports = [{ Protocol: 'tcp', TargetPort: 80, PublishMode: 'ingress' }];
  bench.create(request({ EndpointSpec: { Mode: 'vip', Ports } }));
  bench.settle();
  const published = () => bench.service().Endpoint.Ports?.[0]?.PublishedPort;
  const first = published();
  expect(bench.service().Spec.EndpointSpec?.Ports).toEqual(Ports);
  expect(first).toBeGreaterThanOrEqual(30_000);
  bench.update('web', (spec) => ({ ...spec, Mode: { Replicated: { Replicas: 3 } } }));
  bench.settle();
  expect(published()).toBe(first);
  bench.create(
    request({
      Name: 'host',
      EndpointSpec: { Mode: 'vip', Ports: [{ Protocol: 'tcp', TargetPort: 81, PublishMode: 'host' }] },
    }),
  );
  bench.settle();
  const [task] = bench.tasks({ service: ['host'] });
  expect(task?.Status.PortStatus.Ports).toEqual([
    { Protocol: 'tcp', TargetPort: 81, PublishedPort: 32_768, PublishMode: 'host' },
  ]);
});

test('D-E37 labels and names filter as they should', () => {
  const bench = Services.ready();
  bench.create(request({ Name: 'web', Labels: { a: 'b', c: '' } }));
  bench.create(request({ Name: 'db', Labels: { a: 'x' } }));
  const names = (filters: unknown) =>
    bench
      .get<readonly api.Service[]>(
        'manager1',
        `/services?filters=${encodeURIComponent(JSON.stringify(filters))}`,
      )
      .map(({ Spec }) => Spec.Name)
      .sort((a = '', b = '') => (a < b ? -1 : 1));
  expect(names({ label: { a: true } })).toEqual(['db', 'web']);
  expect(names({ label: { 'a=': true } })).toEqual(['db', 'web']);
  expect(names({ label: { 'a=b': true } })).toEqual(['web']);
  expect(names({ label: { 'a=b': true, c: true } })).toEqual(['web']);
  expect(names({ label: { 'a=x': true, c: true } })).toEqual([]);
  expect(names({ name: { we: true } })).toEqual(['web']);
  expect(names({ name: { we: true, d: true } })).toEqual(['db', 'web']);
  expect(names({ mode: { global: true } })).toEqual([]);
  expect(names({ name: { we: false } })).toEqual(['db', 'web']);
});

test('D-E43 networks are asked for by name and kept by ID; those of a machine are refused', () => {
  const bench = Services.ready();
  const created = bench.send('manager1', 'POST', '/networks/create', { Name: 'net1', Driver: 'overlay' });
  const { Id }: api.NetworkCreateResponse = JSON.parse(created.text);
  bench.create(request({}, { Networks: [{ Target: 'net1', Aliases: ['w'], DriverOpts: { x: 'y' } }] }));
  expect(bench.service().Spec.TaskTemplate.Networks).toEqual([
    { Target: Id, Aliases: ['w'], DriverOpts: { x: 'y' } },
  ]);
  const on = (Target: string) =>
    refusal(
      bench.send('manager1', 'POST', '/services/create', request({ Name: 'x' }, { Networks: [{ Target }] })),
    );
  expect(on('nope')).toEqual([500, 'network nope not found']);
  expect(on('docker_gwbridge')[0]).toBe(403);
  expect(on('ingress')).toEqual([
    400,
    'rpc error: code = InvalidArgument desc = Service cannot be explicitly attached to the ingress network "ingress"',
  ]);
});

test('D-E44 replicas that are not said are one again', () => {
  const bench = Services.ready();
  bench.create(request({ Mode: { Replicated: { Replicas: 3 } } }));
  bench.update('web', (spec) => ({ ...spec, Mode: { Replicated: {} } }));
  expect(bench.service().Spec.Mode).toEqual({ Replicated: { Replicas: 1 } });
});

test('D-E48 tasks are found by the labels of their service', () => {
  const bench = Services.ready();
  bench.create(request({ Labels: { 'com.docker.stack.namespace': 'st' } }));
  bench.settle();
  expect(bench.tasks({ label: { 'com.docker.stack.namespace=st': true } }).length).toBe(1);
  expect(bench.tasks({ label: { 'com.docker.stack.namespace=other': true } }).length).toBe(0);
  expect(refusal(bench.send('manager1', 'GET', '/tasks?filters={"service":{"nope":true}}'))).toEqual([
    404,
    'service nope not found',
  ]);
});

test('the counts of a list are those of the reference', () => {
  const bench = Services.ready();
  bench.create(request({ Mode: { Replicated: { Replicas: 3 } } }));
  bench.create(request({ Name: 'glob', Mode: { Global: {} } }));
  bench.create(request({ Name: 'job', Mode: { GlobalJob: {} }, EndpointSpec: undefined }));
  bench.settle();
  const counts = Object.fromEntries(
    bench
      .get<readonly api.Service[]>('manager1', '/services?status=true')
      .map(({ Spec, ServiceStatus }) => [Spec.Name, ServiceStatus]),
  );
  expect(counts).toMatchObject({
    web: { RunningTasks: 3, DesiredTasks: 3, CompletedTasks: 0 },
    glob: { RunningTasks: 3, DesiredTasks: 3, CompletedTasks: 0 },
    job: { RunningTasks: 3, DesiredTasks: 3, CompletedTasks: 0 },
  });
  expect(bench.service().ServiceStatus).toBeUndefined();
  const old = bench.get<readonly api.Service[]>('manager1', '/v1.40/services?status=true');
  expect(old.every(({ ServiceStatus }) => ServiceStatus === undefined)).toBe(true);
});

describe('specs that are refused, without and with the words of the managers', () => {
  const container = (spec: Partial<api.ContainerSpec>): Partial<api.TaskSpec> => ({
    ContainerSpec: { Image: 'nginx', ...spec },
  });
  const managers = 'rpc error: code = InvalidArgument desc = ';
  test.each<readonly [api.ServiceSpec, number, string]>([
    [request({ EndpointSpec: { Mode: 'foo' } }), 400, 'invalid resolution mode: "foo"'],
    [
      request({ UpdateConfig: { Parallelism: 1, MaxFailureRatio: 0, Order: 'foo' } }),
      400,
      'unrecognized update order foo',
    ],
    [
      request({ UpdateConfig: { Parallelism: 1, MaxFailureRatio: 0, Order: '', FailureAction: 'foo' } }),
      400,
      'unrecognized update failure action foo',
    ],
    [request({}, { RestartPolicy: { Condition: 'foo' } }), 400, 'invalid RestartCondition: "foo"'],
    [request({ Mode: { Replicated: {}, Global: {} } }), 400, 'must specify only one service mode'],
    [request({}, { ContainerSpec: undefined }), 400, 'mismatched Runtime and *Spec fields'],
    [request({}, container({ Mounts: [{ Type: 'x' }] })), 400, 'invalid MountType: "x"'],
    [
      request(
        {},
        container({
          Privileges: {
            CredentialSpec: { Config: 'a', File: 'b', Registry: '' },
            SELinuxContext: null,
            NoNewPrivileges: false,
          },
        }),
      ),
      400,
      'invalid CredentialSpec: cannot specify both "config" and "file" credential specs',
    ],
    [request({ Name: 'a.b' }), 400, `${managers}name must be valid as a DNS name component`],
    [request({ Name: 'x'.repeat(64) }), 400, `${managers}name must be 63 characters or fewer`],
    [
      request({}, { Resources: { Limits: { NanoCPUs: 100_000 } } }),
      400,
      `${managers}invalid cpu value 0.0001: Must be at least 0.001`,
    ],
    [
      request({}, { RestartPolicy: { Delay: -1 } }),
      400,
      `${managers}TaskSpec: restart-delay cannot be negative`,
    ],
    [
      request({}, container({ Healthcheck: { Interval: 1 } })),
      400,
      `${managers}ContainerSpec: Interval in HealthConfig cannot be less than 1ms`,
    ],
    [
      request({}, container({ Image: '' })),
      400,
      `${managers}ContainerSpec: image reference must be provided`,
    ],
    [
      request({}, { Placement: { Constraints: ['node.role'] } }),
      500,
      'rpc error: code = Unknown desc = constraint expected one operator from ==, !=',
    ],
    [
      request(
        {},
        container({
          Secrets: [{ File: { Name: 's', UID: '0', GID: '0', Mode: 292 }, SecretID: 'x', SecretName: 's1' }],
        }),
      ),
      400,
      `${managers}secret not found: s1`,
    ],
    [
      request({ EndpointSpec: { Mode: 'dnsrr', Ports: [{ TargetPort: 80 }] } }),
      400,
      `${managers}EndpointSpec: port published with ingress mode can't be used with dnsrr mode`,
    ],
  ])('D-E70 and others: %j', (spec, status, message) => {
    const bench = new Bench(Bench.assembled(1, 0).swarm);
    expect(refusal(bench.send('manager1', 'POST', '/services/create', spec))).toEqual([status, message]);
  });
});

test('the checks of an update come in their order', () => {
  const bench = Services.ready();
  bench.create(request());
  const update = (key: string, query: string, spec: unknown) =>
    refusal(bench.send('manager1', 'POST', `/services/${key}/update?${query}`, spec));
  const bad = request({ EndpointSpec: { Mode: 'foo' } }, { Networks: [{ Target: 'nope' }] });
  expect(update('nope', '', bad)).toEqual([
    400,
    `invalid service version '': strconv.ParseUint: parsing "": invalid syntax`,
  ]);
  expect(update('nope', 'version=1&registryAuthFrom=x', bad)).toEqual([500, 'network nope not found']);
  expect(update('nope', 'version=1', request({ EndpointSpec: { Mode: 'foo' } }))[1]).toBe(
    'invalid resolution mode: "foo"',
  );
  expect(update('nope', 'version=1&registryAuthFrom=x', request())).toEqual([404, 'service nope not found']);
  expect(update('web', 'version=1&registryAuthFrom=x&rollback=x', request())).toEqual([
    500,
    'unsupported registryAuthFrom value',
  ]);
  expect(update('web', 'version=1&registryAuthFrom=previous-spec', request())).toEqual([
    500,
    'service does not have a previous spec',
  ]);
});

test('D-E52 every frame is one line with where it comes from, on the stream it was written to', () => {
  const bench = Services.ready();
  bench.swarm.scriptImage('nginx:1.25', {
    logs: [
      { kind: 'once', stream: 'stdout', after: 0, text: 'hello' },
      { kind: 'once', stream: 'stderr', after: 1_000_000, text: 'oops' },
    ],
  });
  const id = bench.create(request());
  bench.settle();
  const [task] = bench.tasks();
  const { status, headers, bytes } = bench.send(
    'manager1',
    'GET',
    '/services/web/logs?stdout=1&stderr=1&tail=all&details=1&timestamps=1',
  );
  expect([status, headers.get('content-type')]).toEqual([200, 'application/vnd.docker.multiplexed-stream']);
  const frames: string[] = [];
  const kinds: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = new DataView(bytes.buffer).getUint32(at + 4);
    kinds.push(bytes[at] ?? 0);
    frames.push(new TextDecoder().decode(bytes.slice(at + 8, at + 8 + length)));
    at += 8 + length;
  }
  expect(kinds).toEqual([1, 2]);
  const context = `com.docker.swarm.node.id=${task?.NodeID},com.docker.swarm.service.id=${id},com.docker.swarm.task.id=${task?.ID}`;
  expect(frames[0]).toMatch(/^2026-01-05T10:00:\d\d\.\d{9}Z /);
  expect(frames[0]?.slice(31)).toBe(`${context} hello\n`);
  expect(frames[1]?.slice(31)).toBe(`${context} oops\n`);
  expect(bench.send('manager1', 'GET', `/tasks/${task?.ID}/logs?stderr=1`).text.slice(8)).toBe('oops\n');
  const logs = (query: string) => refusal(bench.send('manager1', 'GET', `/services/web/logs?${query}`));
  expect(logs('')).toEqual([500, 'Bad parameters: you must choose at least one stream']);
  expect(logs('stdout=1&tail=x')).toEqual([500, 'tail value must be a positive integer or "all"']);
  expect(logs('stdout=1&tail=-1')).toEqual([500, 'negative tail values not supported']);
  expect(refusal(bench.send('manager1', 'GET', '/services/nope/logs?stdout=1'))).toEqual([
    404,
    'service nope not found',
  ]);
});

test('D-E39 to D-E42 configs and secrets: data shown and hidden, changed and removed', () => {
  const bench = Services.ready();
  const make = (kind: string, Name: string) => {
    const { status, text } = bench.send('manager1', 'POST', `/${kind}/create`, {
      Name,
      Labels: { a: 'b' },
      Data: 'aGk=',
    });
    expect(status).toBe(201);
    const { ID }: api.IdResponse = JSON.parse(text);
    return ID;
  };
  const config = make('configs', 'c1');
  const secret = make('secrets', 's1');
  expect(bench.send('manager1', 'GET', '/configs/c1').text).toMatch(
    /^\{"ID":"[0-9a-z]{25}","Version":\{"Index":\d+\},"CreatedAt":"2026-01-05T10:00:[0-9.]+Z","UpdatedAt":"2026-01-05T10:00:[0-9.]+Z","Spec":\{"Name":"c1","Labels":\{"a":"b"\},"Data":"aGk="\}\}\n$/,
  );
  expect(bench.get<api.Secret>('manager1', '/secrets/s1').Spec).toEqual({ Name: 's1', Labels: { a: 'b' } });
  const target = { UID: '0', GID: '0', Mode: 292 };
  bench.create(
    request(
      {},
      {
        ContainerSpec: {
          Image: 'nginx',
          Secrets: [{ File: { Name: 's1', ...target }, SecretID: secret, SecretName: 's1' }],
          Configs: [{ File: { Name: '/c1', ...target }, ConfigID: config, ConfigName: 'c1' }],
        },
      },
    ),
  );
  expect(refusal(bench.send('manager1', 'DELETE', '/secrets/s1'))).toEqual([
    400,
    "rpc error: code = InvalidArgument desc = secret 's1' is in use by the following service: web",
  ]);
  const { Version } = bench.get<api.Config>('manager1', '/configs/c1');
  const update = (Data: string) =>
    bench.send('manager1', 'POST', `/configs/c1/update?version=${Version.Index}`, {
      Name: 'c1',
      Labels: { n: '1' },
      Data,
    });
  expect(refusal(update('eW8='))).toEqual([
    400,
    'rpc error: code = InvalidArgument desc = only updates to Labels are allowed',
  ]);
  expect(update('aGk=').status).toBe(200);
  expect(bench.get<api.Config>('manager1', '/configs/c1').Spec.Labels).toEqual({ n: '1' });
  const again = bench.send('manager1', 'POST', '/configs/create', { Name: 'c1', Data: 'aGk=' });
  expect(refusal(again)).toEqual([409, 'rpc error: code = AlreadyExists desc = config c1 already exists']);
  bench.send('manager1', 'DELETE', '/services/web');
  expect(bench.send('manager1', 'DELETE', '/secrets/s1')).toMatchObject({ status: 204, text: '' });
});

test('a secret of a driver has no data, and a config of the runtime is no file', () => {
  const bench = Services.ready();
  const secret = (body: unknown) => bench.send('manager1', 'POST', '/secrets/create', body);
  expect(secret({ Name: 's1', Labels: {}, Driver: { Name: 'vault', Options: { a: 'b' } } }).status).toBe(201);
  expect(bench.get<api.Secret>('manager1', '/secrets/s1').Spec).toEqual({
    Name: 's1',
    Labels: {},
    Driver: { Name: 'vault', Options: { a: 'b' } },
  });
  expect(refusal(secret({ Name: 's2', Driver: {} }))[1]).toMatch(/secret driver must have a name$/);
  expect(refusal(secret({ Name: 's2' }))[1]).toMatch(
    /secret data must be larger than 0 and less than 512000 bytes$/,
  );
  const { text } = bench.send('manager1', 'POST', '/configs/create', {
    Name: 'c1',
    Data: 'aGk=',
    Templating: { Name: 'golang' },
  });
  expect(bench.get<api.Config>('manager1', '/configs/c1').Spec.Templating).toEqual({ Name: 'golang' });
  const { ID }: api.IdResponse = JSON.parse(text);
  const Configs = [{ Runtime: {}, ConfigID: ID, ConfigName: 'c1' }];
  bench.create(request({}, { ContainerSpec: { Image: 'nginx', Configs } }));
  expect(bench.service().Spec.TaskTemplate.ContainerSpec?.Configs).toEqual(Configs);
  bench.settle();
  expect(bench.tasks()[0]?.Status.State).toBe('running');
});

test('D-E41 a network in use stays', () => {
  const bench = Services.ready();
  const { text } = bench.send('manager1', 'POST', '/networks/create', { Name: 'net1', Driver: 'overlay' });
  const { Id }: api.NetworkCreateResponse = JSON.parse(text);
  const service = bench.create(request({}, { Networks: [{ Target: Id }] }));
  expect(refusal(bench.send('manager1', 'DELETE', '/networks/net1'))).toEqual([
    400,
    `rpc error: code = FailedPrecondition desc = network ${Id} is in use by service ${service}`,
  ]);
  const again = bench.send('manager1', 'POST', '/networks/create', { Name: 'net1', Driver: 'overlay' });
  expect(refusal(again)).toEqual([409, 'network with name net1 already exists']);
  expect(refusal(bench.send('manager1', 'GET', '/networks/nope'))).toEqual([404, 'network nope not found']);
});
