// Jobs in a whole swarm: through the control API, scheduler and agents, to the end of their tasks.

import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { minute, second } from '../../src/model/duration.ts';
import { makeLabels } from '../../src/model/labels.ts';
import type { ServiceMode } from '../../src/model/spec.ts';
import { taskStateName } from '../../src/model/state.ts';
import { assembled, awaitLeader, leaders } from './scene.ts';

function swarmWithJob(managers: number, mode: ServiceMode): Swarm {
  const swarm = assembled(managers, 2);
  swarm.scriptImage('backup', { run: { kind: 'exit', after: 10 * second, code: 0 } });
  new Client(swarm, 'manager1').createService(serviceSpec({ name: 'backup', image: 'backup', mode }));
  return swarm;
}

/** `iteration state`, how often each. */
function tasks(swarm: Swarm, at: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const client = new Client(swarm, at);
  for (const { jobIteration, status } of client.tasks(client.service('backup'))) {
    const key = `${jobIteration} ${taskStateName(status.state)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const fiveByTwo = { kind: 'replicated-job', totalCompletions: 5, maxConcurrent: 2 } as const;

test('a replicated job runs to its last completion, also under a new leader (O-E68)', () => {
  const swarm = swarmWithJob(3, fiveByTwo);
  swarm.advance(5 * second);
  expect(tasks(swarm, 'manager1')).toEqual(new Map([['0 running', 2]]));
  const [leader = ''] = leaders(swarm);
  swarm.fault({ kind: 'crash', host: leader });
  awaitLeader(swarm);
  swarm.fault({ kind: 'restart', host: leader });
  swarm.advance(3 * minute);
  expect(tasks(swarm, leader).get('0 complete')).toBe(5);
});

test('a global job runs once on every node', () => {
  const swarm = swarmWithJob(1, { kind: 'global-job' });
  swarm.advance(minute);
  expect(tasks(swarm, 'manager1')).toEqual(new Map([['0 complete', 3]]));
});

test('every update of a job is a new iteration, one that changes nothing and a rollback too (R-O58, O-E75)', () => {
  const swarm = swarmWithJob(1, fiveByTwo);
  const client = new Client(swarm, 'manager1');
  const status = () => client.service('backup').jobStatus;
  expect(status()?.iteration).toBe(0);
  const created = status()?.lastExecution ?? 0;
  swarm.advance(2 * minute);
  client.updateService('backup', (spec) => spec);
  expect(status()?.iteration).toBe(1);
  expect(status()?.lastExecution).toBeGreaterThan(created + minute);
  client.updateService('backup', (spec) => ({ ...spec, labels: makeLabels([['a', 'b']]) }));
  client.rollbackService('backup');
  expect(status()?.iteration).toBe(3);
  swarm.advance(2 * minute);
  expect(tasks(swarm, 'manager1').get('0 complete')).toBe(5);
  expect(tasks(swarm, 'manager1').get('3 complete')).toBe(5);
  expect(client.service('backup').updateStatus?.state).toBe('rollback_started');
});

test('another service has no iterations', () => {
  const swarm = assembled(1, 0);
  const client = new Client(swarm, 'manager1');
  client.createService(serviceSpec({ name: 'web', image: 'nginx' }));
  client.updateService('web', (spec) => spec);
  expect(client.service('web').jobStatus).toBeUndefined();
});

test('a job takes no update config, and keeps to its mode (R-O69, O-E76)', () => {
  const swarm = swarmWithJob(1, fiveByTwo);
  const client = new Client(swarm, 'manager1');
  const updated = serviceSpec({ name: 'second', image: 'backup', mode: fiveByTwo, update: {} });
  expect(() => client.createService(updated)).toThrow('Jobs may not have an update config');
  client.createService(serviceSpec({ name: 'third', image: 'backup', mode: fiveByTwo, rollback: {} }));
  expect(() =>
    client.updateService('backup', (old) => ({ ...old, mode: { kind: 'replicated', replicas: 1 } })),
  ).toThrow('service mode change is not allowed');
});
