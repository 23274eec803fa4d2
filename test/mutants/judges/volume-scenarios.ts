// Scenarios of cluster volumes: a scheduler on a stage, and a whole swarm.

import { Client } from '../../../src/cluster/client.ts';
import type { Swarm as WholeSwarm } from '../../../src/cluster/swarm.ts';
import { volumeEnforcerReactor } from '../../../src/manager/volumes/enforcer.ts';
import { serviceSpec, volumeSpec } from '../../../src/model/defaults.ts';
import { minute, second } from '../../../src/model/duration.ts';
import type { PublishState } from '../../../src/model/objects.ts';
import type { Labels, Mount, VolumeSpec } from '../../../src/model/spec.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { assembled, refusal } from '../../cluster/scene.ts';
import { makeTask } from '../../manager/fixtures.ts';
import {
  addNodes,
  addPending,
  addService,
  createSwarm,
  fail,
  placed,
  type Swarm,
  settle,
} from '../../manager/scheduler/swarm.ts';
import { createStage } from '../../manager/stage.ts';
import { hold, judgeOf } from '../judge.ts';

const disk: Mount = { type: 'cluster', source: 'v', target: '/v', readOnly: false, driver: '', options: [] };

interface VolumeFields extends Partial<VolumeSpec> {
  readonly accessible?: readonly Labels[];
}

function addVolume(tx: Transaction, { accessible, ...fields }: VolumeFields): void {
  const spec = volumeSpec({ name: 'v', driver: 'csi', ...fields });
  tx.create('volume', {
    id: 'v',
    spec,
    pluginVolumeId: 'made',
    ...(accessible && { accessible }),
    publish: [],
  });
}

/** Three nodes, in zones of their own, a volume, and so many tasks that mount it. */
function mounting(fields: VolumeFields, count: number, readOnly = false): Swarm {
  const swarm = createSwarm((tx) => {
    const platform = { architecture: 'x86_64', os: 'linux' };
    const resources = { nanoCpus: 4e9, memoryBytes: 8e9, generic: [] };
    const rest = { platform, resources, engineVersion: '28.2.2', engineLabels: [], plugins: [] };
    for (const id of ['a', 'b', 'c']) {
      const csi = [{ plugin: 'csi', topology: [['zone', id]] as const }];
      addNodes(tx, { id, description: { hostname: id, ...rest, csi } });
    }
    addVolume(tx, fields);
  });
  const container = { mounts: [{ ...disk, readOnly }] };
  swarm.write((tx) => addPending(tx, addService(tx, { id: 's', container }), count));
  settle(swarm);
  return swarm;
}

function shown(swarm: Swarm): string {
  return Object.entries(placed(swarm, 's'))
    .map(([node, count]) => `${node}:${count}`)
    .join();
}

function setState(swarm: Swarm, state: PublishState): void {
  swarm.write((tx) =>
    tx.update('volume', 'v', (draft) => {
      for (const place of draft.publish) place.state = state;
    }),
  );
  settle(swarm);
}

function states(swarm: Swarm): string {
  return (swarm.store.get('volume', 'v')?.publish ?? [])
    .map(({ nodeId, state }) => `${nodeId} ${state}`)
    .join();
}

const shared = { scope: 'multi', sharing: 'all' } as const;

/** A volume whose parts take 3 s each, and a service that mounts it on a worker. */
function wholeSwarm(): { readonly swarm: WholeSwarm; readonly client: Client } {
  const swarm = assembled(1, 1);
  const client = new Client(swarm, 'manager1');
  const driverOptions = ['create', 'publish', 'stage', 'unstage', 'unpublish'].map(
    (key) => [key, '3s'] as const,
  );
  client.createVolume(volumeSpec({ name: 'v', driver: 'csi', driverOptions }));
  const placement = { constraints: ['node.role==worker'] };
  client.createService(serviceSpec({ name: 's', image: 'nginx', container: { mounts: [disk] }, placement }));
  return { swarm, client };
}

function taskState(client: Client): TaskState | undefined {
  return client.tasks(client.service('s'))[0]?.status.state;
}

