// What must hold of services whatever users do and whatever breaks. While it happens every invariant watches: reservations, host ports, limits per
// node, parallelism, task states, records that go. Once all is quiet: one task a node for global services, history within its limit, jobs within
// their bounds, and nothing left of what was removed.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import type { MachineShape } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { matches, parseConstraints } from '../../src/model/constraint.ts';
import { portConfig, serviceSpec, volumeSpec } from '../../src/model/defaults.ts';
import { millisecond, minute, second } from '../../src/model/duration.ts';
import { CallFailure } from '../../src/model/failure.ts';
import type { Service, Task } from '../../src/model/objects.ts';
import type { Mount, ServiceMode, ServiceSpec } from '../../src/model/spec.ts';
import { isTerminal, TaskState } from '../../src/model/state.ts';
import type { Reader } from '../../src/store/reader.ts';

const images = ['good', 'slow', 'crashing', 'late', 'stubborn', 'ending'] as const;
const names = ['web', 'db', 'log', 'job'] as const;
const hosts = ['manager1', 'manager2', 'manager3', 'worker1', 'worker2', 'worker3'] as const;

const image = fc.constantFrom(...images);
const name = fc.constantFrom(...names);
const host = fc.constantFrom(...hosts);
const few = fc.integer({ min: 0, max: 5 });

const service = fc.record({
  name,
  image,
  mode: fc.oneof(
    { weight: 3, arbitrary: few.map((replicas): ServiceMode => ({ kind: 'replicated', replicas })) },
    { weight: 2, arbitrary: fc.constant<ServiceMode>({ kind: 'global' }) },
    fc
      .record({ totalCompletions: few, maxConcurrent: fc.integer({ min: 1, max: 3 }) })
      .map((counts): ServiceMode => ({ kind: 'replicated-job', ...counts })),
    fc.constant<ServiceMode>({ kind: 'global-job' }),
  ),
  takes: fc.constantFrom(
    'nothing',
    'nothing',
    'CPUs',
    'memory',
    'a gpu',
    'a host port',
    'one place',
    'a disk',
  ),
  zone: fc.constantFrom('', 'node.labels.zone == a', 'node.labels.zone != a'),
  parallelism: fc.integer({ min: 0, max: 2 }),
  order: fc.constantFrom('stop-first' as const, 'start-first' as const),
  onFailure: fc.constantFrom('pause' as const, 'continue' as const, 'rollback' as const),
  attempts: fc.constantFrom(0, 0, 2),
});
type ServiceDraw = typeof service extends fc.Arbitrary<infer Value> ? Value : never;

const deed = fc.oneof(
  service.map((draw) => ({ does: 'create', draw }) as const),
  fc.record({ does: fc.constant('image' as const), name, image }),
  fc.record({ does: fc.constant('parallelism' as const), name, parallelism: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ does: fc.constant('scale' as const), name, count: few }),
  fc.record({ does: fc.constant('rollback' as const), name }),
  fc.record({ does: fc.constant('remove' as const), name }),
  fc.record({
    does: fc.constant('availability' as const),
    host,
    availability: fc.constantFrom('active' as const, 'pause' as const, 'drain' as const),
  }),
  fc.record({ does: fc.constant('zone' as const), host, zone: fc.constantFrom('a', 'b') }),
  fc.record({
    does: fc.constant('volume' as const),
    availability: fc.constantFrom('active' as const, 'drain' as const),
  }),
  fc.record({ does: fc.constant('kill' as const), host, pick: fc.nat(5) }),
  fc.record({ does: fc.constant('crash' as const), host }),
  fc.record({ does: fc.constant('restart' as const), host }),
  fc.record({ does: fc.constant('isolate' as const), host }),
  fc.record({ does: fc.constant('heal' as const) }),
);
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

