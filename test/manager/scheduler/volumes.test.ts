// Cluster volumes as the scheduler sees them (R-S30, R-S40 to R-S44).

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServiceRequest, volumeSpec } from '../../../src/model/defaults.ts';
import type { Labels, Mount, VolumeSpec } from '../../../src/model/spec.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { makeTask } from '../fixtures.ts';
import {
  addNodes,
  addPending,
  addService,
  createSwarm,
  errors,
  fail,
  placed,
  type Swarm,
  settle,
  task,
} from './swarm.ts';

interface VolumeFields extends Partial<VolumeSpec> {
  readonly made?: boolean;
  readonly accessible?: readonly Labels[];
}

/** A volume named like its ID, made by its plugin unless it is said not to be. */
function addVolume(
  tx: Transaction,
  id: string,
  { made = true, accessible, ...spec }: VolumeFields = {},
): void {
  tx.create('volume', {
    id,
    spec: volumeSpec({ name: id, driver: 'csi', ...spec }),
    pluginVolumeId: made ? `made-${id}` : '',
    ...(accessible && { accessible }),
    publish: [],
  });
}

function mount(source: string, readOnly = false, target = `/${source}`): Mount {
  return { type: 'cluster', source, target, readOnly, driver: '', options: [] };
}

function withMounts(...mounts: readonly Mount[]): Partial<ServiceRequest> {
  return { container: { mounts } };
}

/** Two nodes, the volumes given, and a service `s` whose tasks wait. */
function scene(volumes: Readonly<Record<string, VolumeFields>>, mounts: readonly Mount[], count = 1): Swarm {
  const swarm = createSwarm((tx) => {
    addNodes(tx, 'n1', 'n2');
    for (const [id, fields] of Object.entries(volumes)) addVolume(tx, id, fields);
  });
  swarm.write((tx) => addPending(tx, addService(tx, { id: 's', ...withMounts(...mounts) }), count));
  settle(swarm);
  return swarm;
}

/** `node: state` of every place a volume is published to. */
function published(swarm: Swarm, id: string): string[] {
  return (swarm.store.get('volume', id)?.publish ?? []).map(({ nodeId, state }) => `${nodeId}: ${state}`);
}

function attached(swarm: Swarm, id: string): string[] {
  return (task(swarm, id).volumes ?? []).map(({ volumeId, target }) => `${volumeId} at ${target}`);
}

const shared: VolumeFields = { scope: 'multi', sharing: 'all' };
const refused = 'no suitable node (cannot fulfill requested CSI volume mounts on 2 nodes)';

describe('a mount of a cluster volume', () => {
  it('gets the volume of its name, which is then wanted on the node', () => {
    const swarm = scene({ v: {} }, [mount('v')]);
    expect(attached(swarm, 's.0.0001')).toEqual(['v at /v']);
    expect(published(swarm, 'v')).toEqual([`${task(swarm, 's.0.0001').nodeId}: pending-publish`]);
  });

  it('waits until there is such a volume and the plugin has made it', () => {
    const swarm = scene({ other: {} }, [mount('v')]);
    expect(errors(swarm, 's')).toEqual([refused]);
    swarm.write((tx) => addVolume(tx, 'v', { made: false }));
    settle(swarm);
    expect(errors(swarm, 's')).toEqual([refused]);
    swarm.write((tx) =>
      tx.update('volume', 'v', (draft) => {
        draft.pluginVolumeId = 'made';
      }),
    );
    settle(swarm);
    expect(placed(swarm, 's')).toEqual({ n1: 1 });
  });

  it('of a group gets any that fits, in order of ID, and a task does not get one twice', () => {
    const swarm = scene({ b: { group: 'g' }, a: { group: 'g' }, c: {} }, [
      mount('group:g', false, '/x'),
      mount('group:g', false, '/y'),
    ]);
    expect(attached(swarm, 's.0.0001')).toEqual(['a at /x', 'b at /y']);
  });

  it('is counted in the explanation behind all other reasons', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'n1', { id: 'n2', availability: 'drain' }));
    swarm.write((tx) => addPending(tx, addService(tx, { id: 's', ...withMounts(mount('v')) }), 1));
    settle(swarm);
    expect(errors(swarm, 's')).toEqual([
      'no suitable node (1 node not available for new tasks; cannot fulfill requested CSI volume mounts on 1 node)',
    ]);
  });

  it('that can be satisfied carries one that cannot, and then the task gets no volume at all (R-S43)', () => {
    const swarm = scene({ v: {} }, [mount('v'), mount('missing')]);
    expect(placed(swarm, 's')).toEqual({ n1: 1 });
    expect(attached(swarm, 's.0.0001')).toEqual([]);
    expect(published(swarm, 'v')).toEqual([]);
  });
});

