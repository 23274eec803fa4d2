// What an engine has of its own: containers of its tasks, images, volumes, networks, and what it tells of them.

import { expect, test } from 'vitest';
import type * as api from '../../src/engine/api.ts';
import { Bench, drive } from './drive.ts';

/** One machine that is a swarm, with a service that has started. */
function running(container: api.ContainerSpec = { Image: 'nginx:1.25' }, logs = false): Bench {
  const bench = Bench.assembled(1, 0);
  if (logs) {
    bench.swarm.scriptImage('nginx:1.25', {
      logs: [
        { kind: 'once', stream: 'stdout', after: 0, text: 'first' },
        { kind: 'every', stream: 'stderr', every: 10_000_000, text: 'again' },
      ],
    });
  }
  const spec = {
    Name: 'web',
    TaskTemplate: { ContainerSpec: container, ForceUpdate: 0 },
    Mode: { Replicated: { Replicas: 1 } },
  };
  expect(bench.send('manager1', 'POST', '/services/create', spec).status).toBe(201);
  bench.swarm.advance(10_000_000);
  return bench;
}

function containers(bench: Bench, query = ''): readonly api.ContainerSummary[] {
  return bench.get('manager1', `/containers/json${query}`);
}

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

test('docker ps shows the containers of tasks, and all of them when asked', () => {
  const bench = running();
  const [container] = containers(bench);
  const [task] = bench.get<readonly api.Task[]>('manager1', '/tasks');
  expect(container).toMatchObject({
    Id: task?.Status.ContainerStatus?.ContainerID,
    Names: [`/web.1.${task?.ID}`],
    Image: 'nginx:1.25',
    State: 'running',
    Status: expect.stringMatching(/^Up \d+ seconds$/),
    Labels: { 'com.docker.swarm.service.name': 'web', 'com.docker.swarm.task.id': task?.ID },
  });
  bench.send('manager1', 'POST', `/containers/${container?.Id.slice(0, 12)}/kill`);
  bench.swarm.advance(1_000_000);
  expect(containers(bench)).toEqual([]);
  expect(containers(bench, '?all=1').map(({ Status }) => Status)).toEqual([
    'Created',
    expect.stringMatching(/^Exited \(137\) /),
  ]);
  bench.swarm.advance(20_000_000);
  expect(containers(bench).length).toBe(1);
  const filters = (value: unknown) => `?all=1&filters=${encodeURIComponent(JSON.stringify(value))}`;
  expect(containers(bench, filters({ status: { exited: true } })).length).toBe(1);
  expect(containers(bench, filters({ label: { 'com.docker.swarm.service.name=db': true } }))).toEqual([]);
});

test('a container that is killed, or removed by force, has died for its task', () => {
  const bench = running();
  const [container] = containers(bench);
  expect(refusal(bench.send('manager1', 'DELETE', `/containers/${container?.Id}`))[0]).toBe(409);
  expect(bench.send('manager1', 'DELETE', `/containers/${container?.Id}?force=1`)).toMatchObject({
    status: 204,
    text: '',
  });
  bench.swarm.advance(2_000_000);
  const states = bench.get<readonly api.Task[]>('manager1', '/tasks').map(({ Status }) => Status.State);
  expect(states).toContain('failed');
  expect(refusal(bench.send('manager1', 'POST', '/containers/nope/kill'))).toEqual([
    404,
    'cannot kill container: nope: No such container: nope',
  ]);
});

test('docker inspect tells of a container what its task and its program say', () => {
  const bench = running({ Image: 'nginx:1.25', Env: ['A=1'], Args: ['x'], TTY: true });
  const [container] = containers(bench);
  expect(bench.get('manager1', `/containers/${container?.Id.slice(0, 10)}/json`)).toMatchObject({
    Id: container?.Id,
    State: {
      Status: 'running',
      Running: true,
      ExitCode: 0,
      StartedAt: expect.stringMatching(/^2026-01-05T10:00:/),
    },
    Config: { Env: ['A=1'], Cmd: ['x'], Tty: true, Image: 'nginx:1.25' },
  });
});

test('docker inspect tells of a container whether the kernel killed it for want of memory', () => {
  const bench = running({ Image: 'nginx:1.25' });
  const killed = () =>
    containers(bench, '?all=1').map(
      ({ Id }) =>
        bench.get<{ State: { OOMKilled: boolean } }>('manager1', `/containers/${Id}/json`).State.OOMKilled,
    );
  expect(killed()).toEqual([false]);
  bench.swarm.scriptImage('nginx:1.25', { run: { kind: 'out-of-memory', after: 1_000_000 } });
  const [container] = containers(bench);
  bench.send('manager1', 'POST', `/containers/${container?.Id}/kill`);
  bench.swarm.advance(9_000_000);
  expect(killed()).toContain(true);
});

