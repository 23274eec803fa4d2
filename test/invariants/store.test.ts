// Every invariant of the cluster state, broken on purpose by a transaction that must never be committed.

import { describe, expect, test } from 'vitest';
import { answersAreCommitted } from '../../src/invariants/answers-are-committed.ts';
import { hostPortsAreFree } from '../../src/invariants/host-ports-are-free.ts';
import { maxReplicasHold } from '../../src/invariants/max-replicas-hold.ts';
import { nodeStatesFollow } from '../../src/invariants/node-states-follow.ts';
import { reservationsFit } from '../../src/invariants/reservations-fit.ts';
import { tasksGoForward } from '../../src/invariants/tasks-go-forward.ts';
import { tasksKeepTheirPlace } from '../../src/invariants/tasks-keep-their-place.ts';
import { versionsGrow } from '../../src/invariants/versions-grow.ts';
import { defaultTaskSpec, emptyPlacement, emptyResources, portConfig } from '../../src/model/defaults.ts';
import type { Task } from '../../src/model/objects.ts';
import { TaskState } from '../../src/model/state.ts';
import { makeNode, type TaskFields } from '../manager/fixtures.ts';
import { Told } from './told.ts';

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
