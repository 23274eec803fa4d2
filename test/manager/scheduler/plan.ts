// Plans of what a scheduler has to place: nodes, and services whose tasks all wait at once. fast-check draws them.

import fc from 'fast-check';
import { portConfig } from '../../../src/model/defaults.ts';
import type { Node, Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { type Fresh, makeService, makeTask, type NodeFields } from '../fixtures.ts';
import { addNodes, createSwarm, isWaiting, type Swarm, settle } from './swarm.ts';

export interface ServicePlan {
  readonly tasks: number;
  readonly memory: number;
  readonly cpus: number;
  readonly maxReplicas: number;
  readonly hostPort: number;
  readonly spread: boolean;
  readonly zone: string;
  readonly version: boolean;
}

export interface Plan {
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

export const plans: fc.Arbitrary<Plan> = fc.record({
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

/** The pending tasks of the service with that index. */
export function tasksOf(
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

/** Runs a plan; the tasks are written in the order of `order`. */
export function run(
  { nodes, services }: Plan,
  order: (tasks: readonly Fresh<'task'>[]) => readonly Fresh<'task'>[] = (tasks) => tasks,
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

/** What is wrong with a plan that has been run: nodes that hold more than they may, and wrong explanations. A line each. */
export function defects(swarm: Swarm): string[] {
  const nodes = swarm.store.list('node');
  const waiting = swarm.store.list('task').filter(isWaiting);
  return [
    ...nodes.flatMap((each) => overcommitments(swarm, each)),
    ...waiting
      .filter(({ status }) => !explains(status.err, nodes.length))
      .map(({ status }) => `${nodes.length} nodes, each to be explained once: ${status.err}`),
  ];
}

function overcommitments(swarm: Swarm, { id, spec, status, description }: Node): string[] {
  const tasks = swarm.store.tasksOfNode(id);
  const { memoryBytes = 0, nanoCpus = 0 } = description?.resources ?? {};
  const ports = tasks.flatMap(({ endpoint }) => endpoint?.ports.map((port) => port.publishedPort) ?? []);
  const info = swarm.state().nodes.get(id);
  const open = spec.availability === 'active' && status.state === 'ready';
  const inZone = spec.labels.some(([, zone]) => zone === 'x');
  const checks = [
    { holds: open || tasks.length === 0, broken: 'a node that takes no tasks got one' },
    { holds: sum(tasks, 'memoryBytes') <= memoryBytes, broken: 'a node has less memory than is reserved' },
    { holds: sum(tasks, 'nanoCpus') <= nanoCpus, broken: 'a node has less CPU than is reserved' },
    { holds: new Set(ports).size === ports.length, broken: 'a host port is taken twice' },
    {
      holds: tasks.every((task) => withinReplicas(task, tasks)),
      broken: 'a node has more tasks of a service than it may',
    },
    {
      holds: inZone || tasks.every((task) => task.spec.placement.constraints.length === 0),
      broken: 'a node does not meet the constraints of a task',
    },
    { holds: info?.active === tasks.length, broken: 'the scheduler counts other tasks than there are' },
    {
      holds: info?.memoryBytes === memoryBytes - sum(tasks, 'memoryBytes'),
      broken: 'the scheduler does not know how much memory is left',
    },
  ];
  return checks.filter(({ holds }) => !holds).map(({ broken }) => broken);
}

function sum(tasks: readonly Task[], of: 'memoryBytes' | 'nanoCpus'): number {
  return tasks.reduce((total, task) => total + task.spec.reservations[of], 0);
}

function withinReplicas({ serviceId, spec }: Task, tasks: readonly Task[]): boolean {
  const { maxReplicas } = spec.placement;
  return maxReplicas === 0 || tasks.filter((task) => task.serviceId === serviceId).length <= maxReplicas;
}

/** Whether an explanation counts that many nodes. Those at their limit of replicas are not numbered. */
function explains(err: string, nodes: number): boolean {
  const parts = err.replace(/^no suitable node \((.*)\)$/, '$1').split('; ');
  const total = parts.reduce((rest, part) => rest + Number(/[0-9]+/.exec(part)?.[0] ?? 0), 0);
  return parts.includes('max replicas per node limit exceed') ? total < nodes : total === nodes;
}
