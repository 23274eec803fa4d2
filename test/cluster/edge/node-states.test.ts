// Rules of what a node's state, availability and labels mean for it and for its tasks.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { millisecond, second } from '../../../src/model/duration.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Task } from '../../../src/model/objects.ts';
import type { ServiceSpec } from '../../../src/model/spec.ts';
import { type Availability, TaskState } from '../../../src/model/state.ts';
import { assembled, runningTasks } from '../scene.ts';
import { isolate, nodeOf } from './scene.ts';

function stateOf(swarm: Swarm, host: string): string | undefined {
  return nodeOf(swarm, host)?.status.state;
}

/** Everything a node has, in order of IDs. */
function tasksOn(swarm: Swarm, host: string): readonly Task[] {
  return swarm.state()?.tasksOfNode(nodeOf(swarm, host)?.id ?? '') ?? [];
}

/** The tasks that are to run on a node, and do. */
function runningOn(swarm: Swarm, host: string): Task[] {
  return tasksOn(swarm, host).filter(
    ({ desiredState, status }) => desiredState === TaskState.Running && status.state === TaskState.Running,
  );
}

function setAvailability(swarm: Swarm, host: string, availability: Availability): void {
  new Client(swarm, 'manager1').updateNode(host, (spec) => ({ ...spec, availability }));
}

/** A service whose tasks run on workers alone, and all of them do. */
function onWorkers(swarm: Swarm, spec: Parameters<typeof serviceSpec>[0], count: number): void {
  const placement = { constraints: ['node.role == worker'] };
  const created: ServiceSpec = serviceSpec({ placement, ...spec });
  new Client(swarm, 'manager1').createService(created);
  expect(swarm.runUntil(() => runningTasks(swarm) === count, 30 * second)).toBe(true);
}

describe('a node that is cut off', () => {
  it('R-R165: for a moment stays ready: only missed heartbeats count', () => {
    const swarm = assembled(3, 1);
    isolate(swarm, 'worker1');
    swarm.advance(8 * second);
    swarm.fault({ kind: 'heal' });
    let seen = new Set<string | undefined>();
    swarm.watch({ handled: () => seen.add(stateOf(swarm, 'worker1')) });
    swarm.advance(60 * second);
    expect([...seen]).toEqual(['ready']);
    seen = new Set();
    isolate(swarm, 'worker1');
    expect(swarm.runUntil(() => stateOf(swarm, 'worker1') === 'down', 17 * second)).toBe(true);
  });

  it('R-R171: as a manager is unreachable at once, and ready for as long as any node', () => {
    const swarm = assembled(3, 0);
    isolate(swarm, 'manager3');
    swarm.advance(5 * second);
    const { nodes, managers } = new Client(swarm, 'manager1').nodes();
    const [id = ''] = nodes
      .filter(({ description }) => description?.hostname === 'manager3')
      .map((n) => n.id);
    expect(managers.get(id)?.reachable).toBe(false);
    expect(stateOf(swarm, 'manager3')).toBe('ready');
  });

  it('R-R173: has its replicated tasks replaced after the restart delay, its global ones shut down', () => {
    const swarm = assembled(1, 2);
    onWorkers(swarm, { name: 'web', image: 'nginx', replicas: 2 }, 2);
    onWorkers(swarm, { name: 'agent', image: 'nginx', mode: { kind: 'global' } }, 4);
    const before = runningOn(swarm, 'worker1').map(({ id }) => id);
    expect(before).toHaveLength(2);
    isolate(swarm, 'worker1');
    expect(swarm.runUntil(() => stateOf(swarm, 'worker1') === 'down', 17 * second)).toBe(true);
    const down = swarm.world.now;
    swarm.advance(100 * millisecond);
    for (const { desiredState, status } of tasksOn(swarm, 'worker1')) {
      expect([desiredState, status.state]).toEqual([TaskState.Shutdown, TaskState.Running]);
    }
    expect(swarm.runUntil(() => runningOn(swarm, 'worker2').length === 3, 10 * second)).toBe(true);
    expect(swarm.world.now - down).toBeGreaterThanOrEqual(5 * second);
  });

  it('R-R174: stops what was replaced when it is back; replicas stay where they are, globals come back', () => {
    const swarm = assembled(1, 2);
    onWorkers(swarm, { name: 'web', image: 'nginx', replicas: 2 }, 2);
    onWorkers(swarm, { name: 'agent', image: 'nginx', mode: { kind: 'global' } }, 4);
    const before = runningOn(swarm, 'worker1');
    isolate(swarm, 'worker1');
    swarm.advance(40 * second);
    expect(stateOf(swarm, 'worker1')).toBe('down');
    swarm.fault({ kind: 'heal' });
    swarm.advance(60 * second);
    expect(stateOf(swarm, 'worker1')).toBe('ready');
    for (const { id } of before) {
      expect(swarm.state()?.get('task', id)?.status.state).toBe(TaskState.Shutdown);
    }
    const agent = new Client(swarm, 'manager1').service('agent').id;
    expect(runningOn(swarm, 'worker1').map(({ serviceId }) => serviceId)).toEqual([agent]);
    expect(runningOn(swarm, 'worker2')).toHaveLength(3);
  });
});

