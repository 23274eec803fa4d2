// `docker node rm`: what may go, what becomes of its tasks, and that it never comes back.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { assembled, awaitLeader, createRunning, record, refusal } from '../scene.ts';
import { crash, isolate, members, nodeOf, restart, until, unwatched } from './scene.ts';

describe('removing a node', () => {
  it('R-R140: that is unknown is not found', () => {
    const swarm = assembled(1, 0);
    const call = { method: 'node.remove', nodeId: 'nobody', force: true } as const;
    expect(refusal(() => swarm.ask('manager1', call))).toBe('NotFound: node nobody not found');
  });

  it('E-74: that lives, but has not registered with a new leader yet, needs no force', () => {
    const swarm = assembled(3, 1);
    isolate(swarm, 'worker1');
    crash(swarm, 'manager1');
    awaitLeader(swarm);
    until(swarm, 'it is unknown', () => nodeOf(swarm, 'worker1')?.status.state === 'unknown', second);
    expect(swarm.world.isUp('worker1')).toBe(true);
    new Client(swarm, 'manager2').removeNode('worker1', false);
    expect(nodeOf(swarm, 'worker1')).toBeUndefined();
  });

  it('E-75: that is a member of the Raft group is refused, even by force', () => {
    const swarm = assembled(3, 0);
    const client = new Client(swarm, 'manager1');
    const { id } = client.node('manager2');
    for (const force of [false, true]) {
      expect(refusal(() => client.removeNode('manager2', force))).toBe(
        `FailedPrecondition: node ${id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
      );
    }
  });

  it('E-76: that was a manager before force-new-cluster needs no demotion', () => {
    const swarm = unwatched(3, 0);
    crash(swarm, 'manager2', 'manager3');
    swarm.advance(30 * second);
    swarm.forceNewCluster('manager1');
    until(swarm, 'it is down', () => nodeOf(swarm, 'manager2')?.status.state === 'down', 60 * second);
    expect(nodeOf(swarm, 'manager2')).toMatchObject({ role: 'manager', spec: { role: 'manager' } });
    new Client(swarm, 'manager1').removeNode('manager2', false);
    expect(nodeOf(swarm, 'manager2')).toBeUndefined();
  });

  it('E-77: orphans what it ran, and leaves what was complete', () => {
    const swarm = assembled(1, 1);
    swarm.scriptImage('once', { run: { kind: 'exit', after: second, code: 0 } });
    const client = new Client(swarm, 'manager1');
    const placement = { constraints: ['node.hostname==worker1'] };
    client.createService(serviceSpec({ name: 'web', image: 'nginx', placement }));
    client.createService(
      serviceSpec({ name: 'once', image: 'once', placement, restart: { condition: 'none' } }),
    );
    const statusOf = (name: string) => client.tasks(client.service(name))[0]?.status;
    swarm.advance(20 * second);
    const complete = statusOf('once');
    expect(complete?.state).toBe(TaskState.Complete);
    expect(statusOf('web')?.state).toBe(TaskState.Running);
    const [task] = client.tasks(client.service('web'));
    client.removeNode('worker1', true);
    const orphan = client.list('task').find(({ id }) => id === task?.id);
    expect(orphan?.status).toMatchObject({
      state: TaskState.Orphaned,
      message: 'Task belonged to a node that has been deleted',
    });
    expect(statusOf('once')).toEqual(complete);
  });

  it('R-R141: by force while it lives keeps it out for ever, and its containers running', () => {
    const swarm = assembled(3, 1);
    createRunning(swarm, 'manager1', 'web', 4);
    const { id } = new Client(swarm, 'manager1').node('worker1');
    const running = swarm.memoryOf('worker1')?.agent?.containers.size ?? 0;
    expect(running).toBeGreaterThan(0);
    new Client(swarm, 'manager1').removeNode('worker1', true);
    const refusals = record(swarm, ({ to, body }) =>
      to === 'worker1' && body.kind === 'reply' && body.reply.method === 'dispatcher.error'
        ? body.reply.error
        : undefined,
    );
    swarm.advance(120 * second);
    const { code, message } = refusals.at(-1)?.kept ?? {};
    expect(code).toBe('PermissionDenied');
    expect(message).toContain(`node ${id} was removed from swarm`);
    // It goes on trying, 8 s apart at most.
    expect(swarm.world.now - (refusals.at(-1)?.at ?? 0)).toBeLessThan(9 * second);
    expect(swarm.memoryOf('worker1')?.agent?.containers.size).toBe(running);
    expect(nodeOf(swarm, 'worker1')).toBeUndefined();
    // Its operator makes it leave, and it may join as another node.
    swarm.leave('worker1', false);
    swarm.join('worker1', 'manager2', new Client(swarm, 'manager1').cluster().joinTokens.worker);
    until(swarm, 'it is ready', () => nodeOf(swarm, 'worker1')?.status.state === 'ready', 10 * second);
    expect(nodeOf(swarm, 'worker1')?.id).not.toBe(id);
  });

  /** manager3 is a member without a node, and manager4 dead: n = 3 and R = 1, so that nobody can be removed. */
  function memberWithoutNode(): Swarm {
    const swarm = assembled(4, 0);
    crash(swarm, 'manager4');
    swarm.advance(4 * second);
    const client = new Client(swarm, 'manager1');
    for (const { id: nodeId, meta, spec } of ['manager2', 'manager3'].map((name) => client.node(name))) {
      const change = { version: meta.version, spec: { ...spec, role: 'worker' } } as const;
      swarm.type('manager1', { kind: 'node.call', call: { method: 'node.update', nodeId, ...change } });
    }
    swarm.advance(second);
    client.removeNode('manager3', true);
    swarm.advance(20 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager3', 'manager4']);
    return swarm;
  }

  it('R-R142: whose demotion is not through yet evicts it from the Raft group, when that is safe', () => {
    const swarm = memberWithoutNode();
    restart(swarm, 'manager4');
    until(swarm, 'it is evicted', () => members(swarm, 'manager1').length === 2, 10 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager4']);
    until(swarm, 'it stops', () => swarm.managerOf('manager3') === undefined, 60 * second);
  });

  it('R-R135: a new leader evicts members without a node', () => {
    const swarm = memberWithoutNode();
    crash(swarm, 'manager1', 'manager3');
    restart(swarm, 'manager1', 'manager4');
    awaitLeader(swarm, 90 * second);
    until(swarm, 'it is evicted', () => members(swarm, 'manager1').length === 2, 10 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager4']);
  });
});
