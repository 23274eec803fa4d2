// What nodes know of each other's containers: the same everywhere soon after the last change, whatever happened before, and without managers.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { portConfig, serviceSpec } from '../../src/model/defaults.ts';
import { minute, second } from '../../src/model/duration.ts';
import { TaskState } from '../../src/model/state.ts';
import { assembled, record, runningTasks } from './scene.ts';

const published = portConfig({ targetPort: 80, publishedPort: 8080 });

function publish(swarm: Swarm, replicas: number): void {
  const endpoint = { ports: [published] };
  new Client(swarm, 'manager1').createService(
    serviceSpec({ name: 'web', image: 'web:1', replicas, endpoint, restart: { delay: second } }),
  );
  if (!swarm.runUntil(() => runningTasks(swarm) >= replicas, minute)) throw new Error('web runs');
}

/** The tasks that serve, by the containers themselves; sorted. */
function truth(swarm: Swarm): readonly string[] {
  const found: string[] = [];
  for (const { name } of swarm.machines) {
    const agent = swarm.memoryOf(name)?.agent;
    for (const { task } of agent?.tasks.values() ?? []) {
      const container = agent?.containers.get(task.id);
      if (task.status.state !== TaskState.Running || container?.phase !== 'running') continue;
      if (container.stopping === undefined) found.push(task.id);
    }
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** The tasks that a node would send requests to; undefined when it does not take part. */
function belief(swarm: Swarm, host: string): readonly string[] | undefined {
  const nodes = swarm.memoryOf(host)?.agent?.network.nodes;
  if (nodes?.get(host) === undefined) return undefined;
  return [...nodes.values()]
    .flatMap(({ state, endpoints }) => (state === 'failed' ? [] : endpoints))
    .map(({ taskId }) => taskId)
    .sort((a, b) => (a < b ? -1 : 1));
}

/** What the nodes that take part believe, each different belief once. */
function beliefs(swarm: Swarm): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const { name } of swarm.machines) {
    const believed = belief(swarm, name);
    if (believed !== undefined) found.set(believed.join(), believed);
  }
  return [...found.values()];
}

const sizes = fc.record({
  seed: fc.string({ minLength: 1, maxLength: 8 }),
  managers: fc.constantFrom(1, 3),
  workers: fc.integer({ min: 1, max: 9 }),
  replicas: fc.integer({ min: 1, max: 12 }),
});

test('three seconds after the last change all that take part know the same, and it is true', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 12 }), ({ seed, managers, workers, replicas }, other) => {
      const swarm = assembled(managers, workers, seed);
      publish(swarm, replicas);
      swarm.advance(3 * second);
      expect(beliefs(swarm)).toEqual([truth(swarm)]);
      const mode = { kind: 'replicated', replicas: other } as const;
      new Client(swarm, 'manager1').updateService('web', (spec) => ({ ...spec, mode }));
      swarm.advance(20 * second);
      expect(truth(swarm).length).toBe(other);
      expect(beliefs(swarm)).toEqual([truth(swarm)]);
    }),
    { numRuns: 10 },
  );
});

test('without managers nodes still hear that a container has died', () => {
  const swarm = assembled(1, 3);
  publish(swarm, 6);
  swarm.advance(3 * second);
  swarm.fault({ kind: 'crash', host: 'manager1' });
  const [victim] = [...(swarm.memoryOf('worker1')?.agent?.containers.keys() ?? [])];
  swarm.order('worker1', { kind: 'node.kill', taskId: victim ?? '' });
  swarm.advance(3 * second);
  expect(belief(swarm, 'worker2')).not.toContain(victim);
  // The manager's own containers are gone as well, which nobody has noticed: no requests, no probes.
  expect(belief(swarm, 'worker3')).toEqual(belief(swarm, 'worker2'));
});

test('a node that comes up while no manager does is found by the others, with nothing on it', () => {
  const swarm = assembled(1, 2);
  publish(swarm, 6);
  swarm.addClient('client');
  const target = { kind: 'port', host: 'worker1', port: 8080, protocol: 'tcp' } as const;
  swarm.startRequests('client', { target, every: second / 10, timeout: second }, 1e9, () => {});
  swarm.advance(3 * second);
  swarm.fault({ kind: 'crash', host: 'manager1' });
  swarm.advance(10 * second);
  swarm.fault({ kind: 'crash', host: 'worker2' });
  swarm.fault({ kind: 'restart', host: 'worker2' });
  swarm.advance(3 * second);
  expect(truth(swarm).length).toBe(2);
  expect(beliefs(swarm)).toEqual([truth(swarm)]);
});

test('what one node finds out of another, all hear', () => {
  const swarm = assembled(1, 3);
  publish(swarm, 4);
  swarm.addClient('client');
  const target = { kind: 'port', host: 'worker1', port: 8080, protocol: 'tcp' } as const;
  swarm.startRequests('client', { target, every: second / 10, timeout: second }, 1e9, () => {});
  const lost = [...(swarm.memoryOf('worker3')?.agent?.containers.keys() ?? [])];
  swarm.advance(2 * second);
  swarm.fault({ kind: 'crash', host: 'worker3' });
  expect(belief(swarm, 'worker2')).toEqual(expect.arrayContaining(lost));
  swarm.advance(9 * second);
  for (const host of ['manager1', 'worker1', 'worker2']) {
    expect(belief(swarm, host)?.filter((task) => lost.includes(task))).toEqual([]);
  }
});