describe('who may use a volume', () => {
  const places = (fields: VolumeFields, count: number, readOnly = false) =>
    placed(scene({ v: fields }, [mount('v', readOnly)], count), 's');

  it('is decided by its scope and sharing', () => {
    expect(places({ ...shared }, 4)).toEqual({ n1: 2, n2: 2 });
    expect(places({ ...shared, scope: 'single' }, 4)).toEqual({ n1: 4 });
    expect(places({ ...shared, sharing: 'none' }, 4)).toEqual({ n1: 1 });
    expect(places({ ...shared, sharing: 'onewriter' }, 4)).toEqual({ n1: 1 });
    expect(places({ ...shared, sharing: 'onewriter' }, 4, true)).toEqual({ n1: 2, n2: 2 });
    expect(places({ ...shared, sharing: 'readonly' }, 4)).toEqual({});
    expect(places({ ...shared, sharing: 'readonly' }, 4, true)).toEqual({ n1: 2, n2: 2 });
  });

  it('is nobody while it is not active', () => {
    expect(places({ availability: 'pause' }, 1)).toEqual({});
    expect(places({ availability: 'drain' }, 1)).toEqual({});
  });

  it('is decided by where it can be reached from', () => {
    const swarm = createSwarm((tx) => {
      const csi = (zone: string) => [{ plugin: 'csi', topology: [['zone', zone]] as const }];
      const description = { hostname: 'n', platform: { architecture: 'x86_64', os: 'linux' } } as const;
      const resources = { nanoCpus: 4e9, memoryBytes: 8e9, generic: [] };
      const rest = { resources, engineVersion: '28', engineLabels: [], plugins: [] };
      for (const [id, zone] of [
        ['n1', 'east'],
        ['n2', 'west'],
      ] as const) {
        addNodes(tx, { id, description: { ...description, ...rest, csi: csi(zone) } });
      }
      addVolume(tx, 'v', { ...shared, accessible: [[['zone', 'north']], [['zone', 'west']]] });
    });
    swarm.write((tx) => addPending(tx, addService(tx, { id: 's', ...withMounts(mount('v')) }), 2));
    settle(swarm);
    expect(placed(swarm, 's')).toEqual({ n2: 2 });
  });

  it('has it until its task has ended', () => {
    const swarm = scene({ v: {} }, [mount('v')], 2);
    expect(placed(swarm, 's')).toEqual({ n1: 1 });
    swarm.write((tx) => fail(tx, ['s.0.0001']));
    settle(swarm);
    expect(task(swarm, 's.0.0002').status.state).toBe(TaskState.Assigned);
  });

  it('is known again under a new leader', () => {
    const swarm = scene({ v: {} }, [mount('v')]);
    swarm.restart();
    swarm.write((tx) => addPending(tx, addService(tx, { id: 't', ...withMounts(mount('v')) }), 1));
    settle(swarm);
    expect(errors(swarm, 't')).toEqual([refused]);
  });
});

describe('a decision about volumes', () => {
  const pause = (tx: Transaction) =>
    tx.update('volume', 'v', (draft) => {
      draft.spec.availability = 'pause';
    });

  it('fails when the volume has been paused: the scheduler learns of it only as it writes (R-S41)', () => {
    const swarm = scene({ v: shared }, []);
    swarm.write(pause);
    swarm.write((tx) => addPending(tx, addService(tx, { id: 't', ...withMounts(mount('v')) }), 1));
    settle(swarm);
    expect(task(swarm, 't.0.0001').status).toMatchObject({ state: TaskState.Pending, err: '' });
    expect(published(swarm, 'v')).toEqual([]);
    swarm.restart();
    settle(swarm);
    expect(errors(swarm, 't')).toEqual([refused]);
  });

  it('does not ask twice for a volume that is on the node', () => {
    const swarm = scene({ v: { ...shared, scope: 'single' } }, [mount('v')], 3);
    expect(published(swarm, 'v')).toEqual(['n1: pending-publish']);
  });
});

