// Every invariant of the cluster state, broken on purpose by a transaction that must never be committed.

import { describe, expect, test } from 'vitest';
import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { answersAreCommitted } from '../../src/invariants/answers-are-committed.ts';
import { entriesFit } from '../../src/invariants/entries-fit.ts';
import { hostPortsAreFree } from '../../src/invariants/host-ports-are-free.ts';
import { maxReplicasHold } from '../../src/invariants/max-replicas-hold.ts';
import { namesAreUnique } from '../../src/invariants/names-are-unique.ts';
import { nodeStatesFollow } from '../../src/invariants/node-states-follow.ts';
import { nodesComeWithAToken } from '../../src/invariants/nodes-come-with-a-token.ts';
import { orphansWereAbandoned } from '../../src/invariants/orphans-were-abandoned.ts';
import { reservationsFit } from '../../src/invariants/reservations-fit.ts';
import { statusesComeFromAgents } from '../../src/invariants/statuses-come-from-agents.ts';
import { tasksAreWellFormed } from '../../src/invariants/tasks-are-well-formed.ts';
import { tasksGoForward } from '../../src/invariants/tasks-go-forward.ts';
import { tasksGoToOpenNodes } from '../../src/invariants/tasks-go-to-open-nodes.ts';
import { tasksGoWhenEnded } from '../../src/invariants/tasks-go-when-ended.ts';
import { tasksKeepTheirPlace } from '../../src/invariants/tasks-keep-their-place.ts';
import { transitionsHaveOwners } from '../../src/invariants/transitions-have-owners.ts';
import { updatesKeepToTheirParallelism } from '../../src/invariants/updates-keep-to-their-parallelism.ts';
import { updatesSeeTheNewest } from '../../src/invariants/updates-see-the-newest.ts';
import { versionsGrow } from '../../src/invariants/versions-grow.ts';
import { workersHoldNoVote } from '../../src/invariants/workers-hold-no-vote.ts';
import type { ManagerState } from '../../src/manager/state.ts';
import type { Call } from '../../src/model/calls.ts';
import { defaultTaskSpec, emptyPlacement, emptyResources, portConfig } from '../../src/model/defaults.ts';
import { hour } from '../../src/model/duration.ts';
import type { Task } from '../../src/model/objects.ts';
import { TaskState } from '../../src/model/state.ts';
import { makeCluster, makeNode, makeService, type TaskFields } from '../manager/fixtures.ts';
import { Told } from './told.ts';

/** That leads a swarm of its own. */
function aManager(): ManagerState {
  const swarm = Swarm.create('one', ordinaryCluster(1, 0));
  assembleSwarm(swarm);
  const manager = swarm.managerOf('manager1');
  if (manager === undefined) throw new Error('it runs');
  return manager;
}

const assigned: TaskFields = { id: 't1', nodeId: 'n1', state: TaskState.Assigned };

describe(tasksGoForward.name, () => {
  test('the observed state', () => {
    const told = new Told(tasksGoForward).tasks(assigned);
    expect(told.tasks({ ...assigned, state: TaskState.Running }).broken).toBe(false);
    expect(told.tasks({ ...assigned, state: TaskState.Running }).broken).toBe(false);
    expect(told.tasks({ ...assigned, state: TaskState.Starting }).broken).toBe(true);
  });

  test('the desired state', () => {
    const told = new Told(tasksGoForward).tasks({ ...assigned, desiredState: TaskState.Ready });
    expect(told.tasks({ ...assigned, desiredState: TaskState.Shutdown }).broken).toBe(false);
    expect(told.tasks({ ...assigned, desiredState: TaskState.Running }).broken).toBe(true);
  });
});

