// Rules of what happens without a quorum, and of the ways back.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { hour, minute, second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { assembled, awaitLeader, createRunning, leaders, refusal, runningTasks } from '../scene.ts';
import { crash, managerAt, members, nodeOf, restart, setRole, unwatched } from './scene.ts';

function containers(swarm: Swarm, host: string): string[] {
  return [...(swarm.memoryOf(host)?.agent?.containers.values() ?? [])].map(({ taskId }) => taskId);
}

/** `docker node update --availability drain`. */
function drain(swarm: Swarm, ...hosts: readonly string[]): void {
  for (const host of hosts) {
    new Client(swarm, 'manager1').updateNode(host, (spec) => ({ ...spec, availability: 'drain' }));
  }
}

describe('without a quorum', () => {
  it('R-R145: workers keep what they run, and look for a manager for ever', () => {
    const swarm = assembled(3, 1);
    drain(swarm, 'manager1', 'manager2', 'manager3');
    createRunning(swarm, 'manager1', 'web', 3);
    const before = containers(swarm, 'worker1');
    expect(before).toHaveLength(3);
    crash(swarm, 'manager1', 'manager2', 'manager3');
    swarm.advance(3 * hour);
    expect(containers(swarm, 'worker1')).toEqual(before);
    restart(swarm, 'manager1', 'manager2', 'manager3');
    awaitLeader(swarm);
    expect(swarm.runUntil(() => nodeOf(swarm, 'worker1')?.status.state === 'ready', 10 * second)).toBe(true);
    expect(containers(swarm, 'worker1')).toEqual(before);
  });

  it('R-R146: the first election comes by ordinary timeouts, and what happened meanwhile is told again', () => {
    const swarm = assembled(3, 1);
    drain(swarm, 'manager1', 'manager2', 'manager3');
    createRunning(swarm, 'manager1', 'web', 1);
    const [taskId = ''] = containers(swarm, 'worker1');
    crash(swarm, 'manager1', 'manager2');
    swarm.advance(minute);
    swarm.order('worker1', { kind: 'node.kill', taskId });
    swarm.advance(minute);
    expect(containers(swarm, 'worker1')).toEqual([taskId]);
    restart(swarm, 'manager1', 'manager2');
    const waited = awaitLeader(swarm, 120 * second);
    expect(waited).toBeLessThan(60 * second);
    const unknown = 'Node moved to "unknown" state due to leadership change in cluster';
    const marked = (): boolean => nodeOf(swarm, 'worker1')?.status.message === unknown;
    expect(swarm.runUntil(marked, second)).toBe(true);
    const failed = (): boolean => swarm.state()?.get('task', taskId)?.status.state === TaskState.Failed;
    expect(swarm.runUntil(failed, 10 * second)).toBe(true);
    expect(swarm.runUntil(() => runningTasks(swarm) === 1, 30 * second)).toBe(true);
  });

  it('R-R149: a manager whose disk was wiped does not come back as itself, and joins as another', () => {
    const swarm = assembled(3, 0);
    const old = nodeOf(swarm, 'manager3')?.id ?? '';
    crash(swarm, 'manager3');
    swarm.fault({ kind: 'wipe', host: 'manager3' });
    restart(swarm, 'manager3');
    swarm.advance(minute);
    expect(swarm.managerOf('manager3')).toBeUndefined();
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager2', 'manager3']);
    const client = new Client(swarm, 'manager1');
    setRole(swarm, 'manager1', old, 'worker');
    swarm.advance(20 * second);
    client.removeNode(old, false);
    swarm.join('manager3', 'manager1', client.cluster().joinTokens.manager);
    swarm.advance(10 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager2', 'manager3']);
    expect(swarm.memoryOf('manager3')?.identity?.nodeId).not.toBe(old);
  });
});

describe('force-new-cluster', () => {
  it('R-R151: former managers stay in the list without a manager status, go down, and need no demotion', () => {
    const swarm = unwatched(3, 0);
    crash(swarm, 'manager2', 'manager3');
    swarm.advance(40 * second);
    swarm.forceNewCluster('manager1');
    awaitLeader(swarm);
    const client = new Client(swarm, 'manager1');
    const { nodes, managers } = client.nodes();
    expect(nodes.map(({ role }) => role)).toEqual(['manager', 'manager', 'manager']);
    expect(managers.size).toBe(1);
    const down = (): boolean => nodeOf(swarm, 'manager2')?.status.state === 'down';
    swarm.advance(26 * second);
    expect(down()).toBe(false);
    swarm.advance(8 * second);
    expect(down()).toBe(true);
    expect(refusal(() => client.removeNode('manager2', false))).toBeUndefined();
  });

  it('R-R151: former managers that live go on as a second swarm, until one speaks to the new', () => {
    const swarm = unwatched(3, 0);
    swarm.fault({ kind: 'partition', groups: [['manager1'], ['manager2', 'manager3']] });
    swarm.advance(40 * second);
    const formerIds = ['manager2', 'manager3'].map((host) => managerAt(swarm, host).self.raftId);
    swarm.forceNewCluster('manager1');
    swarm.advance(5 * second);
    const [leader = '', other = ''] = ['manager2', 'manager3'].sort((a) =>
      leaders(swarm).includes(a) ? -1 : 1,
    );
    for (const host of ['manager1', leader]) {
      new Client(swarm, host).createService(serviceSpec({ name: host, image: 'nginx', replicas: 0 }));
    }
    swarm.fault({ kind: 'heal' });
    swarm.advance(2 * second);
    expect(swarm.managers().map(([host]) => host)).toEqual(['manager1', other]);
    // Its campaign is what tells the other.
    expect(swarm.runUntil(() => swarm.managers().length === 1, 25 * second)).toBe(true);
    expect(new Client(swarm, 'manager1').list('service').map(({ spec }) => spec.name)).toEqual(['manager1']);
    // They have the role of a manager still, and join again (R-R134).
    swarm.advance(40 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager2', 'manager3']);
    expect(swarm.managers().map(([, { self }]) => formerIds.includes(self.raftId))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
