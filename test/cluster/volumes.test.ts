// Cluster volumes in a whole swarm: made by the plugin, chosen by the scheduler, brought to a node, used, taken away.

import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { serviceSpec, volumeSpec } from '../../src/model/defaults.ts';
import { minute, second } from '../../src/model/duration.ts';
import type { Mount, VolumeSpec } from '../../src/model/spec.ts';
import { TaskState, taskStateName } from '../../src/model/state.ts';
import { assembled, awaitLeader, leaders, record } from './scene.ts';

const options = [
  ['create', '3s'],
  ['publish', '2s'],
  ['stage', '4s'],
  ['unstage', '1s'],
  ['unpublish', '1s'],
] as const;

function createVolume(client: Client, name: string, fields: Partial<VolumeSpec> = {}): void {
  client.createVolume(volumeSpec({ name, driver: 'csi', driverOptions: options, ...fields }));
}

function createService(client: Client, name: string, source: string, replicas = 1): void {
  const mount: Mount = { type: 'cluster', source, target: '/data', readOnly: false, driver: '', options: [] };
  client.createService(
    serviceSpec({
      name,
      image: 'nginx',
      replicas,
      container: { mounts: [mount] },
      placement: { constraints: ['node.role==worker'] },
    }),
  );
}

function task(client: Client, name: string) {
  return client.tasks(client.service(name)).find(({ desiredState }) => desiredState <= TaskState.Running);
}

/** Host and publish state. */
function places(client: Client, name: string): string[] {
  return client.volume(name).publish.map(({ nodeId, state }) => {
    const host = client.node(nodeId).description?.hostname;
    return `${host} ${state}`;
  });
}

function until(swarm: Swarm, condition: () => boolean, limit = minute): void {
  if (!swarm.runUntil(condition, limit)) throw new Error('it did not come');
}

test('a task waits for its volume to be made, brought to its node and readied there', () => {
  const swarm = assembled(1, 2);
  const client = new Client(swarm, 'manager1');
  createService(client, 'web', 'data');
  swarm.advance(5 * second);
  expect(task(client, 'web')?.status).toMatchObject({
    state: TaskState.Pending,
    err: expect.stringContaining('cannot fulfill requested CSI volume mounts on 2 nodes'),
  });
  createVolume(client, 'data');
  swarm.advance(3 * second + second / 2);
  expect(client.volume('data').pluginVolumeId).not.toBe('');
  expect(places(client, 'data')).toEqual([expect.stringContaining('pending-publish')]);
  swarm.advance(2 * second);
  expect(places(client, 'data')).toEqual([expect.stringContaining(' published')]);
  swarm.advance(2 * second);
  expect(taskStateName(task(client, 'web')?.status.state ?? TaskState.New)).toBe('preparing');
  swarm.advance(10 * second);
  expect(taskStateName(task(client, 'web')?.status.state ?? TaskState.New)).toBe('running');
});

test('what nobody uses any more leaves its node, and can then be removed', () => {
  const swarm = assembled(1, 2);
  const client = new Client(swarm, 'manager1');
  createVolume(client, 'data');
  createService(client, 'web', 'data');
  until(swarm, () => task(client, 'web')?.status.state === TaskState.Running);
  client.removeService('web');
  until(swarm, () => places(client, 'data').length === 0);
  client.removeVolume('data', false);
  swarm.advance(10 * second);
  expect(client.list('volume')).toEqual([]);
});

test('a drained volume loses its tasks, and the scheduler does not learn that it is drained (O-E60, R-S41)', () => {
  const swarm = assembled(1, 2);
  const client = new Client(swarm, 'manager1');
  createVolume(client, 'a', { group: 'g' });
  createVolume(client, 'b', { group: 'g' });
  swarm.advance(5 * second);
  createService(client, 'web', 'group:g');
  until(swarm, () => task(client, 'web')?.status.state === TaskState.Running);
  const [first = ''] = task(client, 'web')?.volumes?.map(({ volumeId }) => volumeId) ?? [];
  client.updateVolume(client.volume(first).spec.name, (spec) => ({ ...spec, availability: 'drain' }));
  swarm.advance(second);
  const rejected = client
    .tasks(client.service('web'))
    .find(({ status }) => status.state === TaskState.Rejected);
  expect(rejected?.status).toMatchObject({ err: 'attached to volume which is being drained' });
  // It decides for the drained volume of the group again and again, and cannot commit that: only a new leader knows better.
  swarm.advance(minute);
  expect(task(client, 'web')?.status.state).toBe(TaskState.Pending);
});

test('volumes outlive leaders and machines', () => {
  const swarm = assembled(3, 1);
  const client = new Client(swarm, 'manager1');
  createVolume(client, 'data');
  createService(client, 'web', 'data');
  until(swarm, () => task(client, 'web')?.status.state === TaskState.Running);
  swarm.fault({ kind: 'crash', host: 'worker1' });
  swarm.fault({ kind: 'restart', host: 'worker1' });
  const staged = record(
    swarm,
    ({ to, body }) => (to === 'worker1' && body.kind === 'agent.volume') || undefined,
  );
  until(swarm, () => staged.length > 0);
  const [leader = ''] = leaders(swarm);
  swarm.fault({ kind: 'crash', host: leader });
  awaitLeader(swarm);
  swarm.advance(2 * minute);
  const now = new Client(swarm, leaders(swarm)[0] ?? '');
  expect(task(now, 'web')?.status.state).toBe(TaskState.Running);
  expect(places(now, 'data')).toEqual(['worker1 published']);
});
