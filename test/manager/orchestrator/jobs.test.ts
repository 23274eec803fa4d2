import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNode } from '../fixtures.ts';
import { createScene, type Scene, type SceneOptions, show } from './scene.ts';

const forSeconds = (after: number, code = 0): NonNullable<SceneOptions['fate']> => {
  return (_task, at) => (at === 'run' ? { at, after: after * 1_000_000, code } : undefined);
};
const replicatedJob = (totalCompletions: number, maxConcurrent: number) =>
  ({ mode: { kind: 'replicated-job', totalCompletions, maxConcurrent } }) as const;
const globalJob = { mode: { kind: 'global-job' } } as const;

const slots = (scene: Scene, state: TaskState) =>
  scene
    .tasks()
    .filter(({ status }) => status.state === state)
    .map(({ slot }) => slot);
const nodes = (scene: Scene) => scene.tasks().map(({ nodeId }) => nodeId);
const shown = (tasks: readonly Task[]) =>
  tasks.map((task) => `${task.jobIteration} ${show(task).replace('v1 ', '')}`);

describe('a replicated job', () => {
  it('fills the lowest slots, as many at a time as it may, until all are complete (O-E68, R-O59)', () => {
    const scene = createScene({ fate: forSeconds(10), reload: true });
    scene.create(replicatedJob(5, 2));
    expect(slots(scene, TaskState.Running)).toEqual([0, 1]);
    expect(shown(scene.tasks())).toEqual(['0 complete/running', '0 complete/running']);
    scene.advance(10);
    expect(slots(scene, TaskState.Complete)).toEqual([0, 1]);
    expect(slots(scene, TaskState.Running)).toEqual([2, 3]);
    scene.advance(10);
    expect(slots(scene, TaskState.Running)).toEqual([4]);
    scene.advance(1000);
    expect(slots(scene, TaskState.Complete)).toEqual([0, 1, 2, 3, 4]);
    expect(scene.tasks()).toHaveLength(5);
  });

  it('names its first task by the node, which that does not have yet (R-O11)', () => {
    const scene = createScene();
    scene.create(replicatedJob(2, 2));
    expect(scene.tasks().map(({ annotations, id }) => annotations.name.replace(id, ''))).toEqual([
      'web..',
      'web.1.',
    ]);
  });

  it.each([
    [0, 3],
    [3, 0],
  ])('never has a task with total %i and concurrency %i (R-O62)', (total, concurrent) => {
    const scene = createScene();
    scene.create(replicatedJob(total, concurrent));
    scene.advance(60);
    expect(scene.tasks()).toEqual([]);
  });

  it('makes a task that failed for good again when another one completes (O-E69, R-O63)', () => {
    const scene = createScene();
    scene.create({ ...replicatedJob(2, 2), restart: { condition: 'none' } });
    const [first, second] = scene.tasks();
    scene.stage.advance(1);
    end(scene, first, 1);
    scene.advance(60);
    expect(shown(scene.tasks())).toEqual(['0 shutdown/failed', '0 complete/running']);
    end(scene, second, 0);
    expect(shown(scene.tasks())).toEqual(['0 shutdown/failed', '0 complete/complete', '0 complete/running']);
    expect(scene.tasks().at(-1)?.slot).toBe(first?.slot);
  });

  it('stays incomplete when the attempts of its only task are used up (O-E70)', () => {
    const scene = createScene({ fate: forSeconds(1, 1) });
    scene.create({ ...replicatedJob(1, 1), restart: { condition: 'on-failure', maxAttempts: 3 } });
    scene.advance(1000);
    expect(shown(scene.tasks())).toEqual(Array(4).fill('0 shutdown/failed'));
  });

  it('counts attempts that were there before a change of leadership', () => {
    const scene = createScene({ fate: forSeconds(1, 1) });
    scene.create({ ...replicatedJob(1, 1), restart: { condition: 'on-failure', maxAttempts: 2 } });
    scene.advance(8);
    scene.stage.restart();
    scene.advance(1000);
    expect(scene.tasks()).toHaveLength(3);
  });

  it('restarts a failed task after the delay, to be completed (R-O68)', () => {
    const scene = createScene();
    scene.create(replicatedJob(1, 1));
    end(scene, scene.tasks()[0], 1);
    expect(shown(scene.tasks())).toEqual(['0 shutdown/failed', '0 ready/ready']);
    scene.advance(5);
    expect(shown(scene.tasks())).toEqual(['0 shutdown/failed', '0 complete/running']);
    scene.stage.restart();
    expect(scene.tasks()).toHaveLength(2);
  });

  it('goes on with a restart that a new leader finds', () => {
    const scene = createScene();
    scene.create(replicatedJob(1, 1));
    end(scene, scene.tasks()[0], 1);
    scene.advance(2);
    scene.stage.restart();
    expect(shown(scene.tasks())).toEqual(['0 shutdown/failed', '0 ready/ready']);
    scene.advance(3);
    expect(shown(scene.tasks())).toEqual(['0 shutdown/failed', '0 complete/running']);
  });

  it('begins anew with any update: running tasks go, finished ones stay (O-E71, R-O58)', () => {
    const scene = createScene();
    scene.create(replicatedJob(3, 2));
    end(scene, scene.tasks()[0], 0);
    scene.advance(1);
    scene.update({ labels: [['a', 'b']] });
    expect(scene.service().jobStatus).toEqual({ iteration: 1, lastExecution: 1_000_000 });
    expect(shown(scene.tasks())).toEqual([
      '0 complete/complete',
      '0 remove/shutdown',
      '0 remove/shutdown',
      '1 complete/running',
      '1 complete/running',
    ]);
    expect(scene.service().updateStatus).toBeUndefined();
  });

  it('does nothing at all when its numbers underflow (R-O61)', () => {
    const scene = createScene();
    scene.create(replicatedJob(1, 1));
    const [task] = scene.tasks();
    // A second task in the only slot, as no orchestrator makes it.
    if (task !== undefined)
      scene.stage.write((tx) => tx.create('task', { ...task, id: scene.stage.newId() }));
    end(scene, task, 1);
    scene.advance(60);
    expect(shown(scene.tasks())).toEqual(['0 complete/failed', '0 complete/running']);
  });

  it('leaves its tasks where they are, whatever becomes of the node, until they are orphaned (O-E74, R-O64)', () => {
    const scene = createScene({ nodes: ['n1'] });
    scene.create(replicatedJob(1, 1));
    scene.node('n1', { availability: 'drain' });
    scene.advance(60);
    scene.node('n1', { state: 'down', availability: 'active' });
    scene.advance(24 * 3600 - 1);
    expect(shown(scene.tasks())).toEqual(['0 complete/running']);
    scene.removeNode('n1');
    expect(shown(scene.tasks())).toEqual(['0 shutdown/orphaned', '0 ready/pending']);
    scene.stage.write((tx) => tx.create('node', makeNode({ id: 'n2' })));
    scene.advance(5);
    expect(shown(scene.tasks())).toEqual(['0 shutdown/orphaned', '0 complete/running']);
  });

  it('is swapped and begun anew by a rollback, whose status never ends (O-E75, R-O70)', () => {
    const scene = createScene({ fate: forSeconds(10) });
    scene.create(replicatedJob(1, 1));
    scene.update({ image: 'v2' });
    scene.rollback();
    expect(scene.service().spec.task.container.image).toBe('v1');
    expect(scene.service().jobStatus?.iteration).toBe(2);
    scene.advance(1000);
    expect(scene.history().at(-1)).toBe('0 rollback_started');
    expect(shown(scene.tasks().filter(({ jobIteration }) => jobIteration === 2))).toEqual([
      '2 complete/complete',
    ]);
  });

  it('takes its tasks along when it is removed', () => {
    const scene = createScene({ fate: forSeconds(10) });
    scene.create(replicatedJob(3, 2));
    scene.advance(15);
    scene.remove();
    scene.advance(1);
    expect(scene.tasks()).toEqual([]);
  });

  it('keeps its history (R-O28)', () => {
    const scene = createScene({ historyLimit: 1, fate: forSeconds(1, 1) });
    scene.create(replicatedJob(1, 1));
    scene.advance(100);
    expect(scene.tasks().length).toBeGreaterThan(10);
  });

  it('makes more tasks than one transaction takes', () => {
    const scene = createScene();
    scene.create(replicatedJob(300, 250));
    expect(slots(scene, TaskState.Running)).toEqual(Array.from({ length: 250 }, (_, slot) => slot));
  });
});

