// Scenarios of updates on a stage: orchestrators, reaper and enforcer, with a stand-in for scheduler and agents.

import { second } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { createScene, type Scene, type SceneOptions, show } from '../../manager/orchestrator/scene.ts';
import { hold, judgeOf } from '../judge.ts';

/** When tasks with image v2 were created, in seconds, in order of their slots. */
function begun(scene: Scene): string {
  const tasks = scene.tasks().filter(({ spec }) => spec.container.image === 'v2');
  return tasks
    .sort((a, b) => a.slot - b.slot)
    .map(({ meta }) => meta.createdAt / second)
    .join();
}

function history(scene: Scene): string {
  return scene.history().join(', ');
}

function shown(scene: Scene, place?: number): string {
  return scene.tasks(place).map(show).join(', ');
}

/** Containers of v2 exit that long after they have started. */
function failing(seconds: number): SceneOptions {
  const isNew = ({ spec }: Task): boolean => spec.container.image === 'v2';
  return {
    fate: (task, at) => (at === 'run' && isNew(task) ? { at, after: seconds * second, code: 1 } : undefined),
  };
}

export const updateScenarios = {
  'lanes-rest-after-every-slot': judgeOf(() => {
    const scene = createScene();
    scene.create({ replicas: 4, update: { parallelism: 2, delay: 10 * second } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    hold(
      begun(scene) === '0,0,10,10',
      `four slots, two at a time, 10 s apart, began at ${begun(scene)} (R-O78)`,
    );
  }),

  'an-update-is-watched-to-its-end': judgeOf(() => {
    const scene = createScene();
    scene.create({ replicas: 2, update: { monitor: 7 * second } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    hold(
      history(scene) === '0 updating, 7 completed',
      `with a monitor period of 7 s: ${history(scene)} (R-O94)`,
    );
  }),

  'an-update-is-watched-longer-than-its-delay': judgeOf(() => {
    const scene = createScene();
    scene.create({ update: { delay: 5 * second, monitor: 5 * second } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    hold(
      history(scene) === '0 updating, 11 completed',
      `with a delay as long as the monitor period: ${history(scene)} (R-O94)`,
    );
  }),

  'late-failures-do-not-count': judgeOf(() => {
    const scene = createScene(failing(6));
    scene.create({ replicas: 4, update: { delay: 2 * second, monitor: 5 * second } });
    scene.update({ image: 'v2' });
    scene.advance(30);
    hold(!history(scene).includes('paused'), 'a task that failed after the monitor period counted (R-O85)');
  }),

  'early-failures-count': judgeOf(() => {
    const rejected = ({ spec }: Task): boolean => spec.container.image === 'v2';
    const scene = createScene({
      fate: (task, at) => (at === 'prepare' && rejected(task) ? { at } : undefined),
    });
    scene.create({ replicas: 2 });
    scene.update({ image: 'v2' });
    scene.advance(60);
    hold(history(scene) === '0 updating, 0 paused', 'a task that never ran did not count as failed (R-O84)');
  }),

  'old-tasks-do-not-count': judgeOf(() => {
    const scene = createScene({ stop: second });
    scene.create({ replicas: 3 });
    scene.update({ image: 'v2' });
    scene.advance(60);
    hold(history(scene).endsWith('completed'), 'tasks of the old version counted as failed (R-O86)');
  }),

  'as-many-failures-as-allowed-are-fine': judgeOf(() => {
    const scene = createScene({
      fate: (task, at) => {
        const fails = at === 'run' && task.spec.container.image === 'v2' && task.slot === 1;
        return fails ? { at, after: second, code: 1 } : undefined;
      },
    });
    scene.create({ replicas: 2, update: { parallelism: 2, maxFailureRatio: 0.5 } });
    scene.update({ image: 'v2', restart: { condition: 'none' } });
    scene.advance(30);
    hold(!history(scene).includes('paused'), 'one of two is more than 0.5 (R-O88)');
  }),

  'a-rollback-that-fails-pauses': judgeOf(() => {
    let failing = false;
    const scene = createScene({
      fate: (_, at) => (at === 'run' && failing ? { at, after: second, code: 1 } : undefined),
    });
    const rollBack = { failureAction: 'rollback' } as const;
    scene.create({ replicas: 2, update: rollBack, rollback: rollBack });
    failing = true;
    scene.update({ image: 'v2' });
    scene.advance(120);
    hold(
      history(scene).startsWith('0 updating, 1 rollback_started, 2 rollback_paused'),
      `a rollback that fails goes on: ${history(scene)} (R-O91)`,
    );
  }),

  'a-rollback-has-options-of-its-own': judgeOf(() => {
    const scene = createScene();
    scene.create({
      replicas: 4,
      update: { parallelism: 4 },
      rollback: { parallelism: 2, delay: 10 * second },
    });
    scene.update({ image: 'v2' });
    scene.advance(60);
    scene.rollback();
    scene.advance(1);
    const back = scene.running().filter((line) => line.endsWith('v1')).length;
    hold(back === 2, `a rollback went on as an update does: ${back} tasks at once (R-O73)`);
  }),

  'start-first-keeps-the-old-until-the-new-runs': judgeOf(() => {
    const scene = createScene({ start: 2 * second, stop: second });
    scene.create({ update: { order: 'start-first' } });
    scene.advance(10);
    scene.update({ image: 'v2' });
    scene.advance(1);
    hold(shown(scene) === 'v1 running/running, v2 running/starting', `start-first: ${shown(scene)}`);
    scene.advance(1);
    hold(shown(scene) === 'v1 shutdown/running, v2 running/running', `start-first: ${shown(scene)}`);
  }),

  'stop-first-waits-for-the-old': judgeOf(() => {
    const scene = createScene({ stop: 10 * second });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(9);
    hold(shown(scene) === 'v1 shutdown/running, v2 ready/ready', `stop-first: ${shown(scene)} (R-O82)`);
    scene.advance(1);
    hold(shown(scene) === 'v1 shutdown/shutdown, v2 running/running', `stop-first: ${shown(scene)} (R-O82)`);
  }),

  'stop-first-waits-for-a-minute': judgeOf(() => {
    const scene = createScene({ stop: 300 * second });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(59);
    hold(scene.running().join() === '1:v1', 'a new task did not wait for the old one (R-O82)');
    scene.advance(2);
    hold(scene.running().join() === '1:v1,1:v2', 'a new task waited for more than a minute (R-O82)');
  }),

  'a-paused-update-stands-still': judgeOf(() => {
    const scene = createScene(failing(1));
    scene.create({ replicas: 3, update: { delay: 2 * second } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    hold(
      scene.running().filter((line) => line.endsWith('v1')).length === 2,
      'a paused update handed out another slot (R-O90)',
    );
    hold(history(scene) === '0 updating, 1 paused', `a paused update went on: ${history(scene)} (R-O90)`);
  }),

  'a-newer-update-takes-over': judgeOf(() => {
    const scene = createScene();
    scene.create({ replicas: 4, update: { delay: 10 * second } });
    scene.update({ image: 'v2' });
    scene.advance(5);
    scene.update({ image: 'v3' });
    scene.advance(120);
    hold(scene.running().join() === '1:v3,2:v3,3:v3,4:v3', `two updates leave ${scene.running()} (R-O106)`);
    hold(
      scene.tasks().filter(({ spec }) => spec.container.image === 'v2').length === 1,
      'an update went on after another had taken over (R-O106)',
    );
  }),

  'what-fits-is-left-alone': judgeOf(() => {
    const scene = createScene({ nodes: [{ id: 'n1', labels: [['tier', 'web']] }] });
    scene.create({ replicas: 2 });
    const before = scene.tasks().map(({ id }) => id);
    scene.update({ placement: { constraints: ['node.labels.tier == web'] } });
    scene.advance(60);
    const running = scene.tasks().filter(({ status }) => status.state === TaskState.Running);
    hold(
      running.map(({ id }) => id).join() === before.join(),
      'tasks that meet new constraints were replaced (R-O14)',
    );
  }),
};
