// Promoting and demoting: when it is refused, and what becomes of the Raft group.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { minute, second } from '../../../src/model/duration.ts';
import type { Node } from '../../../src/model/objects.ts';
import type { NodeRole } from '../../../src/model/state.ts';
import { assembled, leaders, refusal, timed } from '../scene.ts';
import { crash, managerAt, members, nodeOf, restart, setRole, until } from './scene.ts';

const unsafe = "FailedPrecondition: can't remove member from the raft: this would result in a loss of quorum";
const lost = 'Unknown: raft: failed to process the request: node lost leader status';
/** More than a leader needs to notice that a manager is gone, less than it keeps leading without a quorum. */
const notice = 4 * second;

const demote = (swarm: Swarm, hostname: string) =>
  refusal(() => setRole(swarm, 'manager1', hostname, 'worker'));

/** Types the change of a role with a version of one's own choice. */
function setRoleAt(swarm: Swarm, { id, spec }: Node, version: number, role: NodeRole): void {
  swarm.ask('manager1', { method: 'node.update', nodeId: id, version, spec: { ...spec, role } });
}

const done = { reply: { method: 'control.done' } };

/** Types several demotions at the same moment, and lets a second pass. */
function demoteTogether(swarm: Swarm, ...hostnames: readonly string[]): number[] {
  const client = new Client(swarm, 'manager1');
  const nodes = hostnames.map((hostname) => client.node(hostname));
  const commands = nodes.map(({ id: nodeId, meta, spec }) => {
    const change = { version: meta.version, spec: { ...spec, role: 'worker' } } as const;
    return swarm.type('manager1', { kind: 'node.call', call: { method: 'node.update', nodeId, ...change } });
  });
  swarm.advance(second);
  return commands;
}