const trial = fc.record({
  seed: fc.nat(1_000_000),
  managers: fc.constantFrom(1, 1, 3),
  historyLimit: fc.integer({ min: 1, max: 3 }),
  services: fc.uniqueArray(service, { minLength: 1, maxLength: 4, selector: (draw) => draw.name }),
  deeds: fc.array(
    fc.record({
      after: fc.oneof(fc.nat(500), fc.nat(5_000), fc.nat(30_000)),
      deed,
    }),
    { maxLength: 20, size: 'max' },
  ),
});
type Trial = typeof trial extends fc.Arbitrary<infer Value> ? Value : never;

function specOf(draw: ServiceDraw): ServiceSpec {
  const isJob = draw.mode.kind.endsWith('job');
  const disk: Mount = {
    type: 'cluster',
    source: 'group:disks',
    target: '/data',
    readOnly: false,
    driver: '',
    options: [],
  };
  return serviceSpec({
    name: draw.name,
    image: draw.image,
    mode: draw.mode,
    container: { mounts: draw.takes === 'a disk' ? [disk] : [] },
    placement: {
      constraints: draw.zone === '' ? [] : [draw.zone],
      maxReplicas: draw.takes === 'one place' ? 1 : 0,
    },
    reservations: {
      nanoCpus: draw.takes === 'CPUs' ? 3e9 : 0,
      memoryBytes: draw.takes === 'memory' ? 5 * 1024 ** 3 : 0,
      generic: draw.takes === 'a gpu' ? [{ kind: 'gpu', value: 1 }] : [],
    },
    endpoint: {
      ports:
        draw.takes === 'a host port'
          ? [portConfig({ targetPort: 80, publishedPort: 80, publishMode: 'host' })]
          : [],
    },
    restart: { condition: isJob ? 'on-failure' : 'any', delay: 2 * second, maxAttempts: draw.attempts },
    ...(!isJob && {
      update: { parallelism: draw.parallelism, order: draw.order, failureAction: draw.onFailure },
    }),
  });
}

function stage({ seed, managers, historyLimit, services }: Trial): Swarm {
  const machines = [
    ...Array.from(
      { length: managers },
      (_, i): MachineShape => ({ name: `manager${i + 1}`, role: 'manager' }),
    ),
    ...[1, 2, 3].map(
      (i): MachineShape => ({
        name: `worker${i}`,
        role: 'worker',
        labels: [['zone', i === 1 ? 'a' : 'b']],
        generic: [{ kind: 'gpu', value: i }],
      }),
    ),
  ];
  const swarm = Swarm.create(`services-${seed}`, { machines });
  watchInvariants(swarm);
  swarm.scriptImage('slow', {
    pull: { kind: 'time', time: 15 * second },
    start: { kind: 'time', time: 4 * second },
  });
  swarm.scriptImage('crashing', { run: { kind: 'exit', after: 3 * second, code: 1 } });
  swarm.scriptImage('late', { run: { kind: 'exit', after: 20 * second, code: 1 } });
  swarm.scriptImage('stubborn', { stop: { kind: 'ignore' } });
  swarm.scriptImage('ending', { run: { kind: 'exit', after: 5 * second, code: 0 } });
  assembleSwarm(swarm);
  const client = new Client(swarm, 'manager1');
  client.updateCluster((spec) => ({ ...spec, taskHistoryLimit: historyLimit }));
  const disks = {
    driver: 'disks',
    group: 'disks',
    sharing: 'all',
    driverOptions: [['stage', '2s']],
  } as const;
  client.createVolume(volumeSpec({ name: 'one', ...disks }));
  client.createVolume(volumeSpec({ name: 'many', ...disks, scope: 'multi' }));
  for (const draw of services) client.createService(specOf(draw));
  return swarm;
}

