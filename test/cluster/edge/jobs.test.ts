// Jobs of a whole swarm that do not go as their user thinks: failures that come back or never end, and nodes that come and go.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { type ServiceRequest, serviceSpec } from '../../../src/model/defaults.ts';
import { minute, second } from '../../../src/model/duration.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Task } from '../../../src/model/objects.ts';
import { taskStateName } from '../../../src/model/state.ts';
import { assembled } from '../scene.ts';
import { crash, nodeOf, until } from './scene.ts';

/** A job whose program ends with `code` after 10 s. */
function start(swarm: Swarm, request: Partial<ServiceRequest>, code = 0): Client {
  swarm.scriptImage('backup', { run: { kind: 'exit', after: 10 * second, code } });
  const client = new Client(swarm, 'manager1');
  client.createService(serviceSpec({ name: 'backup', image: 'backup', ...request }));
  return client;
}

function replicated(totalCompletions: number, maxConcurrent: number): Partial<ServiceRequest> {
  return { mode: { kind: 'replicated-job', totalCompletions, maxConcurrent } };
}

const tasksOf = (client: Client): readonly Task[] => client.tasks(client.service('backup'));
/** `iteration state` of every task, sorted. */
const shown = (client: Client): string[] =>
  tasksOf(client)
    .map(({ jobIteration, status }) => `${jobIteration} ${taskStateName(status.state)}`)
    .sort();

function touch(client: Client): void {
  client.updateService('backup', (spec) => ({ ...spec, labels: makeLabels([['touched', 'yes']]) }));
}

describe('a replicated job', () => {
  it('O-E69: makes a failed task that is not restarted again when another one completes', () => {
    const swarm = assembled(1, 0);
    const client = start(swarm, { ...replicated(2, 2), restart: { condition: 'none' } });
    until(swarm, 'both tasks run', () => shown(client).join() === '0 running,0 running', minute);
    const victim = tasksOf(client).find(({ slot }) => slot === 0);
    swarm.order('manager1', { kind: 'node.kill', taskId: victim?.id ?? '' });
    swarm.advance(2 * second);
    expect(shown(client)).toEqual(['0 failed', '0 running']);
    swarm.advance(10 * second);
    expect(shown(client)).toEqual(['0 complete', '0 failed', '0 running']);
    swarm.advance(minute);
    expect(shown(client)).toEqual(['0 complete', '0 complete', '0 failed']);
    expect(tasksOf(client).filter(({ slot }) => slot === 0)).toHaveLength(2);
  });

  it('O-E70: is stuck when the attempts of its last task are used up', () => {
    const swarm = assembled(1, 0);
    const restart = { condition: 'on-failure', maxAttempts: 3 } as const;
    const client = start(swarm, { ...replicated(1, 1), restart }, 1);
    swarm.advance(10 * minute);
    expect(shown(client)).toEqual(['0 failed', '0 failed', '0 failed', '0 failed']);
  });

  it('O-E71: begins anew with an update of a label, and keeps what had been finished', () => {
    const swarm = assembled(1, 0);
    const client = start(swarm, replicated(3, 1));
    until(swarm, 'the second task runs', () => shown(client).join() === '0 complete,0 running', minute);
    touch(client);
    swarm.advance(2 * minute);
    expect(shown(client)).toEqual(['0 complete', '1 complete', '1 complete', '1 complete']);
  });

  it('O-E74: leaves its task on a drained node and on one that is down, until that is removed', () => {
    const swarm = assembled(1, 2);
    const client = start(swarm, {
      ...replicated(1, 1),
      image: 'nginx',
      placement: { constraints: ['node.hostname==worker1'] },
    });
    until(swarm, 'the task runs', () => shown(client)[0] === '0 running', minute);
    client.updateNode('worker1', (spec) => ({ ...spec, availability: 'drain' }));
    swarm.advance(5 * minute);
    expect(shown(client)).toEqual(['0 running']);
    crash(swarm, 'worker1');
    swarm.advance(5 * minute);
    expect(nodeOf(swarm, 'worker1')?.status.state).toBe('down');
    expect(shown(client)).toEqual(['0 running']);
    client.removeNode('worker1', true);
    swarm.advance(10 * second);
    expect(shown(client)).toEqual(['0 orphaned', '0 pending']);
  });
});

describe('a global job', () => {
  const global: Partial<ServiceRequest> = { mode: { kind: 'global-job' } };

  it('O-E71: begins anew with an update of a label, and drops what had been finished', () => {
    const swarm = assembled(1, 1);
    const client = start(swarm, global);
    swarm.advance(minute);
    expect(shown(client)).toEqual(['0 complete', '0 complete']);
    touch(client);
    swarm.advance(minute);
    expect(shown(client)).toEqual(['1 complete', '1 complete']);
  });

  it('O-E72: that always fails is restarted without end, whatever its attempts', () => {
    const swarm = assembled(1, 0);
    const client = start(swarm, { ...global, restart: { maxAttempts: 1 } }, 1);
    swarm.advance(10 * minute);
    // One every 15 s: 10 s of running, 5 s of delay, and what starting takes.
    expect(tasksOf(client).length).toBeGreaterThan(30);
  });

  it('O-E73: that is finished comes to a node that joins with its next update', () => {
    const swarm = assembled(1, 1);
    const { worker } = new Client(swarm, 'manager1').cluster().joinTokens;
    swarm.leave('worker1', false);
    swarm.advance(minute);
    const client = start(swarm, global);
    swarm.advance(minute);
    swarm.join('worker1', 'manager1', worker);
    swarm.advance(10 * minute);
    expect(shown(client)).toEqual(['0 complete']);
    touch(client);
    swarm.advance(minute);
    expect(shown(client)).toEqual(['1 complete', '1 complete']);
  });
});