describe('demoting a manager', () => {
  it('E-63: one of 3 is allowed when all are reachable', () => {
    const swarm = assembled(3, 0);
    expect(demote(swarm, 'manager3')).toBeUndefined();
    until(swarm, 'manager3 is a worker', () => nodeOf(swarm, 'manager3')?.role === 'worker', 11 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager2']);
  });

  it('E-63: of 3 with one dead only the dead one is allowed', () => {
    const swarm = assembled(3, 0);
    crash(swarm, 'manager3');
    swarm.advance(notice);
    expect(demote(swarm, 'manager2')).toBe(unsafe);
    expect(demote(swarm, 'manager3')).toBeUndefined();
    until(swarm, 'manager3 is out', () => members(swarm, 'manager1').length === 2, 6 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager2']);
  });

  it('E-64: one of 2 is allowed, and leaves one', () => {
    const swarm = assembled(2, 0);
    expect(demote(swarm, 'manager2')).toBeUndefined();
    until(swarm, 'manager2 is a worker', () => nodeOf(swarm, 'manager2')?.role === 'worker', 11 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1']);
    until(swarm, 'manager2 stops', () => swarm.managerOf('manager2') === undefined, 60 * second);
  });

  it('R-R153: with autolock takes the lock away, and promoting puts it back', () => {
    const swarm = assembled(3, 0);
    new Client(swarm, 'manager1').updateCluster((spec) => ({ ...spec, autoLock: true }));
    expect(demote(swarm, 'manager3')).toBeUndefined();
    until(swarm, 'manager3 stops', () => swarm.managerOf('manager3') === undefined, 60 * second);
    until(
      swarm,
      'manager3 is a worker',
      () => swarm.memoryOf('manager3')?.identity?.role === 'worker',
      minute,
    );
    swarm.advance(second);
    const locked = () => {
      crash(swarm, 'manager3');
      restart(swarm, 'manager3');
      return swarm.memoryOf('manager3')?.locked !== undefined;
    };
    expect(locked()).toBe(false);
    swarm.advance(20 * second);
    setRole(swarm, 'manager1', 'manager3', 'manager');
    until(swarm, 'manager3 is a member', () => members(swarm, 'manager1').includes('manager3'), minute);
    swarm.advance(second);
    expect(locked()).toBe(true);
  });

  it('E-65: with 2 of 4 dead the check lets a dead one go, but nothing can be written any more', () => {
    const swarm = assembled(4, 0);
    crash(swarm, 'manager3', 'manager4');
    swarm.advance(notice);
    const taken = timed(swarm, () => expect(demote(swarm, 'manager4')).toBe(lost));
    expect(taken).toBeLessThanOrEqual(20 * second);
    swarm.advance(60 * second);
    expect(leaders(swarm)).toEqual([]);
    for (const host of ['manager1', 'manager2']) {
      const { store } = managerAt(swarm, host);
      expect([...store.tables.node.values()].map(({ role, spec }) => [role, spec.role])).toEqual(
        Array(4).fill(['manager', 'manager']),
      );
      expect(members(swarm, host)).toHaveLength(4);
    }
  });

  it('E-66: the only one is refused', () => {
    const swarm = assembled(1, 1);
    expect(demote(swarm, 'manager1')).toBe(
      'FailedPrecondition: attempting to demote the last manager of the swarm',
    );
  });

  it('E-67: the quorum is checked before the version', () => {
    const swarm = assembled(3, 0);
    const node = new Client(swarm, 'manager1').node('manager2');
    const stale = node.meta.version - 1;
    expect(refusal(() => setRoleAt(swarm, node, stale, 'worker'))).toBe('Unknown: update out of sequence');
    crash(swarm, 'manager3');
    swarm.advance(notice);
    expect(refusal(() => setRoleAt(swarm, node, stale, 'worker'))).toBe(unsafe);
    expect(refusal(() => setRoleAt(swarm, node, stale, 'manager'))).toBe('Unknown: update out of sequence');
  });

  it('E-69: of the leader moves the leadership, then removes it', () => {
    const swarm = assembled(3, 0);
    expect(demote(swarm, 'manager1')).toBeUndefined();
    until(swarm, 'another leads', () => !leaders(swarm).includes('manager1'), 25 * second);
    until(swarm, 'manager1 is a worker', () => nodeOf(swarm, 'manager1')?.role === 'worker', 30 * second);
    const leader = swarm.leader() ?? '';
    expect(members(swarm, leader)).toEqual(['manager2', 'manager3']);
    until(swarm, 'manager1 stops', () => swarm.managerOf('manager1') === undefined, 60 * second);
    until(
      swarm,
      'manager1 has the certificate of a worker',
      () => swarm.memoryOf('manager1')?.identity?.role === 'worker',
      60 * second,
    );
    // Its Raft data is gone: it comes up as a worker.
    crash(swarm, 'manager1');
    restart(swarm, 'manager1');
    swarm.advance(20 * second);
    expect(swarm.managerOf('manager1')).toBeUndefined();
    expect(nodeOf(swarm, 'manager1')).toMatchObject({ role: 'worker', status: { state: 'ready' } });
  });

  it('E-70: two of 3 in one burst are both allowed, and leave one', () => {
    const swarm = assembled(3, 0);
    const commands = demoteTogether(swarm, 'manager2', 'manager3');
    for (const command of commands) expect(swarm.answerTo(command)).toMatchObject(done);
    until(
      swarm,
      'both are workers',
      () => ['manager2', 'manager3'].every((hostname) => nodeOf(swarm, hostname)?.role === 'worker'),
      20 * second,
    );
    expect(members(swarm, 'manager1')).toEqual(['manager1']);
    expect(swarm.leader()).toBe('manager1');
  });

  it('R-R131, R-R132: what has become unsafe since waits', () => {
    const swarm = assembled(4, 0);
    crash(swarm, 'manager4');
    swarm.advance(notice);
    // Both are allowed while n = 4 and R = 2; once the first is gone, n = 3 and R = 1.
    const commands = demoteTogether(swarm, 'manager2', 'manager3');
    for (const command of commands) expect(swarm.answerTo(command)).toMatchObject(done);
    swarm.advance(20 * second);
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager3', 'manager4']);
    restart(swarm, 'manager4');
    until(swarm, 'manager3 is out', () => members(swarm, 'manager1').length === 2, 10 * second);
  });
});

describe('promoting a node', () => {
  it('E-68: that is a manager already changes nothing', () => {
    const swarm = assembled(2, 0);
    const before = new Client(swarm, 'manager1').node('manager2');
    setRole(swarm, 'manager1', 'manager2', 'manager');
    swarm.advance(20 * second);
    expect(new Client(swarm, 'manager1').node('manager2')).toMatchObject({
      role: before.role,
      spec: before.spec,
    });
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'manager2']);
  });

  it('R-R128, R-R129: two in a row have their role at once, and are members soon', () => {
    const swarm = assembled(1, 2);
    setRole(swarm, 'manager1', 'worker1', 'manager');
    setRole(swarm, 'manager1', 'worker2', 'manager');
    const roles = () => ['worker1', 'worker2'].map((hostname) => nodeOf(swarm, hostname)?.role);
    until(swarm, 'both have the role', () => roles().every((role) => role === 'manager'), second);
    expect(new Client(swarm, 'manager1').nodes().managers.size).toBe(1);
    until(swarm, 'both are members', () => members(swarm, 'manager1').length === 3, 5 * second);
  });

  it('R-R130: and taking it back before it is a member is refused', () => {
    const swarm = assembled(3, 1);
    setRole(swarm, 'manager1', 'worker1', 'manager');
    swarm.advance(second / 5);
    expect(demote(swarm, 'worker1')).toBe("NotFound: can't find manager in raft memberlist");
    until(swarm, 'it is a member', () => members(swarm, 'manager1').length === 4, 5 * second);
    expect(demote(swarm, 'worker1')).toBeUndefined();
  });

  it('R-R128: a node that goes down on its way into the Raft group goes on afterwards', () => {
    const swarm = assembled(1, 1);
    setRole(swarm, 'manager1', 'worker1', 'manager');
    until(
      swarm,
      'it has the certificate',
      () => swarm.memoryOf('worker1')?.identity?.role === 'manager',
      5 * second,
    );
    swarm.advance(second / 500);
    crash(swarm, 'worker1');
    swarm.advance(10 * second);
    expect(swarm.managerOf('worker1')).toBeUndefined();
    restart(swarm, 'worker1');
    swarm.advance(20 * second);
    expect(swarm.managerOf('worker1')).toBeDefined();
    expect(members(swarm, 'manager1')).toEqual(['manager1', 'worker1']);
  });
});
