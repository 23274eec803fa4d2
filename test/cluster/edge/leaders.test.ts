// What users see of elections: leaders that are not ready yet, are cut off, or are missed.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { networkSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import { lastIndex } from '../../../src/raft/index.ts';
import { assembled, awaitLeader, refusal, timed } from '../scene.ts';
import { crash, cut, isolate, managerAt, restart, until } from './scene.ts';

const lost = 'Unknown: raft: failed to process the request: node lost leader status';
const deadline = 'DeadlineExceeded: context deadline exceeded';
const noLeader =
  "Unknown: The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";

/** A small write, with a name to find it by. */
function write(swarm: Swarm, at: string, name: string): void {
  swarm.ask(at, { method: 'network.create', spec: networkSpec({ name }) });
}

function isWritten(swarm: Swarm, name: string): boolean {
  return swarm.state()?.findByName('network', name) !== undefined;
}

function isLeaderWithoutBarrier(swarm: Swarm, host: string): boolean {
  const manager = swarm.managerOf(host);
  return manager?.raft.role === 'leader' && manager.leadership === undefined;
}

/** manager1 writes `late`; manager2 has it, manager1 never learns, and dies. manager2 alone can lead then. */
function leaveEntryBehind(): Swarm {
  const swarm = assembled(3, 0);
  crash(swarm, 'manager3');
  cut(swarm, 'manager2', 'manager1');
  const before = lastIndex(managerAt(swarm, 'manager2').raft.log);
  swarm.type('manager1', {
    kind: 'node.call',
    call: { method: 'network.create', spec: networkSpec({ name: 'late' }) },
  });
  until(
    swarm,
    'manager2 has the entry',
    () => lastIndex(managerAt(swarm, 'manager2').raft.log) > before,
    second,
  );
  swarm.advance(second / 10);
  crash(swarm, 'manager1');
  restart(swarm, 'manager3');
  return swarm;
}

describe('a leader that has not applied all it inherited', () => {
  it('E-57: reads, and refuses to write', () => {
    const swarm = leaveEntryBehind();
    until(swarm, 'manager2 is elected', () => isLeaderWithoutBarrier(swarm, 'manager2'), 60 * second);
    expect(refusal(() => write(swarm, 'manager2', 'early'))).toBe(lost);
    expect(new Client(swarm, 'manager2').list('node')).toHaveLength(3);
    expect(isLeaderWithoutBarrier(swarm, 'manager2')).toBe(true);
    expect(isWritten(swarm, 'late')).toBe(false);
    awaitLeader(swarm);
    write(swarm, 'manager2', 'early');
    expect(isWritten(swarm, 'early')).toBe(true);
  });

  it('R-R28: stops dispatcher and certificate authority', () => {
    const swarm = leaveEntryBehind();
    until(swarm, 'manager2 is elected', () => isLeaderWithoutBarrier(swarm, 'manager2'), 60 * second);
    const nodeId = managerAt(swarm, 'manager2').self.nodeId;
    expect(refusal(() => swarm.ask('manager2', { method: 'swarm.renew', nodeId }))).toBe(
      'Aborted: CA signer is stopped',
    );
  });
});

describe('a leader that is cut off', () => {
  it('E-58: blocks a write until it gives up, and the others discard it', () => {
    const swarm = assembled(3, 0);
    isolate(swarm, 'manager1');
    const taken = timed(swarm, () => expect(refusal(() => write(swarm, 'manager1', 'lost'))).toBe(lost));
    expect(taken).toBeGreaterThanOrEqual(9 * second);
    expect(taken).toBeLessThanOrEqual(20 * second);
    awaitLeader(swarm);
    swarm.fault({ kind: 'heal' });
    swarm.advance(10 * second);
    expect(isWritten(swarm, 'lost')).toBe(false);
    expect(lastIndex(managerAt(swarm, 'manager1').raft.log)).toBe(
      lastIndex(managerAt(swarm, 'manager2').raft.log),
    );
  });

  it('E-58: a write that waits longer than 20 s ends in the deadline error', () => {
    const swarm = assembled(3, 0);
    isolate(swarm, 'manager1');
    const taken = timed(swarm, () => expect(refusal(() => write(swarm, 'manager2', 'lost'))).toBe(deadline));
    expect(taken).toBe(20 * second);
  });

  it('E-58: a write that failed takes effect when nobody else was elected', () => {
    const swarm = assembled(3, 0);
    crash(swarm, 'manager2', 'manager3');
    expect(refusal(() => write(swarm, 'manager1', 'late'))).toBe(lost);
    restart(swarm, 'manager2');
    awaitLeader(swarm, 120 * second);
    expect(swarm.leader()).toBe('manager1');
    expect(isWritten(swarm, 'late')).toBe(true);
  });

  it('E-59: a write that failed takes effect when the next leader has it', () => {
    const swarm = leaveEntryBehind();
    awaitLeader(swarm);
    expect(swarm.leader()).toBe('manager2');
    expect(isWritten(swarm, 'late')).toBe(true);
  });

  it('E-60: answers with old data, and no error', () => {
    const swarm = assembled(3, 0);
    isolate(swarm, 'manager1');
    swarm.advance(8 * second);
    const taken = timed(swarm, () => expect(new Client(swarm, 'manager1').list('node')).toHaveLength(3));
    expect(taken).toBe(0);
    const { managers } = new Client(swarm, 'manager1').nodes();
    expect(managers.get(managerAt(swarm, 'manager1').self.nodeId)).toMatchObject({
      leader: true,
      reachable: true,
    });
    expect([...managers.values()].filter(({ reachable }) => !reachable)).toHaveLength(2);
  });
});

describe('a manager without a leader', () => {
  const list = (swarm: Swarm) => refusal(() => new Client(swarm, 'manager2').list('node'));

  it('E-61: the survivor of two waits 20 s at first, and fails at once from the 11th tick without a leader on', () => {
    const swarm = assembled(2, 0);
    crash(swarm, 'manager1');
    expect(managerAt(swarm, 'manager2').leaderless).toBe(0);
    // The dead leader is still believed in, then missed: 20 s both times.
    expect(timed(swarm, () => expect(list(swarm)).toBe(deadline))).toBe(20 * second);
    until(swarm, 'the 11th tick', () => managerAt(swarm, 'manager2').leaderless === 11, 10 * second);
    expect(timed(swarm, () => expect(list(swarm)).toBe(noLeader))).toBe(0);
  });

  it('E-62: exactly 10 ticks without a leader still wait, 11 fail', () => {
    const swarm = assembled(2, 0);
    crash(swarm, 'manager1');
    until(swarm, 'the 10th tick', () => managerAt(swarm, 'manager2').leaderless === 10, 40 * second);
    // What waits already is not looked at again.
    expect(timed(swarm, () => expect(list(swarm)).toBe(deadline))).toBe(20 * second);

    const other = assembled(2, 0, 'other');
    crash(other, 'manager1');
    until(other, 'the 11th tick', () => managerAt(other, 'manager2').leaderless === 11, 40 * second);
    expect(timed(other, () => expect(list(other)).toBe(noLeader))).toBe(0);
  });
});