test.each<[string, Partial<Task>, boolean]>([
  ['another node', { nodeId: 'n2' }, true],
  ['no node', { nodeId: '' }, true],
  ['another slot', { slot: 2 }, true],
  ['another service', { serviceId: 's2' }, true],
  ['another spec', { spec: defaultTaskSpec('redis') }, true],
  ['an equal spec', { spec: defaultTaskSpec('nginx') }, false],
  ['another state', { desiredState: TaskState.Shutdown }, false],
])(`${tasksKeepTheirPlace.name}: %s`, (_, change, broken) => {
  const told = new Told(tasksKeepTheirPlace).tasks({ id: 't1' }).tasks(assigned);
  expect(told.broken).toBe(false);
  expect(told.tasks({ ...assigned, ...change, state: TaskState.Running }).broken).toBe(broken);
});

describe(tasksGoWhenEnded.name, () => {
  const running: TaskFields = { id: 't1', nodeId: 'n1', serviceId: 's1', slot: 1 };
  const stopping: TaskFields = { ...running, desiredState: TaskState.Remove };
  const begin = (...tasks: TaskFields[]) => new Told(tasksGoWhenEnded).service(1).tasks(...tasks);

  test('one that runs', () => {
    expect(begin(running).remove('task', 't1').broken).toBe(true);
  });

  test('one that has ended, or has never run', () => {
    for (const state of [TaskState.Pending, TaskState.Ready, TaskState.Shutdown, TaskState.Failed]) {
      expect(begin({ ...running, state }).remove('task', 't1').broken).toBe(false);
    }
  });

  test('one that still stops, and is history of a slot that lives', () => {
    const live: TaskFields = { ...running, id: 't2' };
    expect(begin({ ...running, desiredState: TaskState.Shutdown }, live).remove('task', 't1').broken).toBe(
      true,
    );
  });

  test('one of a slot that nobody wants (R-O38)', () => {
    expect(begin(stopping).remove('task', 't1').broken).toBe(false);
  });

  test('one of a service that is gone, under the same leader and under the next (R-O34, R-O107)', () => {
    expect(begin(stopping).remove('service', 's1').remove('task', 't1').broken).toBe(true);
    const told = begin(stopping).remove('service', 's1');
    told.term = 2;
    expect(told.remove('task', 't1').broken).toBe(false);
  });
});

describe(updatesKeepToTheirParallelism.name, () => {
  const old = (slot: number): TaskFields => ({
    id: `old${slot}`,
    nodeId: 'n1',
    serviceId: 's1',
    slot,
    specVersion: 1,
  });
  /** The update makes a task for a slot, and tells the old one to stop. */
  const replace = (told: Told, slot: number, fields: Partial<TaskFields> = {}) => {
    const stopped = { ...old(slot), desiredState: TaskState.Shutdown };
    const fresh = { ...old(slot), id: `new${slot}`, specVersion: 2, state: TaskState.New };
    return told.tasks({ ...stopped, ...fields }, { ...fresh, nodeId: '', desiredState: TaskState.Ready });
  };
  const begin = () =>
    new Told(updatesKeepToTheirParallelism)
      .service(1)
      .nodes(makeNode({ id: 'n1' }))
      .tasks(old(1), old(2), old(3));

  test('a second slot while the first has not come up', () => {
    const told = replace(begin(), 1);
    expect(told.broken).toBe(false);
    expect(replace(told, 2).broken).toBe(true);
  });

  test('one after the other', () => {
    const told = replace(begin(), 1);
    told.tasks({ ...old(1), id: 'new1', specVersion: 2, state: TaskState.Running });
    expect(replace(told, 2).broken).toBe(false);
    expect(replace(told, 3).broken).toBe(true);
  });

  test('what has failed is replaced at any time', () => {
    const told = begin().tasks({ ...old(2), state: TaskState.Failed });
    expect(replace(replace(told, 1), 2, { state: TaskState.Failed }).broken).toBe(false);
  });

  test('a new leader begins anew', () => {
    const told = replace(begin(), 1);
    told.term = 2;
    expect(replace(told, 2).broken).toBe(false);
  });
});

