import { describe, expect, it } from 'vitest';
import { reaperReactor } from '../../../src/manager/orchestrator/reaper.ts';
import { second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeCluster, makeService, makeTask } from '../fixtures.ts';
import { createStage } from '../stage.ts';
import { createScene, type Scene, show } from './scene.ts';

function crash(scene: Scene, times: number): void {
  for (let count = 0; count < times; count++) {
    scene.exit(1, 1);
    scene.advance(1);
  }
}

describe('the history of a slot', () => {
  it.each([
    [5, 5],
    [1, 1],
    [0, 1],
    [-1, 10],
  ])(
    'with a limit of %d keeps %d tasks, the live one among them (O-E29, R-O22, R-O26)',
    (historyLimit, kept) => {
      const scene = createScene({ historyLimit });
      scene.create({ restart: { delay: 0 } });
      crash(scene, 9);
      expect(scene.tasks()).toHaveLength(kept);
      expect(scene.running()).toEqual(['1:v1']);
      expect(
        scene
          .tasks()
          .slice(0, -1)
          .every(({ status }) => status.state === TaskState.Failed),
      ).toBe(true);
    },
  );

  it.each([
    [5, 1, 2],
    [-1, 2, 3],
  ])('with a limit of %d and %d attempts keeps %d (O-E30, R-O27)', (historyLimit, maxAttempts, kept) => {
    const scene = createScene({ historyLimit });
    scene.create({ restart: { delay: 0, maxAttempts, window: second / 2 } });
    crash(scene, 9);
    expect(scene.tasks()).toHaveLength(kept);
  });

  it('is trimmed to a lower limit only where the next task is created (O-E31)', () => {
    const scene = createScene();
    scene.create({ replicas: 2, restart: { delay: 0 } });
    for (const slot of [1, 2]) {
      for (let count = 0; count < 6; count++) {
        scene.exit(1, slot);
        scene.advance(1);
      }
    }
    scene.stage.write((tx) =>
      tx.update('cluster', 'cluster', ({ spec }) => {
        spec.taskHistoryLimit = 2;
      }),
    );
    scene.advance(1);
    expect(scene.tasks()).toHaveLength(10);
    crash(scene, 1);
    expect(scene.tasks(1)).toHaveLength(2);
    expect(scene.tasks(2)).toHaveLength(5);
  });

  it('is looked at again when a task that was still stopping has stopped (O-E32, R-O25)', () => {
    const scene = createScene({ historyLimit: 1, stop: 40 * second });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(39.9);
    expect(scene.tasks().map(show)).toEqual(['v1 shutdown/running', 'v2 ready/ready']);
    scene.advance(0.1 + 0.24);
    expect(scene.tasks()).toHaveLength(2);
    scene.advance(0.01);
    expect(scene.tasks().map(show)).toEqual(['v2 running/running']);
  });

  it('is trimmed a quarter second after the first event of a batch (R-O23)', () => {
    const scene = createScene({ historyLimit: 1 });
    scene.create({ replicas: 2, restart: { delay: 0 } });
    scene.advance(1);
    scene.exit(1, 1);
    scene.advance(0.2);
    scene.exit(1, 2);
    expect(scene.tasks()).toHaveLength(4);
    scene.advance(0.05);
    expect(scene.tasks()).toHaveLength(2);
  });

  it('of a job is never reaped (O-E37)', () => {
    const stage = createStage({ reaper: reaperReactor }, (tx) => {
      tx.create('cluster', makeCluster({ taskHistoryLimit: 1 }));
    });
    const mode = { kind: 'replicated-job', maxConcurrent: 1, totalCompletions: 50 } as const;
    const service = makeService({ id: 'job', mode });
    stage.write((tx) => {
      tx.create('service', service);
      for (let slot = 0; slot < 50; slot++) {
        tx.create('task', makeTask({ id: `t${slot}`, service, slot: 0, state: TaskState.Complete }));
      }
    });
    stage.advance(second);
    expect(stage.store.list('task')).toHaveLength(50);
  });
});

describe('a batch', () => {
  it('of more than a thousand comes at once (R-O23)', () => {
    const stage = createStage({ reaper: reaperReactor });
    const make = (count: number) =>
      stage.write((tx) => {
        for (let n = 0; n < count; n++) tx.create('task', makeTask({ id: stage.newId(), slot: n }));
      });
    const remove = () =>
      stage.write((tx) => {
        for (const { id } of tx.list('task')) {
          tx.update('task', id, (draft) => {
            draft.desiredState = TaskState.Remove;
            draft.status.state = TaskState.Shutdown;
          });
        }
      });
    make(1000);
    stage.advance(second);
    remove();
    expect(stage.store.list('task')).toHaveLength(1000);
    stage.advance(second);
    expect(stage.store.list('task')).toEqual([]);
    make(1001);
    stage.advance(second);
    remove();
    expect(stage.store.list('task')).toEqual([]);
  });
});

describe('a new leader', () => {
  it('deletes what is to be removed and orphans without a service, and no history (R-O30)', () => {
    const service = makeService({ id: 'web' });
    const stage = createStage({ reaper: reaperReactor }, (tx) => {
      tx.create('cluster', makeCluster({ taskHistoryLimit: 1 }));
      tx.create('service', service);
      const { Remove, Shutdown, Orphaned, Pending, Running, Failed } = TaskState;
      tx.create('task', makeTask({ id: 'stopped', service, desiredState: Remove, state: Shutdown }));
      tx.create('task', makeTask({ id: 'unassigned', service, desiredState: Remove, state: Pending }));
      tx.create('task', makeTask({ id: 'stopping', service, desiredState: Remove, state: Running }));
      tx.create('task', makeTask({ id: 'old', service, desiredState: Shutdown, state: Failed }));
      tx.create('task', makeTask({ id: 'orphan of web', service, desiredState: Shutdown, state: Orphaned }));
      tx.create('task', makeTask({ id: 'orphan', state: Orphaned }));
    });
    expect(stage.store.list('task').map(({ id }) => id)).toEqual(['old', 'orphan of web', 'stopping']);
  });
});
