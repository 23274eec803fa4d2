// Nodes and their tasks in a whole swarm: what is lost, what is found again, what nobody touches.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { millisecond, minute, second } from '../../../src/model/duration.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Task } from '../../../src/model/objects.ts';
import type { Availability } from '../../../src/model/state.ts';
import { TaskState } from '../../../src/model/state.ts';
import { assert } from '../../../src/sim/assert.ts';
import { assembled, awaitLeader, createRunning, leaders, record, runningTasks } from '../scene.ts';
import { crash, isolate, managerAt, nodeOf, restart, until } from './scene.ts';

function tasks(swarm: Swarm): readonly Task[] {
  return swarm.state()?.list('task') ?? [];
}

/** The tasks of a node that are meant to run. */
function tasksOn(swarm: Swarm, hostname: string): readonly Task[] {
  const id = nodeOf(swarm, hostname)?.id;
  return tasks(swarm).filter(
    ({ nodeId, desiredState }) => nodeId === id && desiredState === TaskState.Running,
  );
}

/** The running containers of a host, by the IDs of their tasks. */
function containers(swarm: Swarm, host: string): string[] {
  const all = swarm.memoryOf(host)?.agent?.containers.values() ?? [];
  return [...all].flatMap(({ phase, taskId }) => (phase === 'running' ? [taskId] : [])).sort();
}

function setAvailability(swarm: Swarm, hostname: string, availability: Availability): void {
  new Client(swarm, 'manager1').updateNode(hostname, (spec) => ({ ...spec, availability }));
}

/** Managers run no tasks: all of them are on the workers. */
function onWorkers(managers: number, workers: number): Swarm {
  const swarm = assembled(managers, workers);
  for (let i = 1; i <= managers; i++) setAvailability(swarm, `manager${i}`, 'drain');
  return swarm;
}

describe('a report', () => {
  it('E-98: that dies with the leader before it is written is made again', () => {
    const swarm = onWorkers(3, 1);
    new Client(swarm, 'manager1').createService(serviceSpec({ name: 'web', image: 'nginx' }));
    const isReported = () => {
      const queued = managerAt(swarm, 'manager1').leadership?.reactors?.dispatcher.batch.queued.tasks;
      return [...(queued?.values() ?? [])].some(({ state }) => state === TaskState.Running);
    };
    until(swarm, 'the task is reported running', isReported, 20 * second);
    crash(swarm, 'manager1');
    expect(tasks(swarm)[0]?.status.state).toBeLessThan(TaskState.Running);
    awaitLeader(swarm);
    until(swarm, 'it is stored', () => runningTasks(swarm) === 1, 10 * second);
    expect(tasks(swarm)).toHaveLength(1);
  });
});

describe('a worker without managers', () => {
  it('E-100: keeps its containers, restarts none, tries every 8 s, and reports afterwards', () => {
    const swarm = onWorkers(1, 1);
    swarm.scriptImage('short', { run: { kind: 'exit', after: 2 * minute, code: 3 } });
    const client = new Client(swarm, 'manager1');
    createRunning(swarm, 'manager1', 'web', 2);
    client.createService(serviceSpec({ name: 'short', image: 'short' }));
    until(swarm, 'all run', () => runningTasks(swarm) === 3, 20 * second);
    const before = containers(swarm, 'worker1');
    const short = client.tasks(client.service('short'))[0]?.id ?? '';
    crash(swarm, 'manager1');
    const tries = record(swarm, ({ to, body }) =>
      to === 'worker1' && body.kind === 'agent.connect' ? body.kind : undefined,
    );
    swarm.advance(20 * minute);
    expect(containers(swarm, 'worker1')).toEqual(before.filter((id) => id !== short));
    // A try takes 5 s, the pause after it 8 s at most.
    const gaps = tries.map(({ at }, i) => at - (tries[i - 1]?.at ?? at));
    expect(Math.max(...gaps)).toBeLessThan(13 * second);
    expect(Math.max(...gaps)).toBeGreaterThan(11 * second);
    expect(tries.length).toBeGreaterThan(20 * 4);
    restart(swarm, 'manager1');
    until(
      swarm,
      'the exit is stored',
      () => tasks(swarm).find(({ id }) => id === short)?.status.state === TaskState.Failed,
      15 * second,
    );
    until(swarm, 'another runs', () => runningTasks(swarm) === 3, 20 * second);
    expect(containers(swarm, 'worker1')).toEqual(expect.arrayContaining(before.filter((id) => id !== short)));
  });

  it('E-105: comes up again by its own database; what died is reported when managers are back', () => {
    const swarm = onWorkers(3, 1);
    createRunning(swarm, 'manager1', 'web', 2);
    const known = [...(swarm.memoryOf('worker1')?.agent?.tasks.keys() ?? [])].sort();
    crash(swarm, 'manager2', 'manager3');
    swarm.advance(30 * second);
    expect(leaders(swarm)).toEqual([]);
    crash(swarm, 'worker1');
    restart(swarm, 'worker1');
    swarm.advance(30 * second);
    const agent = swarm.memoryOf('worker1')?.agent;
    expect([...(agent?.tasks.keys() ?? [])].sort()).toEqual(known);
    expect(agent?.session.phase).not.toBe('open');
    restart(swarm, 'manager2', 'manager3');
    awaitLeader(swarm, 90 * second);
    const old = () => tasks(swarm).filter(({ id }) => known.includes(id));
    until(swarm, 'they failed', () => old().every(({ status }) => status.state === TaskState.Failed), minute);
    until(swarm, 'two others run', () => runningTasks(swarm) === 2, minute);
    expect(old()).toHaveLength(2);
  });
});

