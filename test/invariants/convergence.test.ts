// What comes true in the end: nothing is missing in a swarm at rest, and what is, is told.

import { expect, test } from 'vitest';
import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { convergence } from '../../src/invariants/convergence.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { second } from '../../src/model/duration.ts';

function settled(managers: number, seed = 'settled'): Swarm {
  const swarm = Swarm.create(seed, ordinaryCluster(managers, 2));
  assembleSwarm(swarm);
  new Client(swarm, 'manager1').createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 3 }));
  swarm.advance(20 * second);
  return swarm;
}

test('a swarm at rest has converged', () => {
  expect(convergence(settled(3))).toBeUndefined();
});

test.each<[string, (swarm: Swarm) => void, RegExp]>([
  ['a manager that is down', (swarm) => swarm.fault({ kind: 'crash', host: 'manager3' }), /does not run/],
  [
    'no leader',
    (swarm) => {
      swarm.fault({ kind: 'crash', host: 'manager1' });
      swarm.advance(second);
    },
    /the leaders are \[\]/,
  ],
  [
    'a manager that lags behind',
    (swarm) => {
      swarm.fault({ kind: 'partition', groups: [['manager3'], ['manager1', 'manager2']] });
      new Client(swarm, 'manager1').removeService('web');
      swarm.advance(2 * second);
    },
    /manager3 has another state/,
  ],
  [
    'a node that is unknown',
    (swarm) => {
      swarm.fault({ kind: 'crash', host: 'manager1' });
      swarm.advance(21 * second);
      swarm.fault({ kind: 'restart', host: 'manager1' });
      swarm.fault({ kind: 'cut', from: ['worker1'], to: ['manager1', 'manager2', 'manager3'] });
      swarm.runUntil(() => convergence(swarm)?.includes('unknown') === true, 20 * second);
    },
    /is unknown/,
  ],
  [
    'a role that is not what it is to be',
    (swarm) => {
      new Client(swarm, 'manager1').updateNode('worker1', (spec) => ({ ...spec, role: 'manager' }));
      swarm.runUntil(() => convergence(swarm) !== undefined, second);
    },
    /is to be a manager|is a manager and no member|has another state/,
  ],
  [
    'a task that still runs',
    (swarm) => {
      const mode = { kind: 'replicated', replicas: 0 } as const;
      new Client(swarm, 'manager1').updateService('web', (spec) => ({ ...spec, mode }));
      swarm.runUntil(() => convergence(swarm)?.startsWith('task') === true, 5 * second);
    },
    /is running, not remove/,
  ],
])('it tells of %s', (_, disturb, told) => {
  const swarm = settled(3);
  disturb(swarm);
  expect(convergence(swarm)).toMatch(told);
});

test('nine elections in ten are over within three election timeouts, and all within ten (I-26)', () => {
  const election = 10 * second;
  const times = Array.from({ length: 60 }, (_, seed) => {
    const swarm = Swarm.create(`election-${seed}`, ordinaryCluster(3, 0));
    assembleSwarm(swarm);
    swarm.fault({ kind: 'crash', host: 'manager1' });
    const begun = swarm.world.now;
    swarm.runUntil(() => swarm.leader() !== undefined, 20 * election);
    return swarm.world.now - begun;
  });
  times.sort((a, b) => a - b);
  expect(times[53]).toBeLessThan(3 * election);
  expect(times[59]).toBeLessThan(10 * election);
});