describe(reservationsFit.name, () => {
  const spec = { ...defaultTaskSpec('nginx'), reservations: { ...emptyResources, nanoCpus: 2e9 } };
  const two: TaskFields[] = ['t1', 't2'].map((id) => ({ ...assigned, id, spec }));

  test('a third task of 2 CPUs on 4', () => {
    const told = new Told(reservationsFit).nodes(makeNode({ id: 'n1' })).tasks(...two);
    expect(told.broken).toBe(false);
    expect(told.tasks({ ...assigned, id: 't3', spec }).broken).toBe(true);
  });

  test('what has ended reserves nothing, what is only to end does', () => {
    const told = new Told(reservationsFit).nodes(makeNode({ id: 'n1' })).tasks(...two);
    told.tasks({ ...assigned, spec, state: TaskState.Failed });
    expect(told.tasks({ ...assigned, id: 't3', spec }).broken).toBe(false);
    told.tasks({ ...assigned, id: 't3', spec, desiredState: TaskState.Shutdown });
    expect(told.tasks({ ...assigned, id: 't4', spec }).broken).toBe(true);
  });

  test('a node that shrinks breaks nothing by itself', () => {
    const told = new Told(reservationsFit).nodes(makeNode({ id: 'n1' })).tasks(...two);
    expect(told.nodes(makeNode({ id: 'n1', resources: { nanoCpus: 1e9 } })).broken).toBe(false);
  });

  test('generic resources count too', () => {
    const gpus = (value: number) => [{ kind: 'gpu', value }];
    const greedy = { ...defaultTaskSpec('nginx'), reservations: { ...emptyResources, generic: gpus(2) } };
    const told = new Told(reservationsFit).nodes(makeNode({ id: 'n1', resources: { generic: gpus(3) } }));
    const holding = { ...assigned, spec: greedy };
    expect(told.tasks(holding).broken).toBe(false);
    expect(told.tasks({ ...holding, id: 't2' }).broken).toBe(true);
  });

  test('memory counts as CPUs do', () => {
    const hungry = { ...defaultTaskSpec('nginx'), reservations: { ...emptyResources, memoryBytes: 2 ** 40 } };
    const told = new Told(reservationsFit).nodes(makeNode({ id: 'n1' }));
    expect(told.tasks({ ...assigned, spec: hungry }).broken).toBe(true);
  });
});

describe(hostPortsAreFree.name, () => {
  const publish = (publishedPort: number, protocol: 'tcp' | 'udp'): Pick<Task, 'endpoint'> => {
    const ports = [portConfig({ targetPort: 80, publishedPort, protocol, publishMode: 'host' })];
    return { endpoint: { spec: { mode: 'vip', ports }, ports, virtualIps: [] } };
  };

  test.each([
    ['the same port', publish(80, 'tcp'), true],
    ['the same port of another protocol', publish(80, 'udp'), false],
    ['another port', publish(81, 'tcp'), false],
    ['a port of the node’s own choice', publish(0, 'tcp'), false],
  ])('%s', (_, endpoint, broken) => {
    const told = new Told(hostPortsAreFree).tasks({ ...assigned, ...publish(80, 'tcp') });
    expect(told.tasks({ ...assigned, id: 't2', ...endpoint }).broken).toBe(broken);
  });
});

test(maxReplicasHold.name, () => {
  const spec = { ...defaultTaskSpec('nginx'), placement: { ...emptyPlacement, maxReplicas: 1 } };
  const task: TaskFields = { ...assigned, spec, serviceId: 's1' };
  const told = new Told(maxReplicasHold).tasks(task);
  expect(told.tasks({ ...task, id: 't2', nodeId: 'n2' }).broken).toBe(false);
  expect(told.tasks({ ...task, id: 't3', serviceId: 's2' }).broken).toBe(false);
  expect(told.tasks({ ...task, id: 't4' }).broken).toBe(true);
  const leaving = new Told(maxReplicasHold).tasks({ ...task, desiredState: TaskState.Shutdown });
  expect(leaving.tasks({ ...task, id: 't2' }).broken).toBe(false);
});