describe('a global job', () => {
  it('has one task on every node that is ready and active', () => {
    const scene = createScene({
      nodes: [
        'n1',
        { id: 'n2', state: 'down' },
        { id: 'n3', availability: 'drain' },
        { id: 'n4', availability: 'pause' },
        { id: 'n5', state: 'unknown' },
        { id: 'n6', labels: [['off', 'limits']] },
      ],
    });
    scene.create({ ...globalJob, placement: { constraints: ['node.labels.off!=limits'] } });
    expect(nodes(scene)).toEqual(['n1']);
  });

  it('leaves a task that is complete alone (R-O67)', () => {
    const scene = createScene({ fate: forSeconds(10) });
    scene.create({ ...globalJob, restart: { condition: 'any' } });
    scene.advance(1000);
    scene.stage.restart();
    expect(shown(scene.tasks())).toEqual(Array(3).fill('0 complete/complete'));
  });

  it('restarts a failing task without end, whatever its attempts (O-E72, R-O66)', () => {
    const scene = createScene({ nodes: ['n1'], fate: forSeconds(0, 1) });
    scene.create({ ...globalJob, restart: { maxAttempts: 1 } });
    scene.advance(52);
    expect(scene.tasks()).toHaveLength(12);
    scene.stage.restart();
    scene.advance(50);
    expect(scene.tasks()).toHaveLength(22);
    expect(new Set(nodes(scene))).toEqual(new Set(['n1']));
  });

  it('comes to a node that joins with the next update only (O-E73, R-O60, R-O65)', () => {
    const scene = createScene({ nodes: ['n1'], fate: forSeconds(10) });
    scene.create(globalJob);
    scene.advance(10);
    scene.stage.write((tx) => tx.create('node', makeNode({ id: 'n2' })));
    scene.advance(1000);
    expect(nodes(scene)).toEqual(['n1']);
    scene.update({ labels: [['a', 'b']] });
    scene.advance(10);
    expect(nodes(scene)).toEqual(['n1', 'n2']);
    expect(shown(scene.tasks())).toEqual(Array(2).fill('1 complete/complete'));
  });

  it('comes to a node that joined when one of its tasks ends (R-O65)', () => {
    const scene = createScene({ nodes: ['n1'], fate: forSeconds(10) });
    scene.create(globalJob);
    scene.stage.write((tx) => tx.create('node', makeNode({ id: 'n2' })));
    scene.advance(9);
    expect(nodes(scene)).toEqual(['n1']);
    scene.advance(1);
    expect(nodes(scene)).toEqual(['n1', 'n2']);
  });

  it('replaces an orphaned task on the node that is gone, until another leader sees that (R-O107)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'] });
    scene.create(globalJob);
    scene.removeNode('n1');
    scene.advance(60);
    expect(shown(scene.tasks('n1'))).toEqual(['0 shutdown/orphaned', '0 complete/pending']);
    scene.stage.restart();
    expect(shown(scene.tasks('n1'))).toEqual(['0 shutdown/orphaned', '0 shutdown/pending']);
  });

  it('removes finished tasks, too, when it begins anew (O-E71)', () => {
    const scene = createScene({ nodes: ['n1'], fate: forSeconds(10) });
    scene.create(globalJob);
    scene.advance(10);
    scene.update({});
    expect(shown(scene.tasks())).toEqual(['0 remove/complete', '1 complete/running']);
  });

  it('shuts down what runs on a lost node when it looks at its nodes again (R-O107)', () => {
    const scene = createScene({ nodes: ['n1', 'n2', 'n3'] });
    scene.create(globalJob);
    scene.node('n1', { availability: 'drain' });
    scene.advance(60);
    expect(shown(scene.tasks('n1'))).toEqual(['0 complete/running']);
    end(scene, scene.tasks('n2')[0], 0);
    expect(shown(scene.tasks('n1'))).toEqual(['0 shutdown/shutdown']);
    scene.node('n3', { availability: 'drain' });
    scene.stage.restart();
    expect(shown(scene.tasks('n3'))).toEqual(['0 shutdown/shutdown']);
  });
});