describe('the node part of a worker', () => {
  it('E-104: that stops in good order leaves nothing; one that crashes finds its tasks again', () => {
    const swarm = onWorkers(1, 2);
    createRunning(swarm, 'manager1', 'web', 4);
    const known = [...(swarm.memoryOf('worker1')?.agent?.tasks.keys() ?? [])];
    expect(known).toHaveLength(2);
    crash(swarm, 'worker1');
    restart(swarm, 'worker1');
    expect([...(swarm.memoryOf('worker1')?.agent?.tasks.keys() ?? [])].sort()).toEqual(known.sort());
    const removed = containers(swarm, 'worker2');
    expect(removed).toHaveLength(2);
    swarm.leave('worker2', false);
    swarm.advance(second);
    expect(swarm.memoryOf('worker2')?.agent).toBeUndefined();
    crash(swarm, 'worker2');
    restart(swarm, 'worker2');
    expect(swarm.memoryOf('worker2')?.agent).toBeUndefined();
  });
});

describe('availability', () => {
  it('E-102: drain moves tasks without delay, and active moves nothing back', () => {
    const swarm = onWorkers(1, 2);
    createRunning(swarm, 'manager1', 'web', 4);
    const moved = tasksOn(swarm, 'worker1').map(({ id }) => id);
    expect(moved).toHaveLength(2);
    setAvailability(swarm, 'worker1', 'drain');
    until(swarm, 'all have moved', () => tasksOn(swarm, 'worker2').length === 4, 3 * second);
    const old = tasks(swarm).filter(({ id }) => moved.includes(id));
    expect(old.map(({ desiredState }) => desiredState)).toEqual([TaskState.Shutdown, TaskState.Shutdown]);
    swarm.advance(30 * second);
    expect(runningTasks(swarm)).toBe(4);
    setAvailability(swarm, 'worker1', 'active');
    swarm.advance(30 * second);
    expect(tasksOn(swarm, 'worker1')).toHaveLength(0);
    expect(tasksOn(swarm, 'worker2')).toHaveLength(4);
  });

  it('E-102: pause keeps what runs and adds nothing', () => {
    const swarm = onWorkers(1, 2);
    createRunning(swarm, 'manager1', 'web', 4);
    const before = tasksOn(swarm, 'worker1').map(({ id }) => id);
    setAvailability(swarm, 'worker1', 'pause');
    const client = new Client(swarm, 'manager1');
    client.updateService('web', (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 8 } }));
    until(swarm, 'all run', () => runningTasks(swarm) === 8, 30 * second);
    expect(tasksOn(swarm, 'worker1').map(({ id }) => id)).toEqual(before);
  });
});

describe('an engine label', () => {
  it('E-103: that changes is seen within 20 s, and tasks it no longer fits are rejected', () => {
    const swarm = onWorkers(1, 2);
    const label = (host: string, disk: string) => {
      const config = swarm.world.configOf(host);
      assert(config.role === 'node', 'a worker is a node');
      const description = { ...config.description, engineLabels: makeLabels([['disk', disk]]) };
      swarm.world.inject({
        kind: 'fault',
        fault: { kind: 'configure', host, config: { ...config, description } },
      });
    };
    const diskOf = (host: string) =>
      nodeOf(swarm, host)?.description?.engineLabels.find(([key]) => key === 'disk')?.[1];
    label('worker1', 'ssd');
    until(swarm, 'it is seen', () => diskOf('worker1') === 'ssd', 20 * second + 200 * millisecond);
    const placement = { constraints: ['engine.labels.disk==ssd'] };
    new Client(swarm, 'manager1').createService(serviceSpec({ name: 'web', image: 'nginx', placement }));
    until(
      swarm,
      'it runs',
      () => tasksOn(swarm, 'worker1').length === 1 && runningTasks(swarm) === 1,
      20 * second,
    );
    const [task] = tasksOn(swarm, 'worker1');
    label('worker2', 'ssd');
    label('worker1', 'hdd');
    until(swarm, 'it is seen', () => diskOf('worker1') === 'hdd', 20 * second + 200 * millisecond);
    const rejected = () => tasks(swarm).find(({ id }) => id === task?.id)?.status;
    until(swarm, 'it is rejected', () => rejected()?.state === TaskState.Rejected, second);
    expect(rejected()).toMatchObject({
      message: 'task rejected by constraint enforcer',
      err: 'assigned node no longer meets constraints',
    });
    until(swarm, 'another runs on worker2', () => tasksOn(swarm, 'worker2').length === 1, 30 * second);
  });
});

describe('sessions', () => {
  it('E-89: of all living nodes are opened again with a new leader within a second', () => {
    const swarm = assembled(3, 2);
    isolate(swarm, 'worker2');
    crash(swarm, 'manager1');
    awaitLeader(swarm);
    const message = 'Node moved to "unknown" state due to leadership change in cluster';
    until(swarm, 'worker1 is unknown', () => nodeOf(swarm, 'worker1')?.status.message === message, second);
    until(swarm, 'worker1 is ready', () => nodeOf(swarm, 'worker1')?.status.state === 'ready', 10 * second);
    expect(nodeOf(swarm, 'worker1')?.status.message).toBe('');
    until(swarm, 'worker2 is down', () => nodeOf(swarm, 'worker2')?.status.state === 'down', 34 * second);
    expect(nodeOf(swarm, 'worker2')?.status.message).toBe('heartbeat failure for node in "unknown" state');
  });
});