test.each([
  ['unknown', 'ready', false],
  ['unknown', 'down', false],
  ['ready', 'down', false],
  ['ready', 'unknown', false],
  ['down', 'ready', false],
  ['down', 'unknown', true],
  ['ready', 'disconnected', true],
] as const)(`${nodeStatesFollow.name}: from %s to %s`, (from, to, broken) => {
  const told = new Told(nodeStatesFollow).nodes(makeNode({ id: 'n1', state: from }));
  expect(told.nodes(makeNode({ id: 'n1', state: to })).broken).toBe(broken);
});

test(versionsGrow.name, () => {
  const told = new Told(versionsGrow).service(0);
  expect(told.broken).toBe(false);
  expect(told.service(1).broken).toBe(false);
  expect(told.service(1).broken).toBe(true);
  expect(told.service(0).broken).toBe(true);
  expect(told.service(5).broken).toBe(true);
  // One transaction may write twice.
  expect(new Told(versionsGrow).tasks(assigned, { ...assigned, slot: 2 }).broken).toBe(false);
});

test(answersAreCommitted.name, () => {
  const told = new Told(answersAreCommitted).service(0);
  expect(told.answer('s1').broken).toBe(false);
  expect(told.answer('s2').broken).toBe(true);
});

test(updatesSeeTheNewest.name, () => {
  const told = new Told(updatesSeeTheNewest).service(0);
  expect(told.service(1).broken).toBe(false);
  // Entry 2 wrote it.
  expect(told.service(1).broken).toBe(true);
});

test(namesAreUnique.name, () => {
  const told = new Told(namesAreUnique).service(0, 's1', 'web').service(1, 's2', 'db');
  expect(told.broken).toBe(false);
  const after = {
    ...makeService({ id: 's3', name: 'WEB' }),
    meta: { version: 2, createdAt: 0, updatedAt: 0 },
  };
  expect(told.events({ action: 'create', kind: 'service', id: 's3', after }).broken).toBe(true);
  expect(new Told(namesAreUnique).service(0, 's1', 'web').remove('service', 's1').broken).toBe(false);
  const again = new Told(namesAreUnique).service(0, 's1', 'web').remove('service', 's1');
  expect(again.service(2, 's2', 'web').broken).toBe(false);
  expect(again.service(3, 's1', 'log').broken).toBe(true);
});

test(entriesFit.name, () => {
  const told = new Told(entriesFit);
  told.bytes = 1_572_864;
  expect(told.service(0).broken).toBe(false);
  told.bytes += 1;
  expect(told.service(1).broken).toBe(true);
});

test(workersHoldNoVote.name, () => {
  const told = new Told(workersHoldNoVote).nodes(makeNode({ id: 'n1', role: 'manager' }));
  told.members.set(1, { raftId: 1, nodeId: 'n1', host: 'manager1', addr: '10.0.0.1:2377' });
  expect(told.nodes(makeNode({ id: 'n1', role: 'worker' })).broken).toBe(true);
  told.members.clear();
  told.nodes(makeNode({ id: 'n1', role: 'manager' }));
  expect(told.nodes(makeNode({ id: 'n1', role: 'worker' })).broken).toBe(false);
});