test('docker logs shows what a container has written, and follows it to its end', () => {
  const bench = running({ Image: 'nginx:1.25' }, true);
  const [container] = containers(bench);
  const target = `/containers/${container?.Id}/logs?stdout=1&stderr=1`;
  const { bytes, text } = bench.send('manager1', 'GET', target);
  expect([bytes[0], text.slice(8)]).toEqual([1, 'first\n']);
  bench.swarm.advance(10_000_000);
  expect(bench.send('manager1', 'GET', `${target}&tail=1`).text.slice(8)).toBe('again\n');
  const { body } = drive(bench.swarm, bench.start('manager1', 'GET', `${target}&follow=1`));
  if (typeof body === 'string') throw new Error('logs are a stream');
  const all = bench.readFor(body, 12_000_000);
  expect(all.match(/again/g)?.length).toBeGreaterThan(1);
  body.close();
});

test('images are pulled over the network, once, with the words of the registry', () => {
  const bench = Bench.assembled(1, 0);
  const pull = (image: string) =>
    bench.send('manager1', 'POST', `/images/create?fromImage=${image}&tag=7`).text;
  const from = bench.swarm.world.now;
  expect(pull('redis')).toMatch(
    /^\{"status":"Pulling from library\/redis","id":"7"\}\r\n\{"status":"Digest: sha256:[0-9a-f]{64}"\}\r\n\{"status":"Status: Downloaded newer image for redis:7"\}\r\n$/,
  );
  expect(bench.swarm.world.now - from).toBeGreaterThan(1_000_000);
  expect(pull('redis')).toContain('Status: Image is up to date for redis:7');
  bench.swarm.scriptImage('gone:7', { pull: { kind: 'unknown' } });
  expect(pull('gone')).toContain(
    '"error":"manifest for gone:7 not found: manifest unknown: manifest unknown"',
  );
  const images = bench.get<readonly api.ImageSummary[]>('manager1', '/images/json');
  expect(images.map(({ RepoTags }) => RepoTags)).toEqual([['redis:7']]);
  expect(bench.get('manager1', '/images/redis:7/json')).toMatchObject({ RepoTags: ['redis:7'], Os: 'linux' });
  expect(refusal(bench.send('manager1', 'GET', '/images/nope/json'))).toEqual([404, 'No such image: nope']);
});

test('an image that was pulled is there for tasks', () => {
  const bench = Bench.assembled(1, 0);
  bench.send('manager1', 'POST', '/images/create?fromImage=nginx&tag=1.25');
  bench.swarm.setRegistryDown(true);
  const spec = {
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'nginx:1.25' }, ForceUpdate: 0 },
    Mode: {},
  };
  bench.send('manager1', 'POST', '/services/create', spec);
  bench.swarm.advance(3_000_000);
  expect(bench.get<readonly api.Task[]>('manager1', '/tasks')[0]?.Status.State).toBe('running');
});

test('volumes are made, shown, used and removed, and survive a crash', () => {
  const bench = running({ Image: 'nginx', Mounts: [{ Type: 'volume', Source: 'used', Target: '/d' }] });
  const created = bench.send('manager1', 'POST', '/volumes/create', {
    Name: 'v1',
    Labels: { a: 'b' },
    DriverOpts: { o: 'x' },
  });
  expect(created.status).toBe(201);
  expect(JSON.parse(created.text)).toMatchObject({
    Name: 'v1',
    Driver: 'local',
    Scope: 'local',
    Labels: { a: 'b' },
  });
  expect(bench.get<api.VolumeList>('manager1', '/volumes').Volumes?.map(({ Name }) => Name)).toEqual([
    'used',
    'v1',
  ]);
  expect(refusal(bench.send('manager1', 'DELETE', '/volumes/used'))).toEqual([
    409,
    expect.stringMatching(/^remove used: volume is in use - \[[0-9a-f]{64}\]$/),
  ]);
  expect(refusal(bench.send('manager1', 'DELETE', '/volumes/nope'))).toEqual([
    404,
    'get nope: no such volume',
  ]);
  bench.swarm.advance(1_000_000);
  bench.swarm.fault({ kind: 'crash', host: 'manager1' });
  bench.swarm.fault({ kind: 'restart', host: 'manager1' });
  expect(bench.get<api.Volume>('manager1', '/volumes/v1')).toMatchObject({
    Options: { o: 'x' },
    Labels: { a: 'b' },
  });
  expect(bench.send('manager1', 'DELETE', '/volumes/v1')).toMatchObject({ status: 204, text: '' });
  expect(bench.send('manager1', 'GET', '/volumes/v1').status).toBe(404);
});

