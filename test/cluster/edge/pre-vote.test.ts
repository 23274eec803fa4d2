// Pre-vote, which swarms do without (R-R4) and a lab may switch on.

import { expect, it } from 'vitest';
import { assembleSwarm } from '../../../src/cluster/bootstrap.ts';
import { Client } from '../../../src/cluster/client.ts';
import { ordinaryCluster } from '../../../src/cluster/shape.ts';
import { Swarm } from '../../../src/cluster/swarm.ts';
import { watchInvariants } from '../../../src/invariants/watch.ts';
import { second } from '../../../src/model/duration.ts';
import { isolate, managerAt } from './scene.ts';

/** A manager is cut off for a minute and comes back: by how much the term has risen. */
function disturbance(preVote: boolean | undefined): number {
  const shape = ordinaryCluster(3, 0);
  const swarm = Swarm.create('pre-vote', preVote === undefined ? shape : { ...shape, preVote });
  watchInvariants(swarm);
  assembleSwarm(swarm);
  const { term } = managerAt(swarm, 'manager1').raft;
  isolate(swarm, 'manager3');
  swarm.advance(60 * second);
  swarm.fault({ kind: 'heal' });
  swarm.advance(40 * second);
  return managerAt(swarm, swarm.leader() ?? '').raft.term - term;
}

it('R-R4: without it, a manager that was cut off deposes the leader when it is back', () => {
  expect(disturbance(undefined)).toBeGreaterThan(2);
  expect(disturbance(false)).toBeGreaterThan(2);
});

it('thesis 9.6: with it, the leader goes on undisturbed', () => {
  expect(disturbance(true)).toBe(0);
});

it('a machine that joins later has it as well, and a saved swarm keeps it', () => {
  const swarm = Swarm.load(Swarm.create('pre-vote', { ...ordinaryCluster(1, 0), preVote: true }).save());
  assembleSwarm(swarm);
  const { joinTokens } = new Client(swarm, 'manager1').cluster();
  swarm.addMachine({ name: 'manager2', role: 'manager' });
  swarm.join('manager2', 'manager1', joinTokens.manager);
  expect(managerAt(swarm, 'manager2').raft.config.preVote).toBe(true);
});