/** Tasks that use volume `v`, on a stage with the enforcer. @returns the IDs of those that are rejected once its availability is this */
function evicted(availability: 'pause' | 'drain'): string {
  const stage = createStage({ enforcer: volumeEnforcerReactor }, (tx) => {
    addVolume(tx, {});
    for (const state of [TaskState.Running, TaskState.Complete]) {
      const volumes = [{ volumeId: 'v', source: 'v', target: '/v' }];
      tx.create('task', makeTask({ id: `t${state}`, state, volumes }));
    }
  });
  stage.write((tx) =>
    tx.update('volume', 'v', (draft) => {
      draft.spec.availability = availability;
    }),
  );
  const tasks = stage.store.list('task').filter(({ status }) => status.state === TaskState.Rejected);
  return tasks.map(({ id }) => id).join();
}

export const volumeScenarios = {
  'a-volume-takes-who-it-may': judgeOf(() => {
    hold(shown(mounting(shared, 6)) === 'a:2,b:2,c:2', 'a volume for all is not shared (R-S42)');
    const single = shown(mounting({ ...shared, scope: 'single' }, 3));
    hold(single === 'a:3', `a volume for one node is on ${single} (R-S42)`);
    hold(
      shown(mounting({ ...shared, sharing: 'none' }, 3)) === 'a:1',
      'a volume for one has several users (R-S42)',
    );
    hold(
      shown(mounting({ ...shared, sharing: 'onewriter' }, 3)) === 'a:1',
      'a volume for one writer has several (R-S42)',
    );
    hold(
      shown(mounting({ ...shared, sharing: 'onewriter' }, 3, true)) === 'a:1,b:1,c:1',
      'a volume for one writer has not several readers (R-S42)',
    );
    hold(
      shown(mounting({ ...shared, sharing: 'readonly' }, 3)) === '',
      'a volume to read is written to (R-S42)',
    );
    hold(shown(mounting({ availability: 'pause' }, 1)) === '', 'a paused volume is used (R-S42)');
    const accessible = [[['zone', 'b'] as const]];
    hold(
      shown(mounting({ ...shared, accessible }, 2)) === 'b:2',
      'a volume is used where it cannot be reached (R-S42)',
    );
  }),

  'a-volume-is-free-again': judgeOf(() => {
    const swarm = mounting({}, 2);
    swarm.write((tx) => fail(tx, ['s.0.0001']));
    settle(swarm);
    hold(swarm.store.get('task', 's.0.0002')?.status.state === TaskState.Assigned, 'a volume stays taken');
  }),

  'a-paused-volume-is-not-committed': judgeOf(() => {
    const swarm = mounting(shared, 0);
    swarm.write((tx) =>
      tx.update('volume', 'v', (draft) => {
        draft.spec.availability = 'pause';
      }),
    );
    const container = { mounts: [disk] };
    swarm.write((tx) => addPending(tx, addService(tx, { id: 't', container }), 1));
    settle(swarm);
    hold(swarm.store.get('task', 't.0.0001')?.nodeId === '', 'a task got a volume that is paused (R-S27)');
  }),

  'a-volume-leaves-when-nobody-uses-it': judgeOf(() => {
    const swarm = mounting(shared, 2);
    setState(swarm, 'published');
    hold(states(swarm) === 'a published,b published', 'a volume was taken from its users (R-S44)');
    swarm.write((tx) => fail(tx, ['s.0.0001']));
    settle(swarm);
    hold(states(swarm) === 'a pending-node-unpublish,b published', 'a volume that nobody uses stays (R-S44)');
  }),

  'a-container-waits-for-its-volume': judgeOf(() => {
    const { swarm, client } = wholeSwarm();
    swarm.advance(9 * second);
    hold(taskState(client) === TaskState.Preparing, 'a container did not wait for its volume');
    swarm.advance(10 * second);
    hold(taskState(client) === TaskState.Running, 'a container waits for a volume that is there');
  }),

  'a-volume-comes-and-goes': judgeOf(() => {
    const { swarm, client } = wholeSwarm();
    swarm.advance(20 * second);
    hold(
      refusal(() => client.removeVolume('v', false)) === 'FailedPrecondition: volume is still in use',
      'a volume in use can be removed',
    );
    client.removeService('s');
    swarm.advance(minute);
    hold(client.volume('v').publish.length === 0, 'a volume does not leave a node that has let it go');
    client.removeVolume('v', false);
    swarm.advance(minute);
    hold(client.list('volume').length === 0, 'a removed volume is not deleted');
  }),

  'a-drained-volume-loses-its-tasks': judgeOf(() => {
    hold(
      evicted('drain') === `t${TaskState.Running}`,
      'a drained volume keeps its tasks, or loses others (R-O120)',
    );
    hold(evicted('pause') === '', 'a paused volume loses its tasks (R-O120)');
  }),
};