test('volumes of the swarm are made by its managers', () => {
  const bench = Bench.assembled(1, 0);
  const body = {
    Name: 'data',
    Driver: 'csi',
    ClusterVolumeSpec: { Group: 'g', AccessMode: { Scope: 'multi', Sharing: 'all', MountVolume: {} } },
  };
  const made = bench.send('manager1', 'POST', '/volumes/create', body);
  expect(made.status).toBe(201);
  const volume: api.Volume = JSON.parse(made.text);
  expect(volume).toMatchObject({ Name: 'data', Driver: 'csi', Scope: 'global' });
  expect(volume.ClusterVolume?.Spec).toMatchObject({
    Group: 'g',
    AccessMode: { Scope: 'multi', Sharing: 'all' },
  });
  const drained = { Spec: { ...volume.ClusterVolume?.Spec, Availability: 'drain' } };
  bench.swarm.advance(10_000_000);
  const { ClusterVolume } = bench.get<api.Volume>('manager1', '/volumes/data');
  const target = `/volumes/${ClusterVolume?.ID}?version=${ClusterVolume?.Version.Index}`;
  expect(bench.send('manager1', 'PUT', target, drained).status).toBe(200);
  expect(bench.get<api.Volume>('manager1', '/volumes/data').ClusterVolume?.Spec.Availability).toBe('drain');
});

test('every machine has its own networks; a member of a swarm has the gateway, and managers show the rest', () => {
  const bench = Bench.assembled(1, 1);
  const names = (host: string) =>
    bench.get<readonly api.Network[]>(host, '/networks').map(({ Name }) => Name);
  expect(names('worker1')).toEqual(['bridge', 'host', 'none', 'docker_gwbridge']);
  expect(names('manager1')).toEqual(['bridge', 'host', 'none', 'docker_gwbridge', 'ingress']);
  expect(Bench.bare(1, 0).get<readonly api.Network[]>('manager1', '/networks').length).toBe(3);
  expect(
    refusal(bench.send('worker1', 'POST', '/networks/create', { Name: 'n', Driver: 'overlay' }))[0],
  ).toBe(403);
  expect(
    refusal(bench.send('manager1', 'POST', '/networks/create', { Name: 'host', Driver: 'overlay' })),
  ).toEqual([403, 'operation is not permitted on predefined host network']);
  expect(refusal(bench.send('manager1', 'DELETE', '/networks/bridge'))).toEqual([
    403,
    'bridge is a pre-defined network and cannot be removed',
  ]);
});

test('a network of one machine is made, survives a crash, and is no network for services', () => {
  const bench = Bench.assembled(1, 1);
  const made = bench.send('manager1', 'POST', '/networks/create', { Name: 'mynet', Labels: { a: 'b' } });
  expect(made.status).toBe(201);
  const { Id }: api.NetworkCreateResponse = JSON.parse(made.text);
  expect(refusal(bench.send('manager1', 'POST', '/networks/create', { Name: 'mynet' }))).toEqual([
    409,
    'network with name mynet already exists',
  ]);
  const spec = {
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'nginx' }, Networks: [{ Target: 'mynet' }], ForceUpdate: 0 },
    Mode: {},
  };
  expect(refusal(bench.send('manager1', 'POST', '/services/create', spec))).toEqual([
    403,
    'The network mynet cannot be used with services. Only networks scoped to the swarm can be used, such as those created with the overlay driver.',
  ]);
  bench.swarm.advance(1_000_000);
  bench.swarm.fault({ kind: 'crash', host: 'manager1' });
  bench.swarm.fault({ kind: 'restart', host: 'manager1' });
  expect(bench.get<api.Network>('manager1', '/networks/mynet')).toMatchObject({
    Id,
    Driver: 'bridge',
    Scope: 'local',
    Labels: { a: 'b' },
    IPAM: { Config: [{ Subnet: '172.19.0.0/16', Gateway: '172.19.0.1' }] },
  });
  expect(bench.send('worker1', 'GET', '/networks/mynet').status).toBe(404);
  expect(bench.send('manager1', 'DELETE', '/networks/mynet')).toMatchObject({ status: 204, text: '' });
  expect(bench.send('manager1', 'GET', '/networks/mynet').status).toBe(404);
});

test('a service on the network of its machines is attached to what stands for it in the swarm', () => {
  const bench = Bench.assembled(1, 0);
  const spec = {
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'nginx' }, Networks: [{ Target: 'host' }], ForceUpdate: 0 },
    Mode: {},
  };
  expect(bench.send('manager1', 'POST', '/services/create', spec).status).toBe(201);
  bench.swarm.advance(10_000_000);
  const asked = bench.get<api.Network>('manager1', '/networks/host?scope=swarm');
  expect([asked.Scope, asked.Driver]).toEqual(['swarm', 'host']);
  const [task] = bench.get<readonly api.Task[]>('manager1', '/tasks');
  expect(task?.Status.State).toBe('running');
  expect(task?.NetworksAttachments?.[0]?.Network.Spec).toMatchObject({
    Name: 'host',
    Labels: { 'com.docker.swarm.predefined': 'true' },
  });
});