describe('a volume that nobody uses on a node', () => {
  it('is to leave it after the next pass, once it is published (R-S44)', () => {
    const swarm = scene({ v: {} }, [mount('v')]);
    const publish = (tx: Transaction) =>
      tx.update('volume', 'v', (draft) => {
        for (const status of draft.publish) status.state = 'published';
      });
    swarm.write((tx) => fail(tx, ['s.0.0001']));
    settle(swarm);
    expect(published(swarm, 'v')).toEqual(['n1: pending-publish']);
    swarm.write(publish);
    settle(swarm);
    expect(published(swarm, 'v')).toEqual(['n1: pending-node-unpublish']);
  });

  it('stays while it is used', () => {
    const swarm = scene({ v: shared }, [mount('v')], 2);
    swarm.write((tx) =>
      tx.update('volume', 'v', (draft) => {
        for (const status of draft.publish) status.state = 'published';
      }),
    );
    settle(swarm);
    expect(published(swarm, 'v')).toEqual(['n1: published', 'n2: published']);
    swarm.write((tx) => fail(tx, ['s.0.0001']));
    settle(swarm);
    expect(published(swarm, 'v')).toEqual(['n1: pending-node-unpublish', 'n2: published']);
  });
});

describe('a task with a node of its own', () => {
  function preassigned(volumes: Readonly<Record<string, VolumeFields>>, ...mounts: readonly Mount[]): Swarm {
    const swarm = scene(volumes, []);
    swarm.write((tx) => {
      const service = addService(tx, { id: 'g', mode: { kind: 'global' }, ...withMounts(...mounts) });
      const status = { message: 'pending task scheduling' };
      tx.create(
        'task',
        makeTask({ id: 'g1', service, slot: 0, nodeId: 'n1', state: TaskState.Pending, status }),
      );
    });
    settle(swarm);
    return swarm;
  }

  it('says by itself why it waits', () => {
    const swarm = preassigned({}, mount('v'));
    expect(errors(swarm, 'g')).toEqual(['cannot fulfill requested CSI volume mounts on 1 node']);
  });

  it('is not placed with a part of its volumes (R-S9)', () => {
    const swarm = preassigned({ v: {} }, mount('v'), mount('missing'));
    expect(errors(swarm, 'g')).toEqual(['cannot find volume to satisfy mount with source missing']);
  });

  it('does not keep others from its volume, nor the volume on its node (R-S44)', () => {
    const swarm = preassigned({ v: {} }, mount('v'));
    expect(attached(swarm, 'g1')).toEqual(['v at /v']);
    swarm.write((tx) =>
      tx.update('volume', 'v', (draft) => {
        for (const status of draft.publish) status.state = 'published';
      }),
    );
    settle(swarm);
    expect(published(swarm, 'v')).toEqual(['n1: pending-node-unpublish']);
  });
});

it('whatever comes and goes, no volume is used by more than its sharing and scope allow (property)', () => {
  const fields = fc.record({
    scope: fc.constantFrom('single' as const, 'multi' as const),
    sharing: fc.constantFrom('none' as const, 'readonly' as const, 'onewriter' as const, 'all' as const),
    group: fc.constantFrom('', 'g'),
  });
  const wish = fc.record({
    source: fc.constantFrom('v0', 'v1', 'v2', 'group:g'),
    readOnly: fc.boolean(),
    count: fc.integer({ min: 1, max: 4 }),
    after: fc.constantFrom('nothing' as const, 'fail' as const, 'restart' as const),
  });
  fc.assert(
    fc.property(
      fc.array(fields, { minLength: 3, maxLength: 3 }),
      fc.array(wish, { maxLength: 6 }),
      (vs, ws) => {
        const volumes = Object.fromEntries(vs.map((volume, index) => [`v${index}`, volume]));
        const swarm = scene(volumes, []);
        for (const [index, { source, readOnly, count, after }] of ws.entries()) {
          const id = `w${index}`;
          swarm.write((tx) =>
            addPending(tx, addService(tx, { id, ...withMounts(mount(source, readOnly)) }), count),
          );
          settle(swarm);
          const one = swarm.store.list('task').find(({ status }) => status.state === TaskState.Assigned);
          if (after === 'fail' && one !== undefined) swarm.write((tx) => fail(tx, [one.id]));
          if (after === 'restart') swarm.restart();
          settle(swarm);
        }
        for (const { id, spec } of swarm.store.list('volume')) {
          const users = swarm.store
            .list('task')
            .filter(({ status, volumes: held = [] }) =>
              status.state === TaskState.Assigned ? held.some(({ volumeId }) => volumeId === id) : false,
            );
          const writers = users.filter((user) => !user.spec.container.mounts.every((each) => each.readOnly));
          if (spec.scope === 'single')
            expect(new Set(users.map(({ nodeId }) => nodeId)).size).toBeLessThan(2);
          if (spec.sharing === 'none') expect(users.length).toBeLessThan(2);
          if (spec.sharing === 'onewriter') expect(writers.length).toBeLessThan(2);
          if (spec.sharing === 'readonly') expect(writers).toEqual([]);
        }
      },
    ),
  );
});