/** What is refused, or cannot be, does not happen. */
function act(swarm: Swarm, step: Deed): void {
  if ('host' in step && swarm.machines.every((machine) => machine.name !== step.host)) return;
  const at = swarm.leader() ?? 'manager1';
  const client = new Client(swarm, at);
  try {
    switch (step.does) {
      case 'create':
        client.createService(specOf(step.draw));
        break;
      case 'image':
        client.updateService(step.name, ({ task, ...spec }) => ({
          ...spec,
          task: { ...task, container: { ...task.container, image: step.image } },
        }));
        break;
      case 'parallelism':
        client.updateService(step.name, (spec) => ({
          ...spec,
          ...(spec.update && { update: { ...spec.update, parallelism: step.parallelism } }),
        }));
        break;
      case 'scale':
        client.updateService(step.name, (spec) => ({ ...spec, mode: scaled(spec.mode, step.count) }));
        break;
      case 'rollback':
        client.rollbackService(step.name);
        break;
      case 'remove':
        client.removeService(step.name);
        break;
      case 'availability':
        client.updateNode(step.host, (spec) => ({ ...spec, availability: step.availability }));
        break;
      case 'zone':
        client.updateNode(step.host, (spec) => ({ ...spec, labels: [['zone', step.zone]] }));
        break;
      case 'volume':
        client.updateVolume('many', (spec) => ({ ...spec, availability: step.availability }));
        break;
      case 'kill': {
        const containers = [...(swarm.memoryOf(step.host)?.agent?.containers.values() ?? [])];
        const victim = containers[step.pick % Math.max(containers.length, 1)];
        if (victim !== undefined) swarm.order(step.host, { kind: 'node.kill', taskId: victim.taskId });
        break;
      }
      case 'crash':
      case 'restart':
        swarm.fault({ kind: step.does, host: step.host });
        break;
      case 'isolate': {
        const others = swarm.machines.map((machine) => machine.name).filter((other) => other !== step.host);
        swarm.fault({ kind: 'partition', groups: [[step.host], others] });
        break;
      }
      case 'heal':
        swarm.fault({ kind: 'heal' });
    }
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
  }
}

function scaled(mode: ServiceMode, count: number): ServiceMode {
  if (mode.kind === 'replicated') return { kind: 'replicated', replicas: count };
  return mode.kind === 'replicated-job' ? { ...mode, totalCompletions: count } : mode;
}

/** Mends all, lets every program work, and waits until nothing is written any more. */
function calm(swarm: Swarm): Reader {
  swarm.fault({ kind: 'heal' });
  for (const { name: machine } of swarm.machines) swarm.fault({ kind: 'restart', host: machine });
  for (const each of ['slow', 'crashing', 'late', 'stubborn']) swarm.scriptImage(each, {});
  // Of services whose tasks are to run, an image that ends by itself never comes to rest.
  swarm.scriptImage('ending', {});
  if (!swarm.runUntil(() => swarm.leader() !== undefined, 3 * minute)) throw new Error('nobody leads');
  swarm.advance(minute);
  const client = new Client(swarm, swarm.leader() ?? '');
  for (const { id, spec } of client.nodes().nodes) {
    if (spec.availability !== 'active') client.updateNode(id, (old) => ({ ...old, availability: 'active' }));
  }
  let version = -1;
  for (let waited = 0; swarm.state()?.list('task') !== undefined && waited < 60; waited++) {
    const store = swarm.managerOf(swarm.leader() ?? '')?.store.version ?? 0;
    if (store === version) break;
    version = store;
    swarm.advance(minute);
  }
  const state = swarm.state();
  if (state === undefined) throw new Error('no manager runs');
  return state;
}

const isLive = ({ desiredState, status }: Task): boolean =>
  desiredState <= TaskState.Running && !isTerminal(status.state);

/**
 * Nodes on which a global service has not exactly one live task, and those it may not use with any. There may be none where its attempts are
 * used up (R-O111), and one more where a start-first update has stopped half-way, or waits for a place beside the old task (O-E67, O-E97).
 */
