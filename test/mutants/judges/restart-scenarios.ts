// Scenarios of slots on a stage: restarts and their limits, history, scaling, and who must leave a node.

import { second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { createScene, type Scene, show } from '../../manager/orchestrator/scene.ts';
import { hold, judgeOf } from '../judge.ts';

function shown(scene: Scene, place?: number | string): string {
  return scene.tasks(place).map(show).join(', ');
}

/** The task of slot 1 dies so often, once a second. */
function crash(scene: Scene, times: number): void {
  for (let i = 0; i < times; i += 1) {
    scene.exit(1, 1);
    scene.advance(1);
  }
}

/** Slots and nodes of the tasks that run, in order of slot. */
function places(scene: Scene): string {
  const running = scene.tasks().filter(({ status }) => status.state === TaskState.Running);
  return running
    .map(({ slot, nodeId }) => `${slot}:${nodeId}`)
    .sort()
    .join();
}

export const restartScenarios = {
  'a-restart-waits-for-its-delay': judgeOf(() => {
    const scene = createScene();
    scene.create();
    scene.exit(1, 1);
    scene.advance(4.9);
    hold(shown(scene) === 'v1 shutdown/failed, v1 ready/ready', `before the delay: ${shown(scene)} (R-O115)`);
    scene.advance(0.1);
    hold(scene.running().join() === '1:v1', 'a task was not restarted after its delay (R-O115)');
  }),

  'attempts-are-limited': judgeOf(() => {
    const scene = createScene();
    scene.create({ restart: { delay: 0, maxAttempts: 2 } });
    crash(scene, 2);
    hold(scene.running().join() === '1:v1', 'of two attempts one was not made (R-O108)');
    crash(scene, 1);
    hold(scene.running().length === 0, 'after two attempts there was another (R-O108)');
  }),

  'attempts-are-limited-after-a-change-of-leaders': judgeOf(() => {
    const scene = createScene();
    scene.create({ restart: { delay: 0, maxAttempts: 2 } });
    crash(scene, 2);
    scene.stage.restart();
    crash(scene, 1);
    hold(scene.running().length === 0, 'after two attempts a new leader made another (R-O110)');
  }),

  'attempts-are-left-after-a-change-of-leaders': judgeOf(() => {
    const scene = createScene();
    scene.create({ restart: { delay: 0, maxAttempts: 2 } });
    crash(scene, 1);
    scene.stage.restart();
    crash(scene, 1);
    hold(scene.running().join() === '1:v1', 'the first task of a slot counted as a restart (R-O110)');
  }),

  'attempts-leave-the-window': judgeOf(() => {
    const scene = createScene();
    scene.create({ restart: { delay: 0, maxAttempts: 1, window: 10 * second } });
    crash(scene, 1);
    scene.advance(20);
    crash(scene, 1);
    hold(scene.running().join() === '1:v1', 'a restart counted after it had left the window (R-O108)');
    crash(scene, 1);
    hold(scene.running().length === 0, 'a restart did not count within the window (R-O108)');
  }),

  'attempts-are-of-one-version': judgeOf(() => {
    const scene = createScene();
    scene.create({ restart: { delay: 0, maxAttempts: 1 } });
    crash(scene, 1);
    scene.update({ image: 'v2' });
    scene.advance(20);
    crash(scene, 1);
    hold(scene.running().join() === '1:v2', 'attempts of another version counted (R-O108)');
  }),

  'without-restarts-nothing-restarts': judgeOf(() => {
    const scene = createScene();
    scene.create({ restart: { condition: 'none' } });
    crash(scene, 1);
    scene.advance(60);
    hold(shown(scene) === 'v1 shutdown/failed', `with condition none: ${shown(scene)}`);
  }),

  'what-ends-well-may-rest': judgeOf(() => {
    const scene = createScene();
    scene.create({ restart: { condition: 'on-failure' } });
    scene.exit(0, 1);
    scene.advance(60);
    hold(shown(scene) === 'v1 shutdown/complete', `with condition on-failure: ${shown(scene)}`);
  }),

  'one-attempt-per-delay': judgeOf(() => {
    const scene = createScene({ fate: (_, at) => (at === 'prepare' ? { at } : undefined) });
    scene.create();
    scene.advance(4);
    hold(
      scene.tasks().length === 2,
      'a parked task that failed was replaced before its delay was over (R-O113)',
    );
  }),

  'a-drained-node-is-left-at-once': judgeOf(() => {
    const scene = createScene({ place: () => 'n1' });
    scene.create({ restart: { delay: 60 * second } });
    scene.node('n1', { availability: 'drain' });
    scene.advance(1);
    hold(scene.running().join() === '1:v1', 'a task of a drained node waited for the restart delay (R-O45)');
  }),

  'history-keeps-to-its-limit': judgeOf(() => {
    const scene = createScene({ historyLimit: 3 });
    scene.create({ restart: { delay: 0 } });
    crash(scene, 9);
    hold(scene.tasks().length === 3, `of a slot ${scene.tasks().length} tasks are kept, and not 3 (R-O26)`);
    hold(scene.running().join() === '1:v1', 'the task of a slot is gone (R-O24)');
  }),

  'history-keeps-the-newest': judgeOf(() => {
    const scene = createScene({ historyLimit: 3 });
    scene.create({ restart: { delay: 0 } });
    crash(scene, 9);
    const kept = scene.tasks().map(({ meta }) => meta.createdAt / second);
    hold(kept.join() === '6,7,8', `of ten tasks are kept those of the seconds ${kept} (R-O24)`);
  }),

  'history-keeps-the-attempts': judgeOf(() => {
    const scene = createScene({ historyLimit: 1 });
    scene.create({ restart: { delay: 0, maxAttempts: 3, window: second / 2 } });
    crash(scene, 9);
    hold(scene.tasks().length === 4, `3 attempts need 4 tasks, and ${scene.tasks().length} are kept (R-O27)`);
  }),

  'what-stops-is-not-deleted': judgeOf(() => {
    const scene = createScene({ historyLimit: 1, stop: 40 * second });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(30);
    hold(
      shown(scene) === 'v1 shutdown/running, v2 ready/ready',
      `a task was deleted while it stopped: ${shown(scene)} (R-O24)`,
    );
    scene.advance(30);
    hold(shown(scene) === 'v2 running/running', `a slot was not looked at again: ${shown(scene)} (R-O25)`);
  }),

  'what-is-removed-stops-first': judgeOf(() => {
    const scene = createScene({ stop: 10 * second });
    scene.create({ replicas: 2 });
    scene.update({ replicas: 1 });
    scene.advance(5);
    hold(scene.tasks(2).length === 1, 'a task that was scaled away was deleted while it ran (R-O29)');
    scene.advance(10);
    hold(scene.tasks(2).length === 0, 'a task that was scaled away was never deleted (R-O29)');
  }),

  'a-smaller-service-stays-spread': judgeOf(() => {
    const scene = createScene({ place: ({ slot }) => `n${((slot - 1) % 3) + 1}` });
    scene.create({ replicas: 5 });
    scene.update({ replicas: 3 });
    scene.advance(1);
    hold(
      places(scene) === '1:n1,2:n2,3:n3',
      `of five slots on three nodes are left: ${places(scene)} (R-O40)`,
    );
  }),

  'free-slots-are-filled': judgeOf(() => {
    const scene = createScene({ place: ({ slot }) => (slot < 3 ? 'n1' : 'n2') });
    scene.create({ replicas: 3 });
    scene.update({ replicas: 2 });
    scene.advance(1);
    scene.update({ replicas: 3 });
    scene.advance(1);
    const slots = scene.running().join();
    hold(slots === '1:v1,2:v1,3:v1', `a slot that was free is not filled: ${slots} (R-O38)`);
  }),

  'a-paused-node-keeps-its-tasks': judgeOf(() => {
    const scene = createScene({ place: () => 'n1' });
    scene.create();
    scene.node('n1', { availability: 'pause' });
    scene.advance(30);
    hold(scene.tasks().length === 1, 'a task left a node that was only paused (R-O37)');
  }),

  'what-fits-by-newer-constraints-stays': judgeOf(() => {
    const scene = createScene({ nodes: [{ id: 'n1', labels: [['zone', 'a']] }] });
    scene.create({ placement: { constraints: ['node.labels.zone == a'] } });
    scene.update({ placement: { constraints: ['node.labels.zone != c'] } });
    scene.node('n1', { labels: { zone: 'b' } });
    scene.advance(20);
    hold(scene.tasks().length === 1, 'a task was evicted that meets the constraints of its service (R-O14)');
  }),
};