describe('a node', () => {
  it('R-R191: paused keeps its tasks and gets none; drained loses them without delay', () => {
    const swarm = assembled(1, 2);
    onWorkers(swarm, { name: 'web', image: 'nginx', replicas: 2 }, 2);
    setAvailability(swarm, 'worker1', 'pause');
    new Client(swarm, 'manager1').updateService('web', (spec) => ({
      ...spec,
      mode: { kind: 'replicated', replicas: 4 },
    }));
    swarm.advance(10 * second);
    expect(['worker1', 'worker2'].map((host) => runningOn(swarm, host).length)).toEqual([1, 3]);
    setAvailability(swarm, 'worker1', 'drain');
    swarm.advance(4 * second);
    expect(['worker1', 'worker2'].map((host) => runningOn(swarm, host).length)).toEqual([0, 4]);
    setAvailability(swarm, 'worker1', 'active');
    swarm.advance(30 * second);
    expect(['worker1', 'worker2'].map((host) => runningOn(swarm, host).length)).toEqual([0, 4]);
  });

  it('R-R192: that is a manager runs tasks too; drained it still leads', () => {
    const swarm = assembled(1, 0);
    new Client(swarm, 'manager1').createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 1 }));
    swarm.advance(10 * second);
    expect(runningOn(swarm, 'manager1')).toHaveLength(1);
    setAvailability(swarm, 'manager1', 'drain');
    swarm.advance(30 * second);
    expect(runningOn(swarm, 'manager1')).toHaveLength(0);
    expect(swarm.leader()).toBe('manager1');
  });

  it('R-R194: whose labels change loses the tasks that may not be there any more', () => {
    const swarm = assembled(1, 2);
    const client = new Client(swarm, 'manager1');
    const label = (host: string, disk: string): void =>
      client.updateNode(host, (spec) => ({ ...spec, labels: makeLabels([['disk', disk]]) }));
    label('worker1', 'ssd');
    onWorkers(
      swarm,
      { name: 'db', image: 'nginx', replicas: 1, placement: { constraints: ['node.labels.disk == ssd'] } },
      1,
    );
    const [task] = runningOn(swarm, 'worker1');
    label('worker2', 'ssd');
    label('worker1', 'hdd');
    swarm.advance(millisecond);
    expect(swarm.state()?.get('task', task?.id ?? '')?.status).toMatchObject({
      state: TaskState.Rejected,
      message: 'task rejected by constraint enforcer',
      err: 'assigned node no longer meets constraints',
    });
    expect(swarm.runUntil(() => runningOn(swarm, 'worker2').length === 1, 20 * second)).toBe(true);
  });
});