function misplaced(state: Reader, { id, spec, updateStatus }: Service): string[] {
  const mayLack = (spec.task.restart?.maxAttempts ?? 0) > 0;
  const mayDouble = spec.update?.order === 'start-first' && !updateStatus?.state.endsWith('completed');
  const constraints = parseConstraints(spec.task.placement.constraints);
  return state.list('node').flatMap((node) => {
    const live = state.tasksOfNode(node.id).filter((task) => task.serviceId === id && isLive(task)).length;
    const wanted = matches(constraints, node) ? 1 : 0;
    const least = mayLack ? 0 : wanted;
    const most = mayDouble ? 2 * wanted : wanted;
    return live >= least && live <= most
      ? []
      : [`${spec.name}: ${live} of ${wanted} on ${node.description?.hostname}`];
  });
}

/** Slots and nodes that keep more tasks than they may. */
function overlong(state: Reader, { id, spec }: Service, historyLimit: number): string[] {
  const attempts = spec.task.restart?.maxAttempts ?? 0;
  const limit = attempts > 0 ? attempts + 1 : historyLimit;
  const places = new Map<string, Task[]>();
  for (const task of state.tasksOfService(id)) {
    const place = `${task.slot}/${task.slot === 0 ? task.nodeId : ''}`;
    places.set(place, [...(places.get(place) ?? []), task]);
  }
  return [...places]
    .filter(([, tasks]) => tasks.length > Math.max(limit, tasks.filter(isLive).length))
    .map(([place, tasks]) => `${spec.name}: ${tasks.length} at ${place}`);
}

/** Jobs that do more at a time than they may, as of now. */
function hurried(state: Reader): string[] {
  return state.list('service').flatMap(({ id, spec: { name: job, mode }, jobStatus }) => {
    if (mode.kind !== 'replicated-job') return [];
    const current = state.tasksOfService(id).filter((task) => task.jobIteration === jobStatus?.iteration);
    const active = current.filter(
      (task) => task.desiredState <= TaskState.Complete && !isTerminal(task.status.state),
    );
    const complete = current.filter(({ status }) => status.state === TaskState.Complete);
    const allowed = active.length <= mode.maxConcurrent && complete.length <= mode.totalCompletions;
    return allowed ? [] : [`${job}: ${active.length} at a time, ${complete.length} complete`];
  });
}

it('whatever users do and whatever breaks, services stay within their bounds and come to rest as asked', () => {
  fc.assert(
    fc.property(trial, (drawn) => {
      const swarm = stage(drawn);
      const termOf = () => swarm.managerOf(swarm.leader() ?? '')?.raft.term;
      const term = termOf();
      for (const { after, deed: step } of drawn.deeds) {
        swarm.advance(after * millisecond);
        act(swarm, step);
        const now = swarm.state();
        if (now !== undefined) expect(hurried(now)).toEqual([]);
      }
      const state = calm(swarm);
      expect(hurried(state)).toEqual([]);
      const services = new Map(state.list('service').map((each) => [each.id, each]));
      // Nothing is left of what was removed: no task in the store, no container on a machine.
      const left = state.list('task').filter(({ serviceId }) => !services.has(serviceId));
      expect(left.map(({ id }) => id)).toEqual([]);
      const known = new Set(state.list('task').map(({ id }) => id));
      for (const { name: machine } of swarm.machines) {
        const containers = [...(swarm.memoryOf(machine)?.agent?.containers.keys() ?? [])];
        expect(containers.filter((id) => !known.has(id))).toEqual([]);
      }
      for (const each of services.values()) {
        if (each.spec.mode.kind === 'global') expect(misplaced(state, each)).toEqual([]);
        // What a change of leader forgets to trim stays (R-O30); history of jobs is kept (R-O28).
        const kept = each.jobStatus !== undefined || termOf() !== term;
        if (!kept) expect(overlong(state, each, drawn.historyLimit)).toEqual([]);
      }
    }),
    { numRuns: 25 },
  );
});
