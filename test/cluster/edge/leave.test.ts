// `docker swarm leave`: what managers are told, and what the swarm is left with.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import { assembled, awaitLeader, createRunning, leaders, machines, refusal, timed } from '../scene.ts';
import { crash, members, nodeOf, restart, setRole, until, unwatched } from './scene.ts';

const opening =
  'Unavailable: You are attempting to leave the swarm on a node that is participating as a manager. ';
const closing =
  'The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.';

const leave = (swarm: Swarm, host: string) => refusal(() => swarm.leave(host, false));

describe('a manager that leaves without force', () => {
  it('E-71: of 3, all reachable, is refused without a reason', () => {
    const swarm = assembled(3, 0);
    expect(leave(swarm, 'manager1')).toBe(opening + closing);
    expect(leave(swarm, 'manager3')).toBe(opening + closing);
  });

  it('E-71: of 2, both reachable, is told what is left', () => {
    const swarm = assembled(2, 0);
    expect(leave(swarm, 'manager2')).toBe(
      `${opening}Removing this node leaves 1 managers out of 2. Without a Raft quorum your swarm will be inaccessible. ${closing}`,
    );
  });

  it('E-71: of 4, one of them unreachable, is told what is left', () => {
    const swarm = assembled(4, 0);
    crash(swarm, 'manager4');
    swarm.advance(5 * second);
    expect(leave(swarm, 'manager2')).toBe(
      `${opening}Removing this node leaves 2 managers out of 4. Without a Raft quorum your swarm will be inaccessible. ${closing}`,
    );
  });

  it('E-71: of 1 is told that all is lost', () => {
    const swarm = assembled(1, 1);
    expect(leave(swarm, 'manager1')).toBe(
      `${opening}Removing the last manager erases all current state of the swarm. Use \`--force\` to ignore this message. `,
    );
  });

  it('R-R210: is refused without numbers when the managers cannot be counted in 5 s', () => {
    const swarm = assembled(2, 0);
    crash(swarm, 'manager1');
    const taken = timed(swarm, () => expect(leave(swarm, 'manager2')).toBe(opening + closing));
    expect(taken).toBe(5 * second);
  });

  it('R-R208, R-R210: is told of the danger while its manager part is not usable', () => {
    const swarm = assembled(3, 1);
    setRole(swarm, 'manager1', 'worker1', 'manager');
    until(swarm, 'it has the role', () => nodeOf(swarm, 'worker1')?.role === 'manager', second);
    until(swarm, 'it asks to join', () => swarm.memoryOf('worker1')?.joining !== undefined, second);
    expect(refusal(() => new Client(swarm, 'worker1').list('node'))).toBe(
      'Unavailable: This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.',
    );
    expect(leave(swarm, 'worker1')).toBe(
      `${opening}Doing so may lose the consensus of your cluster. ${closing}`,
    );
  });

  it('R-R139: is refused while it is locked', () => {
    const swarm = unwatched(1, 0);
    createRunning(swarm, 'manager1', 'web', 2);
    new Client(swarm, 'manager1').updateCluster((spec) => ({ ...spec, autoLock: true }));
    swarm.advance(second);
    crash(swarm, 'manager1');
    restart(swarm, 'manager1');
    expect(leave(swarm, 'manager1')).toBe(
      'Unavailable: Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.',
    );
    // What it ran is forgotten with the swarm, though its database was never opened.
    swarm.leave('manager1', true);
    swarm.init('manager1');
    swarm.advance(second);
    crash(swarm, 'manager1');
    restart(swarm, 'manager1');
    expect(swarm.memoryOf('manager1')?.agent?.tasks.size).toBe(0);
  });
});