describe(nodesComeWithAToken.name, () => {
  const cluster = { ...makeCluster(), joinTokens: { worker: 'W', manager: 'M' } };

  test('no token, and that of another role', () => {
    const told = new Told(nodesComeWithAToken).cluster(cluster);
    expect(told.nodes(makeNode({ id: 'n1' })).broken).toBe(true);
    const call = { method: 'swarm.join', id: 1, hostname: 'n2', addr: '', availability: 'active' } as const;
    told.call({ ...call, token: 'W' }, aManager());
    expect(told.nodes(makeNode({ id: 'n2' })).broken).toBe(false);
    expect(told.nodes(makeNode({ id: 'n3', role: 'manager' })).broken).toBe(true);
  });

  test('the first manager, and one that was removed', () => {
    const told = new Told(nodesComeWithAToken).cluster(cluster);
    told.members.set(1, { raftId: 1, nodeId: 'n1', host: 'manager1', addr: '10.0.0.1:2377' });
    expect(told.nodes(makeNode({ id: 'n1', role: 'manager' })).broken).toBe(false);
    told.cluster({ ...cluster, blacklist: ['n1'] }).remove('node', 'n1');
    expect(told.nodes(makeNode({ id: 'n1', role: 'manager' })).broken).toBe(true);
  });
});

test.each([
  ['ready', 'active', false],
  ['ready', 'drain', true],
  ['ready', 'pause', true],
  ['unknown', 'active', true],
  ['down', 'active', true],
] as const)(`${tasksGoToOpenNodes.name}: %s and %s`, (state, availability, broken) => {
  const manager = aManager();
  const scheduler = manager.leadership?.reactors?.scheduler;
  if (scheduler === undefined) throw new Error('it leads');
  scheduler.pass = { jobs: [], decisions: undefined, done: 0 };
  const told = new Told(tasksGoToOpenNodes).nodes(makeNode({ id: 'n1', state, availability }));
  expect(told.leader(manager).tasks(assigned).broken).toBe(broken);
});

describe(orphansWereAbandoned.name, () => {
  const orphaned: TaskFields = { ...assigned, state: TaskState.Orphaned };

  test('a node that is deleted', () => {
    const told = new Told(orphansWereAbandoned).nodes(makeNode({ id: 'n1' })).tasks(assigned);
    expect(told.remove('node', 'n1').tasks(orphaned).broken).toBe(false);
  });

  test('a node that is there', () => {
    const told = new Told(orphansWereAbandoned).nodes(makeNode({ id: 'n1' })).tasks(assigned);
    expect(told.tasks(orphaned).broken).toBe(true);
  });

  test.each([
    ['a day', 24 * hour, 1, false],
    ['less than a day', 23 * hour, 1, true],
    ['a day under two leaders', 24 * hour, 2, true],
  ])('a node that is down for %s', (_, time, term, broken) => {
    const told = new Told(orphansWereAbandoned).nodes(makeNode({ id: 'n1', state: 'down' })).tasks(assigned);
    told.now = time;
    told.term = term;
    expect(told.tasks(orphaned).broken).toBe(broken);
  });
});

test(statusesComeFromAgents.name, () => {
  const manager = aManager();
  const nodeId = manager.self.nodeId;
  const sessionId = manager.leadership?.reactors?.dispatcher.nodes.get(nodeId)?.session?.id ?? '';
  const report = (session: string, timestamp: number): Call => {
    const status = { state: TaskState.Running, timestamp, message: 'started', err: '' };
    const updates = [{ taskId: 't1', status }];
    return { method: 'dispatcher.report', id: 1, nodeId, sessionId: session, updates };
  };
  const task = { ...assigned, nodeId };
  const running = (timestamp: number): TaskFields => ({
    ...task,
    state: TaskState.Running,
    status: { appliedAt: timestamp, timestamp },
  });
  const told = new Told(statusesComeFromAgents).tasks(task);
  expect(told.call(report(sessionId, 1), manager).tasks(running(1)).broken).toBe(false);
  expect(told.tasks(running(2)).broken).toBe(true);
  expect(told.call(report('another', 3), manager).tasks(running(3)).broken).toBe(true);
  expect(told.call(report(sessionId, 4), manager).tasks({ ...running(4), nodeId: 'n2' }).broken).toBe(true);
});

