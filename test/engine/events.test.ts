// The stream of events: what a manager tells of the swarm, in order, and what a machine tells of itself.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type * as api from '../../src/engine/api.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { ImageBehaviour } from '../../src/model/image-behaviour.ts';
import { Bench, drive, epoch } from './drive.ts';

const second = 1_000_000;

function eventsOf(bench: Bench, host: string, filters: unknown = {}): readonly api.Event[] {
  const until = 1_767_607_200 + Math.ceil(bench.swarm.world.now / second);
  const query = `since=1&until=${until}&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const lines = bench.send(host, 'GET', `/events?${query}`).text.split('\n');
  return lines.filter((line) => line !== '').map((line): api.Event => JSON.parse(line));
}

/** `network connect back (container=..., type=overlay)`: ID and names of containers are left out. */
function inWords({ Type, Action, Actor }: api.Event): string {
  const own = Object.entries(Actor.Attributes).filter(
    ([name]) => !name.startsWith('com.docker.swarm') && !(Type === 'container' && name === 'name'),
  );
  return `${Type} ${Action} (${own.map(([name, value]) => `${name}=${value}`).join(', ')})`;
}

function service(name: string, more: Partial<api.ServiceSpec['TaskTemplate']>, ports: unknown[] = []) {
  return {
    Name: name,
    TaskTemplate: { ContainerSpec: { Image: 'nginx:1.25' }, ForceUpdate: 0, ...more },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Ports: ports },
  };
}

const overlay = (name: string) => ({ Name: name, Driver: 'overlay' });

test('R-R203: every manager tells each change that was written, once and in order', () => {
  const deeds = fc.array(
    fc.constantFrom(
      'config',
      'secret',
      'network',
      'service',
      'scale',
      'remove',
      'drain',
      'promote',
      'leader',
    ),
    { minLength: 1, maxLength: 8 },
  );
  const kinds = ['node', 'service', 'network', 'secret', 'config'];
  fc.assert(
    fc.property(fc.nat(1_000), deeds, (seed, drawn) => {
      const bench = Bench.assembled(3, 2, String(seed));
      bench.swarm.advance(5 * second);
      const written: string[] = [];
      bench.swarm.watch({
        note(_, note) {
          if (note.kind !== 'store.changed') return;
          for (const { kind, action, id } of note.events) {
            if (kinds.includes(kind)) written.push(`${kind} ${action} ${id}`);
          }
        },
      });
      let restless = false;
      drawn.forEach((deed, i) => {
        const at = (path: string, body: unknown) => bench.send('manager1', 'POST', path, body);
        const name = `x${i}`;
        if (deed === 'config' || deed === 'secret') at(`/${deed}s/create`, { Name: name, Data: 'aGk=' });
        if (deed === 'network') at('/networks/create', overlay(name));
        if (deed === 'service') at('/services/create', service(name, {}));
        const [web] = bench.get<readonly api.Service[]>('manager1', '/services');
        if (web !== undefined && deed === 'scale') {
          const spec = { ...web.Spec, Mode: { Replicated: { Replicas: i + 2 } } };
          at(`/services/${web.ID}/update?version=${web.Version.Index}`, spec);
        }
        if (web !== undefined && deed === 'remove') bench.send('manager1', 'DELETE', `/services/${web.ID}`);
        const node = bench
          .get<readonly api.Node[]>('manager1', '/nodes')
          .find(({ Spec, Description }) => Spec.Role === 'worker' && Description.Hostname === 'worker1');
        if (node !== undefined && (deed === 'drain' || deed === 'promote')) {
          const change = deed === 'drain' ? { Availability: 'drain' } : { Role: 'manager' };
          at(`/nodes/${node.ID}/update?version=${node.Version.Index}`, { ...node.Spec, ...change });
        }
        if (deed === 'leader' && !restless) {
          restless = true;
          bench.swarm.fault({ kind: 'pause', host: 'manager1' });
          bench.swarm.advance(60 * second);
          bench.swarm.fault({ kind: 'resume', host: 'manager1' });
          bench.swarm.advance(60 * second);
        }
        bench.swarm.advance(second);
      });
      bench.swarm.advance(20 * second);
      for (const name of ['manager1', 'manager2', 'manager3']) {
        const told = eventsOf(bench, name, { scope: ['swarm'] }).map(
          ({ Type, Action, Actor }) => `${Type} ${Action} ${Actor.ID}`,
        );
        expect(told.length).toBeLessThan(256);
        expect(told.slice(told.length - written.length), name).toEqual(written);
      }
    }),
    { numRuns: 25 },
  );
});

test('networks of the swarm are told with their names alone: created, given what they need, removed', () => {
  const bench = Bench.assembled(2, 0);
  bench.send('manager1', 'POST', '/networks/create', overlay('back'));
  bench.swarm.advance(second);
  bench.send('manager1', 'DELETE', '/networks/back');
  bench.swarm.advance(second);
  for (const host of ['manager1', 'manager2']) {
    const told = eventsOf(bench, host, { type: ['network'], network: ['back'] });
    expect(told.map(inWords)).toEqual([
      'network create (name=back)',
      'network update (name=back)',
      'network remove (name=back)',
    ]);
    expect(new Set(told.map(({ scope }) => scope))).toEqual(new Set(['swarm']));
  }
});

test('an update tells what it has changed, and a new spec says nothing of the update before', () => {
  const bench = Bench.assembled(1, 0);
  bench.send('manager1', 'POST', '/services/create', service('web', {}));
  bench.swarm.advance(10 * second);
  for (const image of ['nginx:1.26', 'nginx:1.27']) {
    const [web] = bench.get<readonly api.Service[]>('manager1', '/services');
    const task = { ...web?.Spec.TaskTemplate, ContainerSpec: { Image: image } };
    const path = `/services/${web?.ID}/update?version=${web?.Version.Index}`;
    bench.send('manager1', 'POST', path, { ...web?.Spec, TaskTemplate: task });
    bench.swarm.advance(60 * second);
  }
  const told = eventsOf(bench, 'manager1', { type: ['service'], event: ['update'] }).map(inWords);
  const round = (from: string, to: string) => [
    `service update (image.new=${to}, image.old=${from}, name=web)`,
    'service update (name=web, updatestate.new=updating)',
    'service update (name=web, updatestate.new=completed, updatestate.old=updating)',
  ];
  const changes = told.filter((line) => line !== 'service update (name=web)');
  expect(changes).toEqual([...round('nginx:1.25', 'nginx:1.26'), ...round('nginx:1.26', 'nginx:1.27')]);
});

test('a role is told when the node has it, not when it is to have it', () => {
  const bench = Bench.assembled(1, 1);
  const worker = bench
    .get<readonly api.Node[]>('manager1', '/nodes')
    .find(({ Spec }) => Spec.Role === 'worker');
  const path = `/nodes/${worker?.ID}/update?version=${worker?.Version.Index}`;
  bench.send('manager1', 'POST', path, { ...worker?.Spec, Role: 'manager' });
  bench.swarm.advance(10 * second);
  const told = eventsOf(bench, 'manager1', { node: ['worker1'], event: ['update'] }).map(inWords);
  // What the command writes is the wish.
  expect(told.slice(-2)).toEqual([
    'node update (name=worker1)',
    'node update (name=worker1, role.new=manager, role.old=worker)',
  ]);
});

/** On worker1: a network, a port in ingress mode, and two volumes. */
function staged(): { readonly bench: Bench; readonly id: string; readonly network: string } {
  const bench = Bench.assembled(1, 1);
  bench.send('manager1', 'POST', '/networks/create', overlay('back'));
  const [back] = bench.get<readonly api.Network[]>('manager1', '/networks?filters={"name":["back"]}');
  const mounts = [
    { Type: 'volume', Source: 'data', Target: '/var/data' },
    { Type: 'volume', Source: 'conf', Target: '/etc/conf', ReadOnly: true },
    { Type: 'bind', Source: '/tmp', Target: '/tmp' },
    { Type: 'volume', Target: '/cache' },
  ];
  const spec = service(
    'web',
    {
      ContainerSpec: { Image: 'nginx:1.25', Labels: { team: 'a' }, Mounts: mounts },
      Networks: [{ Target: back?.Id }],
      Placement: { Constraints: ['node.role==worker'] },
      RestartPolicy: { Condition: 'none' },
    },
    [{ TargetPort: 80, PublishedPort: 8080 }],
  );
  expect(bench.send('manager1', 'POST', '/services/create', spec).status).toBe(201);
  bench.swarm.advance(20 * second);
  const [container] = bench.get<readonly api.ContainerSummary[]>('worker1', '/containers/json');
  return { bench, id: container?.Id ?? '', network: back?.Id ?? '' };
}

test('a container is made, its volumes mounted, its networks connected, and it starts; and all of it the other way round', () => {
  const { bench, id, network } = staged();
  bench.send('worker1', 'POST', `/containers/${id}/kill`);
  bench.swarm.advance(second);
  bench.send('manager1', 'DELETE', '/services/web');
  bench.swarm.advance(10 * second);
  const told = eventsOf(bench, 'worker1');
  const of = `container=${id}`;
  const lines = told.map(inWords);
  expect(lines.map((line) => line.replace(/execDuration=1\d\b/, 'execDuration=1x'))).toEqual([
    'volume create (driver=local)',
    'volume create (driver=local)',
    'image pull (name=nginx)',
    'container create (image=nginx:1.25, team=a)',
    `volume mount (${of}, destination=/etc/conf, driver=local, propagation=, read/write=false)`,
    `volume mount (${of}, destination=/var/data, driver=local, propagation=, read/write=true)`,
    `network connect (${of}, name=back, type=overlay)`,
    `network connect (${of}, name=ingress, type=overlay)`,
    'container start (image=nginx:1.25, team=a)',
    'container kill (image=nginx:1.25, signal=9, team=a)',
    `network disconnect (${of}, name=back, type=overlay)`,
    `network disconnect (${of}, name=ingress, type=overlay)`,
    `volume unmount (${of}, driver=local)`,
    `volume unmount (${of}, driver=local)`,
    'container die (execDuration=1x, exitCode=137, image=nginx:1.25, team=a)',
    'container destroy (image=nginx:1.25, team=a)',
  ]);
  expect(new Set(told.map(({ scope }) => scope))).toEqual(new Set(['local']));
  const ids = (type: string) => told.filter(({ Type }) => Type === type).map(({ Actor }) => Actor.ID);
  expect(ids('volume')).toEqual(['data', 'conf', 'conf', 'data', 'conf', 'data']);
  expect(ids('network').filter((each) => each === network).length).toBe(2);
  expect(new Set(ids('container'))).toEqual(new Set([id]));
  const labels = told.find(({ Type }) => Type === 'container')?.Actor.Attributes ?? {};
  expect(labels['com.docker.swarm.task']).toBe('');
  expect(labels['com.docker.swarm.task.name']).toBe(labels.name);
});

test('networks and volumes are filtered by name and ID, whatever the type of the event', () => {
  const { bench, network } = staged();
  const told = (filters: unknown) => eventsOf(bench, 'worker1', filters).map((event) => inWords(event));
  const short = (filters: unknown) => told(filters).map((line) => line.split(' (')[0]);
  expect(short({ type: ['network'] })).toEqual(['network connect', 'network connect']);
  expect(short({ network: ['back'] })).toEqual(['network connect']);
  expect(short({ network: [network.slice(0, 6)] })).toEqual(['network connect']);
  expect(short({ volume: ['data'] })).toEqual(['volume create', 'volume mount']);
  expect(short({ volume: ['data'], event: ['mount'] })).toEqual(['volume mount']);
  expect(short({ type: ['volume'], event: ['create'] })).toEqual(['volume create', 'volume create']);
  expect(short({ volume: ['other'] })).toEqual([]);
});

test('a task without networks is on the bridge of its machine', () => {
  const bench = Bench.assembled(1, 0);
  bench.send('manager1', 'POST', '/services/create', service('web', {}));
  bench.swarm.advance(10 * second);
  const [bridge] = bench.get<readonly api.Network[]>('manager1', '/networks?filters={"name":["bridge"]}');
  const [connect] = eventsOf(bench, 'manager1', { event: ['connect'] });
  expect(connect?.Actor).toMatchObject({ ID: bridge?.Id, Attributes: { name: 'bridge', type: 'bridge' } });
});

test('a task on the network of its machine is told that network, not what stands for it in the swarm', () => {
  const bench = Bench.assembled(1, 0);
  const [host] = bench.get<readonly api.Network[]>('manager1', '/networks?filters={"name":["host"]}');
  const { Id: swarmId } = bench.get<api.Network>('manager1', '/networks/host?scope=swarm');
  bench.send('manager1', 'POST', '/services/create', service('web', { Networks: [{ Target: swarmId }] }));
  bench.swarm.advance(10 * second);
  const [connect] = eventsOf(bench, 'manager1', { event: ['connect'] });
  expect(connect?.Actor).toMatchObject({ ID: host?.Id, Attributes: { name: 'host', type: 'host' } });
});

describe('how a program is ended', () => {
  const quick = { kind: 'exit', after: second, code: 3 } as const;

  /** What worker1 tells of the one container of a service once it has started, in short. */
  function toldAfter(behaviour: ImageBehaviour, act: (bench: Bench, id: string) => void): string[] {
    const bench = Bench.assembled(1, 1);
    bench.swarm.scriptImage('nginx:1.25', behaviour);
    const template = {
      ContainerSpec: { Image: 'nginx:1.25', StopGracePeriod: 4_000_000_000, StopSignal: 'SIGUSR1' },
      Placement: { Constraints: ['node.role==worker'] },
      RestartPolicy: { Condition: 'none' },
    };
    bench.send('manager1', 'POST', '/services/create', service('web', template));
    bench.swarm.advance(10 * second);
    const [container] = bench.get<readonly api.ContainerSummary[]>('worker1', '/containers/json');
    act(bench, container?.Id ?? '');
    bench.swarm.advance(20 * second);
    const told = eventsOf(bench, 'worker1', { type: ['container'] });
    const lines = told.map(({ Action, Actor: { Attributes } }) =>
      [Action, Attributes.signal, Attributes.exitCode].filter((part) => part !== undefined).join(' '),
    );
    return lines.slice(lines.indexOf('start') + 1);
  }

  const post = (path: string) => (bench: Bench, id: string) =>
    void bench.send('worker1', 'POST', `/containers/${id}/${path}`);
  const removeService = (bench: Bench) => void bench.send('manager1', 'DELETE', '/services/web');

  test.each<[string, ImageBehaviour, (bench: Bench, id: string) => void, readonly string[]]>([
    ['docker kill', { stop: quick }, post('kill'), ['kill 9', 'die 137']],
    ['a signal that it does not heed', { stop: quick }, post('kill?signal=HUP'), ['kill 1']],
    ['docker stop', { stop: quick }, post('stop'), ['kill 10', 'die 3', 'stop']],
    ['another signal', { stop: quick }, post('stop?signal=INT'), ['kill 2', 'die 3', 'stop']],
    [
      'docker stop of one that ignores it',
      { stop: { kind: 'ignore' } },
      post('stop'),
      ['kill 10', 'kill 9', 'die 137', 'stop'],
    ],
    ['the swarm', { stop: quick }, removeService, ['kill 10', 'die 3', 'stop', 'destroy']],
    [
      'the swarm, ignored',
      { stop: { kind: 'ignore' } },
      removeService,
      ['kill 10', 'kill 9', 'die 137', 'stop', 'destroy'],
    ],
    ['nobody', { run: { kind: 'exit', after: 15 * second, code: 1 } }, () => {}, ['die 1']],
    ['the kernel', { run: { kind: 'out-of-memory', after: 15 * second } }, () => {}, ['oom', 'die 137']],
  ])('by %s', (_, behaviour, act, told) => {
    expect(toldAfter(behaviour, act)).toEqual(told);
  });
});

test('networks and volumes that somebody makes on a machine, and removes', () => {
  const bench = Bench.bare(1, 0);
  bench.send('manager1', 'POST', '/networks/create', { Name: 'own' });
  bench.send('manager1', 'POST', '/volumes/create', { Name: 'data' });
  bench.send('manager1', 'POST', '/volumes/create', { Name: 'data' });
  bench.send('manager1', 'DELETE', '/networks/own');
  bench.send('manager1', 'DELETE', '/volumes/data');
  const told = eventsOf(bench, 'manager1');
  expect(told.map((event) => inWords(event))).toEqual([
    'network create (name=own, type=bridge)',
    'volume create (driver=local)',
    'network destroy (name=own, type=bridge)',
    'volume destroy (driver=local)',
  ]);
  expect(told.filter(({ Type }) => Type === 'volume').map(({ Actor }) => Actor.ID)).toEqual(['data', 'data']);
  expect(told[0]?.Actor.ID).toBe(told[2]?.Actor.ID);
});

test('a container that never ran has been on no network, and has no duration', () => {
  const bench = Bench.assembled(1, 0);
  bench.swarm.scriptImage('nginx:1.25', { start: { kind: 'error', text: 'exec format error' } });
  bench.send(
    'manager1',
    'POST',
    '/services/create',
    service('web', { RestartPolicy: { Condition: 'none' } }),
  );
  bench.swarm.advance(10 * second);
  expect(eventsOf(bench, 'manager1', { scope: ['local'] }).map((event) => inWords(event))).toEqual([
    'image pull (name=nginx)',
    'container create (image=nginx:1.25)',
    'container die (exitCode=128, image=nginx:1.25)',
  ]);
});

test('an engine that comes up remembers nothing, and what is there is no event', () => {
  const { bench } = staged();
  bench.send('worker1', 'POST', '/networks/create', { Name: 'own' });
  bench.swarm.fault({ kind: 'crash', host: 'worker1' });
  bench.swarm.fault({ kind: 'restart', host: 'worker1' });
  expect(eventsOf(bench, 'worker1')).toEqual([]);
  bench.send('worker1', 'POST', '/volumes/create', { Name: 'new' });
  expect(eventsOf(bench, 'worker1', { type: ['volume', 'network', 'image'] }).map(inWords)).toEqual([
    'volume create (driver=local)',
  ]);
});

test('an engine made anew tells nothing of what there is', () => {
  const { bench } = staged();
  const again = new Bench(bench.swarm);
  for (const host of ['manager1', 'worker1']) {
    expect(eventsOf(bench, host).length).toBeGreaterThan(0);
    expect(eventsOf(again, host)).toEqual([]);
  }
});

test('a manager that catches up by a snapshot tells what has changed, and goes on entry by entry', () => {
  const bench = Bench.assembled(3, 0);
  new Client(bench.swarm, 'manager1').updateCluster((spec) => ({
    ...spec,
    snapshotInterval: 1,
    logEntriesForSlowFollowers: 1,
  }));
  const config = (name: string) =>
    bench.send('manager1', 'POST', '/configs/create', { Name: name, Data: 'aGk=' });
  bench.swarm.fault({ kind: 'partition', groups: [['manager3'], ['manager1', 'manager2']] });
  for (const name of ['a', 'b', 'c']) config(name);
  bench.send('manager1', 'DELETE', '/configs/b');
  const told = () => eventsOf(bench, 'manager3', { type: ['config'] }).map(inWords);
  expect(told()).toEqual([]);
  bench.swarm.fault({ kind: 'heal' });
  bench.swarm.advance(60 * second);
  config('d');
  bench.swarm.advance(second);
  // What came and went meanwhile is not told.
  expect(told().sort()).toEqual([
    'config create (name=a)',
    'config create (name=c)',
    'config create (name=d)',
  ]);
});

test('D-E54 an event has the date that everything of its moment has, also where the shown dates move', () => {
  const bench = Bench.assembled(1, 0);
  let shown = epoch;
  const engine = createEngine(bench.swarm, 'manager1', { epoch: () => shown });
  const ask = (method: string, target: string, body = '') => {
    const headers = new Map([['content-type', 'application/json']]);
    const response = drive(bench.swarm, engine.request({ method, target, headers, body }));
    if (typeof response.body === 'string') return response.body;
    const part = drive(bench.swarm, response.body.next());
    response.body.close();
    return new TextDecoder().decode(part);
  };
  ask('POST', '/configs/create', JSON.stringify({ Name: 'c', Data: 'aGk=' }));
  shown -= 60 * second;
  const [config]: api.Config[] = JSON.parse(ask('GET', '/configs'));
  const created = Math.floor(Date.parse(config?.CreatedAt ?? '') / 1_000);
  const event: api.Event = JSON.parse(ask('GET', `/events?since=${created}&until=${created + 1}`));
  expect([event.Action, event.time]).toEqual(['create', created]);
});
