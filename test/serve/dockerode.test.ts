// A client that nobody here wrote: dockerode talks to the served engines as to any other.

import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openServer } from './at-once.ts';

let served: Awaited<ReturnType<typeof openServer>>;
let docker: Docker;
beforeAll(async () => {
  served = await openServer({ cluster: { managers: 1, workers: 2 } });
  docker = new Docker({ host: '127.0.0.1', port: served.port, version: 'v1.50' });
});
afterAll(() => served.close());

function pass(seconds: number): void {
  const { fibers, swarm } = served.session;
  const end = swarm.world.now + seconds * 1_000_000;
  while (fibers.step(end)) {}
}

test('it sees the swarm and its nodes', async () => {
  const info = await docker.info();
  expect(info.Swarm.LocalNodeState).toBe('active');
  const nodes = await docker.listNodes();
  expect(nodes.map(({ Description }) => Description?.Hostname).sort()).toEqual([
    'manager1',
    'worker1',
    'worker2',
  ]);
  expect((await docker.version()).ApiVersion).toBe('1.50');
});

test('it makes a service, changes it, reads its logs and removes it', async () => {
  served.session.lab.image('web:1', { logs: [{ after: '0s', line: 'hello' }] });
  const created = await docker.createService({
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: 'web:1' } },
    Mode: { Replicated: { Replicas: 2 } },
    EndpointSpec: { Ports: [{ Protocol: 'tcp', PublishedPort: 8080, TargetPort: 80 }] },
  });
  pass(30);
  const service = docker.getService(created.id);
  const inspected = await service.inspect();
  expect(inspected.Spec.Name).toBe('web');
  expect((await docker.listServices({ filters: { name: ['web'] } })).length).toBe(1);
  const tasks = await docker.listTasks({ filters: { service: ['web'] } });
  expect(tasks.map(({ Status }: { Status: { State: string } }) => Status.State)).toEqual([
    'running',
    'running',
  ]);

  const logs = await service.logs({ stdout: true, stderr: true, follow: false });
  expect(`${logs}`).toContain('hello');

  const spec = inspected.Spec;
  await service.update({ ...spec, version: inspected.Version.Index, Mode: { Replicated: { Replicas: 3 } } });
  pass(30);
  expect(
    (await docker.listTasks({ filters: { service: ['web'], 'desired-state': ['running'] } })).length,
  ).toBe(3);
  await expect(service.update({ ...spec, version: 1 })).rejects.toMatchObject({ statusCode: 500 });

  await service.remove();
  await expect(service.inspect()).rejects.toMatchObject({ statusCode: 404 });
});

test('it follows logs', async () => {
  served.session.lab.image('ticker:1', { logs: [{ every: '10s', line: 'tick' }] });
  const { id } = await docker.createService({
    Name: 'ticker',
    TaskTemplate: { ContainerSpec: { Image: 'ticker:1' } },
  });
  const stream = await docker.getService(id).logs({ stdout: true, stderr: true, follow: true });
  let text = '';
  const ticked = new Promise<void>((resolve) => {
    stream.on('data', (piece: Buffer) => {
      text += piece.toString('utf8');
      if (text.split('tick').length > 3) resolve();
    });
  });
  pass(60);
  await ticked;
  if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
});

test('it follows events', async () => {
  const stream = await docker.getEvents({ filters: { type: ['config'] } });
  const seen = new Promise<string>((resolve) => {
    stream.on('data', (piece: Buffer) => resolve(piece.toString('utf8')));
  });
  await docker.createConfig({ Name: 'c1', Data: Buffer.from('x').toString('base64') });
  pass(1);
  expect(JSON.parse(await seen)).toMatchObject({
    Type: 'config',
    Action: 'create',
    Actor: { Attributes: { name: 'c1' } },
  });
  if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
});
