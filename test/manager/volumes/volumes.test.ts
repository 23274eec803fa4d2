// The volume manager and the volume enforcer, each alone on a stage, and with the scheduler.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVolume, removeVolume, updateVolume } from '../../../src/manager/control/volume.ts';
import { volumeEnforcerReactor } from '../../../src/manager/volumes/enforcer.ts';
import { volumesReactor } from '../../../src/manager/volumes/volumes.ts';
import { volumeSpec } from '../../../src/model/defaults.ts';
import { millisecond, minute, second } from '../../../src/model/duration.ts';
import { CallFailure } from '../../../src/model/failure.ts';
import type { PublishState, Volume } from '../../../src/model/objects.ts';
import type { Labels, VolumeSpec } from '../../../src/model/spec.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { makeFile, makeTask } from '../fixtures.ts';
import { createStage, type Stage } from '../stage.ts';

/** Every operation takes a second, save those said otherwise. */
function options(...own: Labels): Labels {
  const times = ['create', 'delete', 'publish', 'unpublish'].map((key): readonly [string, string] => [
    key,
    '1s',
  ]);
  return [...times.filter(([key]) => !own.some(([mine]) => mine === key)), ...own];
}

function spec(fields: Partial<VolumeSpec> = {}): VolumeSpec {
  return volumeSpec({ name: 'v', driver: 'csi', driverOptions: options(), ...fields });
}

function createScene(fields: Partial<VolumeSpec> = {}): { stage: Stage; id: string } {
  const stage = createStage({ volumes: volumesReactor });
  return { stage, id: stage.write((tx) => createVolume({ newId: stage.newId }, tx, spec(fields))) };
}

function volume(stage: Stage, id: string): Volume {
  const found = stage.store.get('volume', id);
  if (found === undefined) throw new Error(`no volume ${id}`);
  return found;
}

function places(stage: Stage, id: string): string[] {
  return volume(stage, id).publish.map(({ nodeId, state }) => `${nodeId} ${state}`);
}

function publish(stage: Stage, id: string, nodeId: string, state: PublishState): void {
  stage.write((tx) =>
    tx.update('volume', id, (draft) => {
      draft.publish = draft.publish.filter((place) => place.nodeId !== nodeId);
      draft.publish.push({ nodeId, state });
    }),
  );
}

function refusal(act: () => unknown): string {
  try {
    act();
    return '';
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('the volume manager', () => {
  it('makes a volume in the time that takes, with the topology asked for', () => {
    const { stage, id } = createScene({ requisite: [[['zone', 'east']]] });
    stage.advance(second - 1);
    expect(volume(stage, id).pluginVolumeId).toBe('');
    stage.advance(1);
    expect(volume(stage, id)).toMatchObject({
      pluginVolumeId: `csi-${id}`,
      accessible: [[['zone', 'east']]],
    });
  });

  it('brings it to nodes and takes it away, one after the other', () => {
    const { stage, id } = createScene();
    publish(stage, id, 'n1', 'pending-publish');
    publish(stage, id, 'n2', 'pending-publish');
    stage.advance(second);
    expect(places(stage, id)).toEqual(['n1 pending-publish', 'n2 pending-publish']);
    stage.advance(second);
    expect(places(stage, id)).toEqual(['n1 published', 'n2 pending-publish']);
    stage.advance(second);
    expect(places(stage, id)).toEqual(['n1 published', 'n2 published']);
    publish(stage, id, 'n1', 'pending-node-unpublish');
    stage.advance(minute);
    expect(places(stage, id)).toEqual(['n2 published', 'n1 pending-node-unpublish']);
    publish(stage, id, 'n1', 'pending-unpublish');
    stage.advance(second);
    expect(places(stage, id)).toEqual(['n2 published']);
  });

  it('tries again what fails, later each time', () => {
    const { stage, id } = createScene({ driverOptions: options(['fails', 'create'], ['create', '0s']) });
    stage.advance(10 * second);
    expect(volume(stage, id).pluginVolumeId).toBe('');
    stage.write((tx) =>
      tx.update('volume', id, (draft) => {
        draft.spec.driverOptions = [['create', '0s']];
      }),
    );
    // 100 ms, 200 ms, ... : the try that follows the one at 6.3 s comes at 12.7 s.
    stage.advance(2 * second + 600 * millisecond);
    expect(volume(stage, id).pluginVolumeId).toBe('');
    stage.advance(200 * millisecond);
    expect(volume(stage, id).pluginVolumeId).toBe(`csi-${id}`);
  });

  it('goes on under a new leader', () => {
    const { stage, id } = createScene();
    stage.advance(second / 2);
    stage.restart();
    stage.advance(second);
    expect(volume(stage, id).pluginVolumeId).toBe(`csi-${id}`);
  });

  it('removes a volume once the plugin has deleted it', () => {
    const { stage, id } = createScene();
    stage.advance(second);
    stage.write((tx) => removeVolume(tx, id, false));
    expect(volume(stage, id).pendingDelete).toBe(true);
    stage.advance(second);
    expect(stage.store.get('volume', id)).toBeUndefined();
  });

  it('brings every volume to where it should be, whatever was asked meanwhile (property)', () => {
    const ask = fc.record({
      node: fc.constantFrom('n1', 'n2', 'n3'),
      wait: fc.integer({ min: 0, max: 2_500 }),
      act: fc.constantFrom('want' as const, 'leave' as const, 'restart' as const),
    });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 12 }), (asks) => {
        const { stage, id } = createScene();
        for (const { node, wait, act } of asks) {
          const state = volume(stage, id).publish.find(({ nodeId }) => nodeId === node)?.state;
          if (act === 'restart') stage.restart();
          if (act === 'want' && state === undefined) publish(stage, id, node, 'pending-publish');
          if (act === 'leave' && state === 'published') publish(stage, id, node, 'pending-unpublish');
          stage.advance(wait * millisecond);
        }
        stage.advance(minute);
        expect(volume(stage, id).pluginVolumeId).toBe(`csi-${id}`);
        expect(volume(stage, id).publish.every(({ state }) => state === 'published')).toBe(true);
      }),
    );
  });
});

