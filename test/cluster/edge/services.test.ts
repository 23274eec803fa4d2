// Services of a whole swarm, by scheduler, agents and control API together: what is refused, and updates that wait for room.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { fileSpec, portConfig, type ServiceRequest, serviceSpec } from '../../../src/model/defaults.ts';
import { minute, second } from '../../../src/model/duration.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { FileReference, PortConfig, ServiceSpec } from '../../../src/model/spec.ts';
import { TaskState } from '../../../src/model/state.ts';
import { assembled, refusal, runningTasks } from '../scene.ts';

function request(name: string, rest: Partial<ServiceRequest> = {}): ServiceSpec {
  return serviceSpec({ name, image: 'nginx', replicas: 1, ...rest });
}

function setImage(client: Client, name: string, image: string): void {
  client.updateService(name, (spec) => ({
    ...spec,
    task: { ...spec.task, container: { ...spec.task.container, image } },
  }));
}

/** Tasks of a service by their observed state. */
function tasksIn(client: Client, name: string, state: TaskState) {
  return client.tasks(client.service(name)).filter(({ status }) => status.state === state);
}

const updateState = (client: Client, name: string) => client.service(name).updateStatus?.state;

describe('a published port (R-A33, S-E79)', () => {
  const publish = (...ports: readonly Partial<PortConfig>[]) => ({
    endpoint: { ports: ports.map((port) => portConfig({ targetPort: 80, ...port })) },
  });

  function withService(...ports: readonly Partial<PortConfig>[]): {
    swarm: Swarm;
    client: Client;
    id: string;
  } {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    const id = client.createService(request('first', publish(...ports)));
    swarm.advance(second);
    return { swarm, client, id };
  }

  const taken = (port: number, id: string, how: string) =>
    `InvalidArgument: port '${port}' is already in use by service 'first' (${id}) as ${how}`;

  it('on ingress is one service’s alone, whichever mode the other wants', () => {
    const { client, id } = withService({ publishedPort: 8080 });
    const ask = (port: Partial<PortConfig>) =>
      refusal(() => client.createService(request('second', publish(port))));
    expect(ask({ publishedPort: 8080 })).toBe(taken(8080, id, 'an ingress port'));
    expect(ask({ publishedPort: 8080, publishMode: 'host' })).toBe(taken(8080, id, 'an ingress port'));
    expect(ask({ publishedPort: 8080, protocol: 'udp' })).toBeUndefined();
  });

  it('on ingress is taken also when it was chosen automatically', () => {
    const { client, id } = withService({});
    expect(refusal(() => client.createService(request('second', publish({ publishedPort: 30_000 }))))).toBe(
      taken(30_000, id, 'an ingress port'),
    );
  });

  it('of the host can be several services’, but not on ingress as well', () => {
    const { client, id } = withService({ publishedPort: 8080, publishMode: 'host' });
    const ask = (name: string, port: Partial<PortConfig>) =>
      refusal(() => client.createService(request(name, publish(port))));
    expect(ask('second', { publishedPort: 8080 })).toBe(taken(8080, id, 'a host-published port'));
    expect(ask('second', { publishedPort: 8080, publishMode: 'host' })).toBeUndefined();
  });

  it('is named that the other service has first, whichever is asked for first', () => {
    const { client, id } = withService({ publishedPort: 8080 }, { publishedPort: 8081 });
    const both = publish({ publishedPort: 8081 }, { publishedPort: 8080 });
    expect(refusal(() => client.createService(request('second', both)))).toBe(
      taken(8080, id, 'an ingress port'),
    );
  });

  it('is taken by a service that has asked for it and does not have it yet', () => {
    const { swarm, client, id } = withService({ publishedPort: 8080 });
    const wanted = request('second', publish({ publishedPort: 8082 }));
    const { spec, meta } = client.service('first');
    const changed = { ...spec, ...(wanted.endpoint && { endpoint: wanted.endpoint }) };
    // The second call is in the writer's queue before the allocator hears of the first.
    const asked = [
      { method: 'service.update', serviceId: id, version: meta.version, spec: changed },
      { method: 'service.create', spec: wanted },
    ] as const;
    const [, creation = 0] = asked.map((call) => swarm.type('manager1', { kind: 'node.call', call }));
    swarm.advance(second);
    expect(swarm.answerTo(creation)).toMatchObject({
      reply: {
        error: { message: `port '8082' is already in use by service 'first' (${id}) as an ingress port` },
      },
    });
  });

  it('is not in the way of its own service’s updates', () => {
    const { client } = withService({ publishedPort: 8080 });
    const more = publish({ publishedPort: 8080 }, { targetPort: 81, publishedPort: 8081 });
    expect(
      refusal(() =>
        client.updateService('first', (spec) => ({
          ...spec,
          ...serviceSpec({ name: 'first', image: 'nginx', ...more }),
        })),
      ),
    ).toBeUndefined();
  });
});