test.each<[string, TaskFields, boolean]>([
  ['one of no service', { id: 't1', serviceId: 's2' }, true],
  ['one of a service', { id: 't1', serviceId: 's1', state: TaskState.New }, false],
  ['one that runs nowhere', { id: 't1', serviceId: 's1', state: TaskState.Running }, true],
  ['one that failed nowhere', { id: 't1', serviceId: 's1', state: TaskState.Failed }, true],
  ['one that was given up while it waited', { id: 't1', serviceId: 's1', state: TaskState.Shutdown }, false],
  ['one that is removed', { id: 't1', serviceId: 's1', nodeId: 'n1', state: TaskState.Remove }, true],
])(`${tasksAreWellFormed.name}: %s`, (_, task, broken) => {
  expect(new Told(tasksAreWellFormed).service(0).tasks(task).broken).toBe(broken);
});

describe(transitionsHaveOwners.name, () => {
  const of = (state: TaskState, message: string, err = '', appliedAt?: number): TaskFields => ({
    id: 't1',
    nodeId: state >= TaskState.Assigned ? 'n1' : '',
    service: makeService({ id: 's1' }),
    state,
    status: { message, err, ...(appliedAt !== undefined && { appliedAt }) },
  });
  const { New, Pending, Assigned, Preparing, Starting, Running, Complete, Failed, Rejected } = TaskState;
  const start = of(New, 'created');
  const wait = of(Pending, 'pending task scheduling');
  const place = of(Assigned, 'scheduler assigned task to node');
  const run = of(Running, 'started', '', 1);

  test.each<[string, TaskFields[], TaskFields, boolean]>([
    ['begins', [], start, false],
    ['begins assigned', [], place, true],
    ['is allocated', [start], wait, false],
    ['waits', [start, wait], of(Pending, 'pending task scheduling', 'no suitable node'), false],
    ['is placed', [start, wait], place, false],
    ['is placed by nobody', [start, wait], of(Assigned, 'assigned'), true],
    ['is placed before it is allocated', [start], place, true],
    ['runs, as its agent says', [start, wait, place], run, false],
    ['runs, as nobody says', [start, wait, place], of(Running, 'started'), true],
    ['runs before it is placed', [start, wait], run, true],
    ['runs, and the agent says something else', [start, wait, place], of(Running, 'starting', '', 1), true],
    ['ends', [start, wait, place, run], of(Complete, 'finished', '', 2), false],
    ['fails', [start, wait, place, run], of(Failed, 'started', 'task: non-zero exit (1)', 2), false],
    ['fails for no reason', [start, wait, place, run], of(Failed, 'started', '', 2), true],
    [
      'is rejected',
      [start, wait, place, of(Preparing, 'preparing', '', 1)],
      of(Rejected, '', 'no', 2),
      false,
    ],
    ['is rejected when it starts', [place, of(Starting, 'starting', '', 1)], of(Rejected, '', 'no', 2), true],
    [
      'is evicted',
      [start, wait, place, run],
      of(Rejected, 'task rejected by constraint enforcer', 'assigned node no longer meets constraints', 1),
      false,
    ],
    ['runs again', [start, wait, place, run, of(Complete, 'finished', '', 2)], of(Failed, '', 'no', 3), true],
  ])('a task %s', (_, before, last, broken) => {
    const told = new Told(transitionsHaveOwners).nodes(makeNode({ id: 'n1' }));
    for (const task of before) told.tasks(task);
    if (told.broken && before[0] === start) throw new Error('the way there is legal');
    expect(told.tasks(last).broken).toBe(broken);
  });

  test('a task is given up with its node', () => {
    const lost = of(TaskState.Orphaned, 'Task belonged to a node that has been deleted');
    const told = new Told(transitionsHaveOwners).nodes(makeNode({ id: 'n1' }));
    for (const task of [start, wait, place, run]) told.tasks(task);
    expect(told.remove('node', 'n1').tasks(lost).broken).toBe(false);
    const there = new Told(transitionsHaveOwners).nodes(makeNode({ id: 'n1' })).tasks(start, wait, place);
    expect(there.tasks(lost).broken).toBe(true);
  });
});