describe('the control API', () => {
  const write = (stage: Stage, act: (tx: Transaction) => unknown) => refusal(() => stage.write(act));

  it('refuses volumes that make no sense', () => {
    const { stage } = createScene();
    const create = (fields: Partial<VolumeSpec>) =>
      write(stage, (tx) => createVolume({ newId: stage.newId }, tx, spec(fields)));
    expect(create({ driver: '' })).toBe('InvalidArgument: driver must be specified');
    expect(create({ name: '' })).toBe('InvalidArgument: meta: name must be provided');
    expect(create({})).toBe('Unknown: name conflicts with an existing object');
    const secrets = [
      { key: 'a', secret: 'x' },
      { key: 'b', secret: 'y' },
    ];
    expect(create({ name: 'w', secrets })).toBe('InvalidArgument: secrets not found: x, y');
    stage.write((tx) => tx.create('secret', makeFile('x')));
    expect(create({ name: 'w', secrets })).toBe('InvalidArgument: secret not found: y');
  });

  it('changes availability and labels alone', () => {
    const { stage, id } = createScene();
    const update = (fields: Partial<VolumeSpec>, version = volume(stage, id).meta.version) =>
      write(stage, (tx) =>
        updateVolume(tx, { id: 1, method: 'volume.update', volumeId: id, version, spec: spec(fields) }),
      );
    expect(update({ name: 'w' })).toBe('InvalidArgument: Name cannot be updated');
    expect(update({ group: 'g' })).toBe('InvalidArgument: Group cannot be updated');
    expect(update({ driver: 'd' })).toBe('InvalidArgument: Driver cannot be updated');
    expect(update({ scope: 'multi' })).toBe('InvalidArgument: AccessMode cannot be updated');
    expect(update({ requisite: [[['a', 'b']]] })).toBe(
      'InvalidArgument: AccessibilityRequirements cannot be updated',
    );
    expect(update({ availability: 'drain' }, 77)).toBe('Unknown: update out of sequence');
    expect(update({ availability: 'drain', labels: [['a', 'b']] })).toBe('');
    expect(volume(stage, id).spec).toMatchObject({ availability: 'drain', labels: [['a', 'b']] });
  });

  it('does not remove what is in use, unless by force', () => {
    const { stage, id } = createScene();
    publish(stage, id, 'n1', 'published');
    expect(write(stage, (tx) => removeVolume(tx, id, false))).toBe(
      'FailedPrecondition: volume is still in use',
    );
    expect(write(stage, (tx) => removeVolume(tx, 'nope', false))).toBe('NotFound: volume nope not found');
    expect(write(stage, (tx) => removeVolume(tx, id, true))).toBe('');
    expect(stage.store.get('volume', id)).toBeUndefined();
    stage.advance(minute);
  });
});

describe('the volume enforcer (R-O120, O-E60)', () => {
  const drain = (tx: Transaction) =>
    tx.update('volume', 'v', (draft) => {
      draft.spec.availability = 'drain';
    });

  function createDrainScene(before: (tx: Transaction) => void = () => {}): Stage {
    return createStage({ enforcer: volumeEnforcerReactor }, (tx) => {
      for (const id of ['v', 'w'])
        tx.create('volume', { id, spec: spec({ name: id }), pluginVolumeId: id, publish: [] });
      for (const [id, volumeId, state, desiredState] of [
        ['runs', 'v', TaskState.Running, TaskState.Running],
        ['waits', 'v', TaskState.Preparing, TaskState.Ready],
        ['ended', 'v', TaskState.Complete, TaskState.Complete],
        ['stops', 'v', TaskState.Running, TaskState.Shutdown],
        ['other', 'w', TaskState.Running, TaskState.Running],
      ] as const) {
        const volumes = [{ volumeId, source: volumeId, target: '/data' }];
        const status = { message: 'started', timestamp: 5 };
        tx.create('task', makeTask({ id, state, desiredState, status, volumes }));
      }
      before(tx);
    });
  }

  function rejected(stage: Stage): string[] {
    return stage.store
      .list('task')
      .filter(({ status }) => status.state === TaskState.Rejected)
      .map(({ id }) => id);
  }

  it('rejects the live tasks of a drained volume, and nothing else of them', () => {
    const stage = createDrainScene();
    expect(rejected(stage)).toEqual([]);
    stage.write(drain);
    expect(rejected(stage)).toEqual(['runs', 'waits']);
    expect(stage.store.get('task', 'runs')).toMatchObject({
      desiredState: TaskState.Running,
      status: {
        message: 'task rejected by volume enforcer',
        err: 'attached to volume which is being drained',
        timestamp: 5,
      },
    });
  });

  it('does so when it begins to lead', () => {
    expect(rejected(createDrainScene(drain))).toEqual(['runs', 'waits']);
  });

  it('leaves the tasks of a paused volume alone', () => {
    const stage = createDrainScene();
    stage.write((tx) =>
      tx.update('volume', 'v', (draft) => {
        draft.spec.availability = 'pause';
      }),
    );
    expect(rejected(stage)).toEqual([]);
  });
});