test.each([
  [[{}], 'cannot be empty'],
  [[{ Subnet: 'x' }], 'invalid subnet x'],
  [[{ Subnet: '10.9.0.0/24', IPRange: 'x' }], 'invalid range x'],
  [
    [{ Subnet: '10.9.0.0/24', IPRange: '10.8.0.0/28' }],
    'subnet 10.9.0.0/24 does not contain range 10.8.0.0/28',
  ],
  [[{ Subnet: '10.9.0.0/24', Gateway: '10.8.0.1' }], 'subnet 10.9.0.0/24 does not contain gateway 10.8.0.1'],
])('the addresses of a network are checked: %j', (Config, message) => {
  const bench = Bench.assembled(1, 0);
  const body = { Name: 'n', Driver: 'overlay', IPAM: { Config } };
  expect(refusal(bench.send('manager1', 'POST', '/networks/create', body))).toEqual([
    400,
    `rpc error: code = InvalidArgument desc = ipam configuration: ${message}`,
  ]);
});

test('a network is inspected with the containers of the node, and with its services in detail', () => {
  const bench = Bench.assembled(1, 0);
  bench.send('manager1', 'POST', '/networks/create', {
    Name: 'net1',
    Driver: 'overlay',
    Options: { encrypted: '' },
  });
  const spec = {
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'nginx' }, Networks: [{ Target: 'net1' }], ForceUpdate: 0 },
    Mode: {},
  };
  bench.send('manager1', 'POST', '/services/create', spec);
  bench.swarm.advance(10_000_000);
  const network = bench.get<api.Network>('manager1', '/networks/net1?verbose=true');
  const [task] = bench.get<readonly api.Task[]>('manager1', '/tasks');
  const [address = ''] = task?.NetworksAttachments?.[0]?.Addresses ?? [];
  const id = task?.Status.ContainerStatus?.ContainerID ?? '';
  expect(network.Containers?.[id]).toMatchObject({ Name: `web.1.${task?.ID}`, IPv4Address: address });
  expect(network.Options).toMatchObject({
    encrypted: '',
    'com.docker.network.driver.overlay.vxlanid_list': '4097',
  });
  expect(network.Services?.web?.Tasks?.[0]?.EndpointIP).toBe(address.split('/')[0]);
});

test('events tell what becomes of containers and images, and are filtered', () => {
  const bench = running();
  const [container] = containers(bench);
  bench.send('manager1', 'POST', `/containers/${container?.Id}/kill`);
  bench.swarm.advance(1_000_000);
  const end = 1_767_607_200 + Math.ceil(bench.swarm.world.now / 1_000_000);
  const events = (filters: unknown) => {
    const { text } = bench.send(
      'manager1',
      'GET',
      `/events?until=${end}&filters=${encodeURIComponent(JSON.stringify(filters))}`,
    );
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line): api.Event => JSON.parse(line)).map(({ Type, Action }) => `${Type} ${Action}`);
  };
  expect(events({ type: ['image'] })).toEqual(['image pull']);
  expect(events({ container: [container?.Id] })).toEqual([
    'container create',
    'container start',
    'container kill',
    'container die',
  ]);
  expect(events({ event: ['die'] })).toEqual(['container die']);
  expect(events({ scope: ['swarm'], type: ['service'] })[0]).toBe('service create');
});

test('a new manager tells of what happens, not of what was there', () => {
  const bench = Bench.assembled(2, 0);
  bench.send('manager1', 'POST', '/configs/create', { Name: 'c', Data: 'aGk=' });
  const response = drive(bench.swarm, bench.start('manager2', 'GET', '/events?since=1'));
  if (typeof response.body === 'string') throw new Error('events are a stream');
  const told = bench.readFor(response.body, 5_000_000);
  response.body.close();
  expect(told).toContain('"Type":"config","Action":"create"');
  expect(told).not.toContain('"Type":"network","Action":"create"');
});

test('whoever logs in is let in, and a bad range of events is refused', () => {
  const bench = Bench.bare(1, 0);
  const login = bench.send('manager1', 'POST', '/auth', { username: 'a', password: 'b' });
  expect(login.text).toBe('{"IdentityToken":"","Status":"Login Succeeded"}\n');
  expect(bench.send('manager1', 'POST', '/auth', {}).status).toBe(401);
  expect(refusal(bench.send('manager1', 'GET', '/events?since=2&until=1'))).toEqual([
    400,
    '`since` time (2) cannot be after `until` time (1)',
  ]);
});