describe('a published port that is fixed no longer (R-A34, S-E84)', () => {
  /** A service whose one fixed port has been given up, after its tasks have been replaced for that. */
  function withFreedPort(publishMode: PortConfig['publishMode']): { swarm: Swarm; client: Client } {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    const endpoint = (publishedPort: number) => ({
      mode: 'vip' as const,
      ports: [portConfig({ targetPort: 80, publishedPort, publishMode })],
    });
    client.createService(request('web', { endpoint: endpoint(8080) }));
    if (!swarm.runUntil(() => runningTasks(swarm) === 1, minute)) throw new Error('it runs');
    client.updateService('web', (spec) => ({ ...spec, endpoint: endpoint(0) }));
    swarm.advance(minute);
    return { swarm, client };
  }
  const running = (client: Client) => tasksIn(client, 'web', TaskState.Running);
  const publishedPorts = (client: Client) =>
    running(client).flatMap(({ endpoint }) => endpoint?.ports.map(({ publishedPort }) => publishedPort));

  it('on ingress keeps its number, and every later update replaces all tasks', () => {
    const { swarm, client } = withFreedPort('ingress');
    expect(publishedPorts(client)).toEqual([8080]);
    for (const value of ['one', 'two']) {
      const before = running(client).map(({ id }) => id);
      client.updateService('web', (spec) => ({ ...spec, labels: makeLabels([['label', value]]) }));
      swarm.advance(minute);
      expect(running(client)).toHaveLength(1);
      expect(running(client).map(({ id }) => id)).not.toEqual(before);
      expect(updateState(client, 'web')).toBe('completed');
    }
    expect(publishedPorts(client)).toEqual([8080]);
  });

  it('of the host is given to new tasks all the same', () => {
    expect(publishedPorts(withFreedPort('host').client)).toEqual([8080]);
  });
});

describe('a rollback is refused', () => {
  it('after one that came by itself, and to a service that was never updated (O-E105, R-O100)', () => {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    swarm.scriptImage('bad', { run: { kind: 'exit', after: second, code: 1 } });
    const id = client.createService(request('web', { update: { failureAction: 'rollback' } }));
    swarm.advance(5 * second);
    const refused = `FailedPrecondition: service ${id} does not have a previous spec`;
    expect(refusal(() => client.rollbackService('web'))).toBe(refused);
    setImage(client, 'web', 'bad');
    swarm.advance(minute);
    expect(updateState(client, 'web')).toBe('rollback_completed');
    expect(refusal(() => client.rollbackService('web'))).toBe(refused);
  });
});