test('news that was lost is made up for in a while', () => {
  const swarm = assembled(1, 2);
  const spec = serviceSpec({ name: 'web', image: 'web:1', replicas: 6, endpoint: { ports: [published] } });
  const restart = { condition: 'none', maxAttempts: 0 } as const;
  new Client(swarm, 'manager1').createService({ ...spec, task: { ...spec.task, restart } });
  if (!swarm.runUntil(() => runningTasks(swarm) >= 6, minute)) throw new Error('web runs');
  swarm.addClient('client');
  const target = { kind: 'port', host: 'worker1', port: 8080, protocol: 'tcp' } as const;
  swarm.startRequests('client', { target, every: second / 10, timeout: second }, 1e9, () => {});
  swarm.advance(3 * second);
  const [victim = ''] = [...(swarm.memoryOf('worker2')?.agent?.containers.keys() ?? [])];
  swarm.fault({ kind: 'partition', groups: [['worker1'], ['manager1', 'worker2']] });
  swarm.order('worker2', { kind: 'node.kill', taskId: victim });
  swarm.advance(2 * second);
  swarm.fault({ kind: 'heal' });
  swarm.advance(second);
  expect(
    [belief(swarm, 'manager1'), belief(swarm, 'worker1')].map((tasks) => tasks?.includes(victim)),
  ).toEqual([false, true]);
  swarm.advance(35 * second);
  expect(belief(swarm, 'worker1')).toEqual(truth(swarm));
});

const troubles = fc.array(
  fc.record({
    what: fc.constantFrom('crash', 'cut', 'deaf', 'kill'),
    node: fc.nat(9),
    seconds: fc.integer({ min: 0, max: 20 }),
  }),
  { minLength: 1, maxLength: 5 },
);

test('after any trouble, requests at every node bring them all to the truth', () => {
  fc.assert(
    fc.property(sizes, troubles, ({ seed, workers, replicas }, list) => {
      const swarm = assembled(1, workers, seed);
      publish(swarm, replicas);
      swarm.addClient('client');
      const names = swarm.machines.map(({ name }) => name);
      for (const { name: host } of swarm.machines) {
        const target = { kind: 'port', host, port: 8080, protocol: 'tcp' } as const;
        swarm.startRequests('client', { target, every: second / 4, timeout: second }, 1e9, () => {});
      }
      for (const { what, node, seconds } of list) {
        const host = names[1 + (node % workers)] ?? '';
        const others = names.filter((name) => name !== host);
        if (what === 'crash') swarm.fault({ kind: 'crash', host });
        if (what === 'cut') swarm.fault({ kind: 'partition', groups: [[host], others] });
        if (what === 'deaf') swarm.fault({ kind: 'close', host, port: '7946/udp' });
        const [taskId] = [...(swarm.memoryOf(host)?.agent?.containers.keys() ?? [])];
        if (what === 'kill' && taskId !== undefined) swarm.order(host, { kind: 'node.kill', taskId });
        swarm.advance(seconds * second);
      }
      swarm.fault({ kind: 'heal' });
      for (const host of names) {
        swarm.fault({ kind: 'restart', host });
        swarm.fault({ kind: 'open', host, port: '7946/udp' });
      }
      swarm.advance(2 * minute);
      expect(truth(swarm).length).toBe(replicas);
      expect(beliefs(swarm)).toEqual([truth(swarm)]);
      expect(names.filter((name) => belief(swarm, name) === undefined)).toEqual([]);
    }),
    { numRuns: 8 },
  );
});

test('a node that hears nothing does not take others out of everybody else', () => {
  const swarm = assembled(1, 3);
  publish(swarm, 4);
  swarm.addClient('client');
  for (const host of ['manager1', 'worker1']) {
    const target = { kind: 'port', host, port: 8080, protocol: 'tcp' } as const;
    swarm.startRequests('client', { target, every: second / 10, timeout: second }, 1e9, () => {});
  }
  swarm.advance(2 * second);
  swarm.fault({ kind: 'close', host: 'worker1', port: '7946/udp' });
  const gaveUp = new Map<string, Set<string>>();
  swarm.watch({
    note: (host, note) => {
      if (note.kind === 'network.gave-up') gaveUp.set(host, (gaveUp.get(host) ?? new Set()).add(note.node));
    },
  });
  const missing = record(swarm, () => {
    const known = swarm.memoryOf('manager1')?.agent?.network.nodes;
    return ['worker2', 'worker3'].find((host) => known?.get(host)?.state === 'failed');
  });
  swarm.advance(minute);
  expect(gaveUp.get('worker1')).toEqual(new Set(['manager1', 'worker2', 'worker3']));
  expect(gaveUp.get('manager1')).toEqual(new Set(['worker1']));
  expect(missing).toEqual([]);
});