describe('a node that has left', () => {
  it('R-R209: cannot leave again', () => {
    const swarm = assembled(1, 1);
    swarm.leave('worker1', false);
    expect(leave(swarm, 'worker1')).toBe('Unavailable: This node is not part of a swarm');
  });

  it('E-72: by force as manager still counts, so that no further failure is tolerated', () => {
    const swarm = assembled(3, 0);
    swarm.leave('manager3', true);
    swarm.advance(30 * second);
    expect(members(swarm, 'manager1')).toHaveLength(3);
    expect(
      [...new Client(swarm, 'manager1').nodes().managers.values()].map(({ reachable }) => reachable),
    ).toEqual(expect.arrayContaining([true, true, false]));
    expect(nodeOf(swarm, 'manager3')).toMatchObject({ role: 'manager', status: { state: 'down' } });
    const { id } = new Client(swarm, 'manager1').node('manager3');
    for (const force of [false, true]) {
      expect(refusal(() => new Client(swarm, 'manager1').removeNode('manager3', force))).toBe(
        `FailedPrecondition: node ${id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
      );
    }
    crash(swarm, 'manager2');
    swarm.advance(30 * second);
    expect(leaders(swarm)).toEqual([]);
    restart(swarm, 'manager2');
    awaitLeader(swarm, 90 * second);
    swarm.advance(5 * second);
    setRole(swarm, 'manager1', 'manager3', 'worker');
    until(swarm, 'it is out', () => members(swarm, 'manager1').length === 2, 6 * second);
    until(swarm, 'it is down', () => nodeOf(swarm, 'manager3')?.status.state === 'down', 40 * second);
    new Client(swarm, 'manager1').removeNode('manager3', false);
    expect(swarm.state()?.list('node')).toHaveLength(2);
  });

  it('E-73: as worker is shown ready for up to 16.5 s, then down, and can be removed', () => {
    const swarm = assembled(1, 1);
    swarm.leave('worker1', false);
    const left = swarm.world.now;
    const client = new Client(swarm, 'manager1');
    const { id } = client.node('worker1');
    expect(nodeOf(swarm, 'worker1')?.status.state).toBe('ready');
    expect(refusal(() => client.removeNode('worker1', false))).toBe(
      `FailedPrecondition: node ${id} is not down and can't be removed`,
    );
    until(swarm, 'it is down', () => nodeOf(swarm, 'worker1')?.status.state === 'down', 17 * second);
    expect(swarm.world.now - left).toBeGreaterThan(8 * second);
    client.removeNode('worker1', false);
    expect(swarm.state()?.list('node')).toHaveLength(1);
  });

  it('R-R136: has no task left, and may be back at once', () => {
    const swarm = assembled(1, 1);
    createRunning(swarm, 'manager1', 'web', 4);
    const { worker } = new Client(swarm, 'manager1').cluster().joinTokens;
    expect(timed(swarm, () => swarm.leave('worker1', false))).toBeLessThan(15 * second);
    swarm.join('worker1', 'manager1', worker);
    swarm.advance(40 * second);
    const states = (swarm.state()?.list('node') ?? [])
      .filter(({ description }) => description?.hostname === 'worker1')
      .map(({ status }) => status.state);
    expect(states.sort()).toEqual(['down', 'ready']);
    expect(refusal(() => new Client(swarm, 'manager1').node('worker1'))).toBe(
      'InvalidArgument: node worker1 is ambiguous (2 matches found)',
    );
  });

  it('R-R136: whose tasks do not stop is gone after 15 s, and what they do then concerns nobody', () => {
    const swarm = machines(1, 1);
    swarm.scriptImage('nginx', { stop: { kind: 'ignore' } });
    swarm.init('manager1');
    const client = new Client(swarm, 'manager1');
    const { worker } = client.cluster().joinTokens;
    swarm.join('worker1', 'manager1', worker);
    swarm.advance(5 * second);
    client.updateNode('manager1', (spec) => ({ ...spec, availability: 'drain' }));
    const container = { stopGracePeriod: 60 * second };
    client.createService(serviceSpec({ name: 'web', image: 'nginx', container }));
    until(swarm, 'it runs', () => (swarm.memoryOf('worker1')?.agent?.containers.size ?? 0) > 0, 10 * second);
    swarm.advance(5 * second);
    expect(timed(swarm, () => swarm.leave('worker1', false))).toBe(15 * second);
    swarm.join('worker1', 'manager1', worker);
    swarm.advance(60 * second);
    expect(swarm.memoryOf('worker1')?.identity).toBeDefined();
  });

  it('R-R112: and makes a swarm of its own keeps time as any other', () => {
    const swarm = unwatched(1, 0);
    swarm.leave('manager1', true);
    swarm.init('manager1');
    const ticks = () => swarm.managerOf('manager1')?.raft.electionElapsed;
    expect(ticks()).toBe(0);
    swarm.advance(5 * second);
    expect(ticks()).toBe(5);
  });
});