describe('whatever happens to a replicated job', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('exit'), slot: fc.nat(5), code: fc.nat(1) }),
    fc.record({ does: fc.constant('update') }),
    fc.record({ does: fc.constant('elect') }),
    fc.record({ does: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 8 }) }),
  );
  const condition = fc.constantFrom('any', 'on-failure', 'none');

  it('has no more tasks at a time than allowed, each slot once, and ends when nothing fails any more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        condition,
        fc.array(step, { maxLength: 20 }),
        (total, concurrent, condition, steps) => {
          const scene = createScene();
          const ofNow = () =>
            scene.tasks().filter(({ jobIteration }) => jobIteration === scene.service().jobStatus?.iteration);
          const complete = () => ofNow().filter(({ status }) => status.state === TaskState.Complete);
          const active = () =>
            ofNow().filter(
              ({ status, desiredState }) =>
                status.state !== TaskState.Complete && desiredState <= TaskState.Complete,
            );
          const holds = () => {
            expect(active().length).toBeLessThanOrEqual(concurrent);
            const taken = [...complete(), ...active()].map(({ slot }) => slot);
            expect(new Set(taken).size).toBe(taken.length);
            expect(Math.max(-1, ...taken)).toBeLessThan(total);
          };
          scene.create({ ...replicatedJob(total, concurrent), restart: { condition } });
          holds();
          for (const action of steps) {
            if (action.does === 'exit') {
              const task = active().find(({ slot }) => slot === action.slot);
              if (task !== undefined) scene.exitTask(action.code, task.id);
            } else if (action.does === 'update') scene.update({});
            else if (action.does === 'elect') scene.stage.restart();
            else scene.advance(action.seconds);
            holds();
          }
          // With nothing left to end, what has failed for good stays undone (R-O63): another iteration does it.
          if (condition === 'none') scene.update({});
          for (let round = 0; round < total; round++) {
            scene.advance(5);
            for (const { id } of active()) scene.exitTask(0, id);
            holds();
          }
          expect(complete()).toHaveLength(total);
          expect(active()).toEqual([]);
        },
      ),
    );
  });
});

/** Ends the container of a task. */
function end(scene: Scene, task: Task | undefined, code: number): void {
  expect(task).toBeDefined();
  scene.exitTask(code, task?.id ?? '');
}