describe('an update is refused', () => {
  function withService(): { swarm: Swarm; client: Client } {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    client.createService(request('web'));
    swarm.advance(5 * second);
    return { swarm, client };
  }

  it('that changes the mode or the name, the mode first (O-E13)', () => {
    const { client } = withService();
    const edit = (change: Partial<ServiceSpec>) =>
      refusal(() => client.updateService('web', (spec) => ({ ...spec, ...change })));
    const mode = 'Unimplemented: service mode change is not allowed';
    expect(edit({ mode: { kind: 'global' } })).toBe(mode);
    expect(edit({ name: 'other' })).toBe('Unimplemented: renaming services is not supported');
    expect(edit({ mode: { kind: 'global' }, name: 'other' })).toBe(mode);
  });

  it('that has not seen the updater’s last write, unless it is refused for more (O-E14, R-O96)', () => {
    const { swarm, client } = withService();
    setImage(client, 'web', 'nginx:2');
    swarm.advance(second);
    const { id, meta, spec } = client.service('web');
    expect(updateState(client, 'web')).toBe('updating');
    swarm.advance(20 * second);
    const written = client.service('web');
    expect(written.updateStatus?.state).toBe('completed');
    const update = (name: string) =>
      refusal(() =>
        swarm.ask('manager1', {
          method: 'service.update',
          serviceId: id,
          version: meta.version,
          spec: { ...spec, name },
        }),
      );
    expect(update('web')).toBe('Unknown: update out of sequence');
    expect(update('other')).toBe('Unimplemented: renaming services is not supported');
    expect(client.service('web')).toEqual(written);
  });

  it('that names the ingress network, and a new service too (R-A9)', () => {
    const { client } = withService();
    const refused = 'InvalidArgument: Service cannot be explicitly attached to the ingress network "ingress"';
    const attached = request('other', { task: { networks: [{ target: 'ingress', aliases: [] }] } });
    expect(refusal(() => client.createService(attached))).toBe(refused);
    expect(
      refusal(() =>
        client.updateService('web', (spec) => ({
          ...spec,
          task: { ...spec.task, networks: attached.task.networks },
        })),
      ),
    ).toBe(refused);
  });

  it('and so is a new service whose name differs from another’s in case alone (O-E16)', () => {
    const { client } = withService();
    client.createService(request('Api'));
    expect(refusal(() => client.createService(request('api')))).toBe(
      'AlreadyExists: name conflicts with an existing object: service api already exists',
    );
  });

  it('for a secret that is not there, but not a rollback to one (R-O102, O-E112)', () => {
    const { swarm, client } = withService();
    const { recordId } = created(swarm, 'password');
    const reference: FileReference = {
      id: recordId,
      name: 'password',
      target: 'password',
      uid: '0',
      gid: '0',
      mode: 0o444,
    };
    const setSecrets = (secrets: readonly FileReference[]) =>
      client.updateService('web', (spec) => ({
        ...spec,
        task: { ...spec.task, container: { ...spec.task.container, secrets } },
      }));
    setSecrets([reference]);
    swarm.advance(20 * second);
    setSecrets([]);
    swarm.advance(20 * second);
    swarm.ask('manager1', { method: 'secret.remove', secretId: recordId });
    expect(refusal(() => setSecrets([reference]))).toBe('InvalidArgument: secret not found: password');
    client.rollbackService('web');
    expect(updateState(client, 'web')).toBe('rollback_started');
    swarm.advance(2 * second);
    const newest = client
      .tasks(client.service('web'))
      .toSorted((a, b) => b.meta.createdAt - a.meta.createdAt)[0];
    expect(newest?.spec.container.secrets).toEqual([reference]);
  });

  function created(swarm: Swarm, name: string): { readonly recordId: string } {
    const result = swarm.ask('manager1', {
      method: 'secret.create',
      spec: fileSpec({ name, data: 'dGV4dA==' }),
    });
    if (result.kind !== 'done') throw new Error(`a change was answered with ${result.kind}`);
    return result;
  }
});

describe('an update of what fills its node', () => {
  it('waits stop-first until the old task has given back what it reserved (R-O81)', () => {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    swarm.scriptImage('slow', { stop: { kind: 'exit', after: 8 * second, code: 0 } });
    client.createService(request('web', { image: 'slow', reservations: { nanoCpus: 3e9 } }));
    if (!swarm.runUntil(() => runningTasks(swarm) === 1, minute)) throw new Error('it runs');
    setImage(client, 'web', 'nginx');
    swarm.advance(5 * second);
    const [waiting] = tasksIn(client, 'web', TaskState.Pending);
    expect(waiting?.status.err).toBe('no suitable node (insufficient resources on 1 node)');
    expect(tasksIn(client, 'web', TaskState.Running)).toHaveLength(1);
    swarm.advance(20 * second);
    expect(tasksIn(client, 'web', TaskState.Running).map(({ id }) => id)).toEqual([waiting?.id]);
    expect(updateState(client, 'web')).toBe('completed');
  });

  it('waits start-first without end for a host port that its old task holds (O-E67)', () => {
    const swarm = assembled(1, 1);
    const client = new Client(swarm, 'manager1');
    const port = portConfig({ targetPort: 80, publishedPort: 80, publishMode: 'host' });
    client.createService(
      request('edge', {
        mode: { kind: 'global' },
        endpoint: { ports: [port] },
        update: { order: 'start-first' },
      }),
    );
    if (!swarm.runUntil(() => runningTasks(swarm) === 2, minute)) throw new Error('it runs');
    setImage(client, 'edge', 'nginx:2');
    swarm.advance(30 * minute);
    expect(updateState(client, 'edge')).toBe('updating');
    const waiting = tasksIn(client, 'edge', TaskState.Pending);
    expect(waiting.map(({ status }) => status.err)).toEqual(['host-mode port already in use on 1 node']);
    expect(runningTasks(swarm)).toBe(2);
  });
});
