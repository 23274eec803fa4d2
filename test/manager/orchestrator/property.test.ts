import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { second } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { createScene, placeOf, type Scene } from './scene.ts';

const nodeIds = ['n1', 'n2', 'n3'];
const historyLimit = 3;

const config = fc.record({
  parallelism: fc.nat(3),
  delay: fc.constantFrom(0, second, 7 * second),
  failureAction: fc.constantFrom('pause', 'continue', 'rollback'),
  maxFailureRatio: fc.constantFrom(0, 0.3, 1),
  order: fc.constantFrom('stop-first', 'start-first'),
  monitor: fc.constantFrom(0, 5 * second),
});
const times = fc.record({ prepare: fc.nat(3), start: fc.nat(3), stop: fc.nat(12) });

/** Whatever users, containers, nodes and managers may do, at most once a second. */
const step = fc.oneof(
  fc.record({
    does: fc.constant('image'),
    image: fc.constantFrom('v1', 'v2', 'v3'),
    update: config,
    rollback: config,
  }),
  fc.record({ does: fc.constant('scale'), replicas: fc.nat(6) }),
  fc.record({ does: fc.constant('label'), value: fc.constantFrom('a', 'b') }),
  fc.record({ does: fc.constant('rollback') }),
  fc.record({ does: fc.constant('exit'), slot: fc.integer({ min: 1, max: 6 }), code: fc.nat(1) }),
  fc.record({ does: fc.constant('drain'), node: fc.constantFrom(...nodeIds) }),
  fc.record({ does: fc.constant('activate'), node: fc.constantFrom(...nodeIds) }),
  fc.record({ does: fc.constant('down'), node: fc.constantFrom(...nodeIds) }),
  fc.record({ does: fc.constant('up'), node: fc.constantFrom(...nodeIds) }),
  fc.record({ does: fc.constant('elect') }),
  fc.record({ does: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 40 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function take(scene: Scene, action: Step): void {
  switch (action.does) {
    case 'image':
      scene.update(action);
      return;
    case 'scale':
      scene.update({ replicas: action.replicas });
      return;
    case 'label':
      scene.update({ labels: [['label', action.value]] });
      return;
    case 'rollback':
      if (scene.service().previousSpec !== undefined) scene.rollback();
      return;
    case 'exit':
      scene.exit(action.code, action.slot);
      return;
    case 'drain':
    case 'activate':
      scene.node(action.node, { availability: action.does === 'drain' ? 'drain' : 'active' });
      return;
    case 'down':
    case 'up':
      scene.node(action.node, { state: action.does === 'down' ? 'down' : 'ready' });
      return;
    case 'elect':
      scene.stage.restart();
      return;
    case 'wait':
      scene.advance(action.seconds);
  }
}

function play(
  steps: readonly Step[],
  duration: { readonly prepare: number; readonly start: number; readonly stop: number },
  reload = false,
): Scene {
  const scene = createScene({
    historyLimit,
    reload,
    prepare: duration.prepare * second,
    start: duration.start * second,
    stop: duration.stop * second,
  });
  scene.create({ replicas: 3 });
  for (const action of steps) {
    take(scene, action);
    scene.advance(1);
  }
  return scene;
}

function calm(scene: Scene): void {
  for (const node of nodeIds) scene.node(node, { availability: 'active', state: 'ready' });
  scene.advance(600);
}

function isUp(task: Task): boolean {
  return task.desiredState === TaskState.Running && task.status.state === TaskState.Running;
}

function slotsUp(scene: Scene): Set<number | string> {
  return new Set(scene.tasks().filter(isUp).map(placeOf));
}

/** Neither the observed nor the desired state of any task ever went back (R-O1, R-O2). */
function expectForward(scene: Scene): void {
  const last = new Map<string, Task>();
  for (const { actions } of scene.stage.commits) {
    for (const action of actions) {
      if (action.kind !== 'task' || action.action === 'remove') continue;
      const before = last.get(action.id);
      if (before !== undefined) {
        expect(action.after.status.state).toBeGreaterThanOrEqual(before.status.state);
        expect(action.after.desiredState).toBeGreaterThanOrEqual(before.desiredState);
      }
      last.set(action.id, action.after);
    }
  }
}

describe('a replicated service', () => {
  it('once all is quiet runs as many slots as it asks for, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), times, (steps, duration) => {
        const scene = play(steps, duration);
        calm(scene);
        const { mode } = scene.service().spec;
        const up = slotsUp(scene);
        expect(up.size).toBe(mode.kind === 'replicated' ? mode.replicas : undefined);
        // Nothing else is meant to run, and nothing still does.
        for (const task of scene.tasks()) {
          if (!isUp(task)) expect(task.status.state).toBeGreaterThan(TaskState.Running);
        }
        expectForward(scene);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps no more history than allowed while one leader lasts', () => {
    fc.assert(
      fc.property(
        fc.array(
          step.filter(({ does }) => does !== 'elect'),
          { maxLength: 25 },
        ),
        times,
        (steps, duration) => {
          const scene = play(steps, duration);
          calm(scene);
          for (const slot of new Set(scene.tasks().map(placeOf))) {
            const live = scene.tasks(slot).filter(isUp).length;
            expect(scene.tasks(slot).length).toBeLessThanOrEqual(Math.max(historyLimit, live));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leaves nothing behind when it is deleted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), times, (steps, duration) => {
        const scene = play(steps, duration);
        scene.remove();
        calm(scene);
        expect(scene.tasks()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('is handled alike by orchestrators that are saved and loaded at any time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), times, (steps, duration) => {
        expect(play(steps, duration, true).stage.commits).toEqual(play(steps, duration).stage.commits);
      }),
      { numRuns: 20 },
    );
  });
});

describe('an update nothing interferes with', () => {
  const spread = fc.array(fc.nat(9), { minLength: 1, maxLength: 7 });

  it('takes down no more slots than its parallelism, or none with start-first, and completes', () => {
    fc.assert(
      fc.property(
        config,
        fc.integer({ min: 1, max: 7 }),
        fc.record({ prepare: spread, start: spread, stop: spread }),
        (update, replicas, lasting) => {
          // Each slot has times of its own, so that lanes get out of step.
          const own = (of: readonly number[]) => (task: Task) => (of[task.slot % of.length] ?? 0) * second;
          const scene = createScene({
            prepare: own(lasting.prepare),
            start: own(lasting.start),
            stop: own(lasting.stop),
          });
          scene.create({ replicas, update });
          scene.advance(60);
          scene.update({ image: 'v2' });
          const allowed =
            update.order === 'start-first' ? 0 : update.parallelism === 0 ? replicas : update.parallelism;
          for (let time = 0; time < 600 && scene.service().updateStatus?.state === 'updating'; time++) {
            expect(replicas - slotsUp(scene).size).toBeLessThanOrEqual(allowed);
            scene.advance(1);
          }
          expect(scene.service().updateStatus?.state).toBe('completed');
          scene.advance(60);
          expect(scene.running()).toEqual(Array.from({ length: replicas }, (_, slot) => `${slot + 1}:v2`));
        },
      ),
      { numRuns: 100 },
    );
  });
});
