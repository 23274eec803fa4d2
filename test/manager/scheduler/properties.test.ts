// What must hold for any swarm: nothing is over-committed, every node is explained once, and the order in which tasks were written does
// not matter.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { portConfig } from '../../../src/model/defaults.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Fresh, NodeFields } from '../fixtures.ts';
import { makeService, makeTask } from '../fixtures.ts';
import { addNodes, createSwarm, isWaiting, type Swarm, settle } from './swarm.ts';

interface ServicePlan {
  readonly tasks: number;
  readonly memory: number;
  readonly cpus: number;
  readonly maxReplicas: number;
  readonly hostPort: number;
  readonly spread: boolean;
  readonly zone: string;
  readonly version: boolean;
}

interface Plan {
  readonly nodes: readonly NodeFields[];
  readonly services: readonly ServicePlan[];
}

const node = (index: number): fc.Arbitrary<NodeFields> =>
  fc.record({
    id: fc.constant(`n${index}`),
    availability: fc.constantFrom('active', 'active', 'active', 'drain'),
    state: fc.constantFrom('ready', 'ready', 'ready', 'down'),
    labels: fc.constantFrom([], [['zone', 'x'] as const], [['zone', 'y'] as const]),
    resources: fc.record({ memoryBytes: fc.nat(12), nanoCpus: fc.nat(8) }),
  });

const service: fc.Arbitrary<ServicePlan> = fc.record({
  tasks: fc.integer({ min: 1, max: 9 }),
  memory: fc.nat(4),
  cpus: fc.nat(3),
  maxReplicas: fc.nat(3),
  hostPort: fc.constantFrom(0, 80, 81),
  spread: fc.boolean(),
  zone: fc.constantFrom('', 'x'),
  version: fc.boolean(),
});

const plan: fc.Arbitrary<Plan> = fc.record({
  nodes: fc
    .integer({ min: 1, max: 6 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => node(i)))),
  services: fc.array(service, { minLength: 1, maxLength: 4 }),
});

function serviceOf(
  index: number,
  { memory, cpus, maxReplicas, spread, zone }: ServicePlan,
): Fresh<'service'> {
  return makeService({
    id: `s${index}`,
    reservations: { memoryBytes: memory, nanoCpus: cpus },
    placement: {
      maxReplicas,
      spread: spread ? ['node.labels.zone'] : [],
      constraints: zone === '' ? [] : [`node.labels.zone==${zone}`],
    },
  });
}

function tasksOf(
  index: number,
  { tasks, hostPort, version, ...rest }: ServicePlan,
): readonly Fresh<'task'>[] {
  const owner = serviceOf(index, { tasks, hostPort, version, ...rest });
  const ports =
    hostPort === 0 ? [] : [portConfig({ targetPort: 80, publishedPort: hostPort, publishMode: 'host' })];
  return Array.from({ length: tasks }, (_, slot) => {
    const endpoint = { spec: { mode: 'vip' as const, ports }, ports, virtualIps: [] };
    const id = `s${index}.${slot}`;
    const { specVersion, ...task } = makeTask({
      id,
      slot,
      service: owner,
      state: TaskState.Pending,
      endpoint,
    });
    return version && specVersion !== undefined ? { ...task, specVersion } : task;
  });
}

/** Runs a plan; the tasks are written in the order of `order`, which is drawn. */
function run(
  { nodes, services }: Plan,
  order: (tasks: readonly Fresh<'task'>[]) => readonly Fresh<'task'>[],
): Swarm {
  const swarm = createSwarm((tx) => addNodes(tx, ...nodes));
  swarm.write((tx) => {
    for (const [index, each] of services.entries()) tx.create('service', serviceOf(index, each));
    for (const task of order(services.flatMap((each, index) => tasksOf(index, each))))
      tx.create('task', task);
  });
  settle(swarm);
  return swarm;
}

const asWritten = (tasks: readonly Fresh<'task'>[]): readonly Fresh<'task'>[] => tasks;

test('reservations, host ports and max replicas are kept on every node', () => {
  fc.assert(
    fc.property(plan, (drawn) => {
      const swarm = run(drawn, asWritten);
      for (const { id, spec, status, description } of swarm.store.list('node')) {
        const tasks = swarm.store.tasksOfNode(id);
        if (spec.availability !== 'active' || status.state !== 'ready') expect(tasks).toHaveLength(0);
        const sum = (of: 'memoryBytes' | 'nanoCpus') =>
          tasks.reduce((total, task) => total + task.spec.reservations[of], 0);
        expect(sum('memoryBytes')).toBeLessThanOrEqual(description?.resources.memoryBytes ?? 0);
        expect(sum('nanoCpus')).toBeLessThanOrEqual(description?.resources.nanoCpus ?? 0);
        const ports = tasks.flatMap(
          ({ endpoint }) => endpoint?.ports.map((port) => port.publishedPort) ?? [],
        );
        expect(new Set(ports).size).toBe(ports.length);
        for (const { spec: own, serviceId } of tasks) {
          const { maxReplicas, constraints } = own.placement;
          const replicas = tasks.filter((task) => task.serviceId === serviceId).length;
          if (maxReplicas > 0) expect(replicas).toBeLessThanOrEqual(maxReplicas);
          if (constraints.length > 0) expect(spec.labels).toEqual([['zone', 'x']]);
        }
        const info = swarm.state().nodes.get(id);
        expect(info?.active).toBe(tasks.length);
        expect(info?.memoryBytes).toBe((description?.resources.memoryBytes ?? 0) - sum('memoryBytes'));
      }
    }),
  );
});

test('at rest an explanation counts every node once', () => {
  fc.assert(
    fc.property(plan, (drawn) => {
      const swarm = run(drawn, asWritten);
      for (const { status } of swarm.store.list('task').filter(isWaiting)) {
        const parts = status.err.replace(/^no suitable node \((.*)\)$/, '$1').split('; ');
        const numbered = parts.map((part) => Number(/[0-9]+/.exec(part)?.[0] ?? 0));
        const total = numbered.reduce((sum, count) => sum + count, 0);
        if (parts.includes('max replicas per node limit exceed')) {
          expect(total).toBeLessThan(drawn.nodes.length);
        } else {
          expect(total).toBe(drawn.nodes.length);
        }
      }
    }),
  );
});

test('the order in which tasks are written does not matter', () => {
  const shuffled = plan.chain((drawn) => {
    const tasks = drawn.services.flatMap((each, index) => tasksOf(index, each));
    return fc.tuple(fc.constant(drawn), fc.shuffledSubarray(tasks, { minLength: tasks.length }));
  });
  const outcome = (swarm: Swarm) =>
    swarm.store.list('task').map(({ id, nodeId, status }) => `${id} ${nodeId} ${status.err}`);
  fc.assert(
    fc.property(shuffled, ([drawn, tasks]) => {
      expect(outcome(run(drawn, () => tasks))).toEqual(outcome(run(drawn, asWritten)));
    }),
  );
});

test('a new leader knows what the old one knew', () => {
  fc.assert(
    fc.property(plan, (drawn) => {
      const swarm = run(drawn, asWritten);
      const view = () =>
        [...swarm.state().nodes.values()].map(
          ({ node: { id }, active, memoryBytes, nanoCpus, hostPorts }) => ({
            id,
            active,
            memoryBytes,
            nanoCpus,
            hostPorts: [...hostPorts].sort(),
          }),
        );
      const before = view();
      swarm.restart();
      expect(view()).toEqual(before);
    }),
  );
});

test('state is plain data', () => {
  fc.assert(
    fc.property(plan, (drawn) => {
      const state = run(drawn, asWritten).state();
      expect(structuredClone(state)).toEqual(state);
    }),
    { numRuns: 20 },
  );
});
