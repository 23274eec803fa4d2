import { describe, expect, it } from 'vitest';
import { second } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { createScene, type Scene, show } from './scene.ts';

const states = (scene: Scene, slot: number | string = 1) => scene.tasks(slot).map(show);
const created = (scene: Scene) => scene.tasks().map(({ meta }) => meta.createdAt / second);

describe('a task that ends', () => {
  it('is replaced by a parked one, which starts after the delay (O-E38)', () => {
    const scene = createScene();
    scene.create();
    scene.exit(1, 1);
    expect(states(scene)).toEqual(['v1 shutdown/failed', 'v1 ready/ready']);
    expect(scene.tasks()[0]?.status).toMatchObject({ message: 'started', err: 'task: non-zero exit (1)' });
    scene.advance(4.9);
    expect(states(scene)).toEqual(['v1 shutdown/failed', 'v1 ready/ready']);
    scene.advance(0.1);
    expect(states(scene)).toEqual(['v1 shutdown/failed', 'v1 running/running']);
  });

  it('well is not replaced under on-failure (O-E39)', () => {
    const scene = createScene();
    scene.create({ restart: { condition: 'on-failure' } });
    scene.exit(0, 1);
    scene.advance(60);
    expect(states(scene)).toEqual(['v1 shutdown/complete']);
  });

  it('is not replaced under none until an update makes it dirty (O-E40)', () => {
    const scene = createScene();
    scene.create({ restart: { condition: 'none' } });
    scene.exit(1, 1);
    scene.update({ labels: [['a', 'b']] });
    scene.advance(60);
    expect(states(scene)).toEqual(['v1 shutdown/failed']);
    scene.update({ image: 'v2' });
    expect(states(scene)).toEqual(['v1 shutdown/failed', 'v2 running/running']);
  });

  it('is replaced at once with delay 0, parked for the moment (O-E46)', () => {
    const scene = createScene();
    scene.create({ restart: { delay: 0 } });
    scene.exit(1, 1);
    expect(states(scene)).toEqual(['v1 shutdown/failed', 'v1 running/running']);
    const [, replacement] = scene.tasks();
    const desired = scene.stage.commits
      .flatMap(({ actions }) => actions)
      .flatMap((action) =>
        action.kind === 'task' && action.action !== 'remove' && action.id === replacement?.id
          ? [action.after.desiredState]
          : [],
      );
    expect(desired[0]).toBe(TaskState.Ready);
  });

  it('while parked gets one attempt per delay (O-E45, R-O113)', () => {
    const scene = createScene({ fate: (_, at) => (at === 'prepare' ? { at } : undefined) });
    scene.create();
    expect(states(scene)).toEqual(['v1 shutdown/rejected', 'v1 ready/rejected']);
    scene.advance(12);
    expect(created(scene)).toEqual([0, 0, 5, 10]);
  });

  it.each([
    ['replicated', { kind: 'replicated', replicas: 2 }],
    ['global', { kind: 'global' }],
  ] as const)(
    'while the updater parks it, though it runs, is replaced when that is over: %s (R-O113)',
    (_, mode) => {
      const isNew = ({ spec }: Task) => spec.container.image === 'v2';
      const scene = createScene({
        nodes: ['a', 'b'],
        stop: 20 * second,
        start: (task) => (isNew(task) ? 25 * second : 0),
        fate: (task, at) => (isNew(task) && at === 'start' ? { at } : undefined),
      });
      scene.create({
        mode,
        restart: { delay: 6 * second },
        update: { order: 'start-first', parallelism: 0 },
      });
      scene.update({ image: 'v2' });
      scene.advance(26);
      expect(scene.history().at(-1)).toBe('25 paused');
      // The second slot has its turn at 46, when the old task of the first has stopped. What is kept there was
      // parked when the updater looked, and has been starting since 31.
      scene.update({ update: { order: 'start-first', parallelism: 1, failureAction: 'continue' } });
      scene.advance(39.9);
      const last = mode.kind === 'global' ? 'b' : 2;
      expect(states(scene, last)).toEqual(['v1 shutdown/running', 'v2 shutdown/failed', 'v2 running/failed']);
      scene.advance(0.1);
      expect(states(scene, last).slice(2)).toEqual(['v2 shutdown/failed', 'v2 ready/ready']);
    },
  );

  it('in a node drained during its delayed start waits for that to end (O-E52)', () => {
    const scene = createScene({ nodes: ['a', 'b'], place: () => 'a', stop: second });
    scene.create();
    scene.node('a', { availability: 'pause' });
    scene.exit(1, 1);
    expect(scene.tasks()[1]?.nodeId).toBe('b');
    scene.advance(2);
    scene.node('b', { availability: 'drain' });
    expect(states(scene)).toEqual(['v1 shutdown/failed', 'v1 ready/ready']);
    scene.advance(3);
    expect(states(scene).slice(1)).toEqual(['v1 shutdown/running', 'v1 ready/pending']);
    scene.advance(1);
    expect(states(scene).slice(1)).toEqual(['v1 shutdown/shutdown', 'v1 running/pending']);
    expect(scene.tasks()[2]?.meta.createdAt).toBe(5 * second);
  });
});

describe('attempts', () => {
  const always = (after: number) => ({
    fate: (_: unknown, at: string) =>
      at === 'run' ? ({ at, after: after * second, code: 1 } as const) : undefined,
  });

  it('without a window are counted for ever, and then nothing more happens (O-E41, R-O111)', () => {
    const scene = createScene(always(1));
    scene.create({ restart: { maxAttempts: 2, delay: 0 } });
    scene.advance(100);
    expect(created(scene)).toEqual([0, 1, 2]);
    expect(states(scene).at(-1)).toBe('v1 shutdown/failed');
  });

  it('in a window count strictly inside it (O-E42)', () => {
    const fails = createScene(always(30));
    fails.create({ restart: { maxAttempts: 1, window: 60 * second, delay: 0 } });
    fails.advance(300);
    expect(created(fails)).toEqual([0, 30]);

    const survives = createScene(always(60));
    survives.create({ restart: { maxAttempts: 1, window: 60 * second, delay: 0 } });
    survives.advance(200);
    expect(created(survives)).toEqual([120, 180]);
  });

  it('used up are not given back by a label (O-E43)', () => {
    const scene = createScene();
    scene.create({ restart: { maxAttempts: 1, delay: 0 } });
    scene.exit(1, 1);
    scene.update({ labels: [['a', 'b']] });
    scene.exit(1, 1);
    scene.advance(60);
    expect(scene.running()).toEqual([]);
    expect(scene.tasks()).toHaveLength(2);
  });

  it('begin anew with the first replacement of another spec version (O-E44)', () => {
    const scene = createScene({ historyLimit: -1 });
    scene.create({ restart: { maxAttempts: 2, delay: 0 } });
    scene.exit(1, 1);
    scene.update({ labels: [['a', 'b']] });
    for (let crash = 0; crash < 3; crash++) {
      expect(scene.running()).toEqual(['1:v1']);
      scene.exit(1, 1);
    }
    scene.advance(60);
    expect(scene.running()).toEqual([]);
    const made = scene.stage.commits
      .flatMap(({ actions }) => actions)
      .filter(({ kind, action }) => kind === 'task' && action === 'create');
    expect(made).toHaveLength(4);
  });

  it('are counted up to the last report of the task that goes, whenever it goes (6.2)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'] });
    scene.create({ restart: { maxAttempts: 1, window: 60 * second, delay: 0 } });
    scene.exit(1, 1);
    scene.advance(10);
    // Its replacement was created in the very moment of that report, not before.
    scene.node(scene.tasks().at(-1)?.nodeId ?? '', { availability: 'drain' });
    expect(scene.running()).toEqual(['1:v1']);
    expect(scene.tasks()).toHaveLength(3);
  });

  it('of an older version do not count against the tasks of an update', () => {
    const scene = createScene({ historyLimit: -1 });
    scene.create({ restart: { maxAttempts: 1, delay: 0 } });
    scene.exit(1, 1);
    scene.update({ image: 'v2' });
    scene.exit(1, 1);
    expect(scene.running()).toEqual(['1:v2']);
    scene.exit(1, 1);
    expect(scene.running()).toEqual([]);
  });
});

describe('a task parked behind one that stops', () => {
  it.each(['down', 'gone'])('starts as soon as the node of that one is %s (6.3)', (fate) => {
    const scene = createScene({ nodes: ['n1', 'n2'], stop: 30 * second, place: () => 'n1' });
    scene.create();
    scene.node('n1', { availability: 'drain' });
    scene.advance(10);
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v1 ready/ready']);
    if (fate === 'down') scene.node('n1', { state: 'down' });
    else scene.stage.write((tx) => tx.remove('node', 'n1'));
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v1 running/running']);
  });

  it('does not notice that one being deleted, and waits its minute (R-O112)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'], stop: 90 * second, place: () => 'n1' });
    scene.create();
    scene.node('n1', { availability: 'drain' });
    scene.stage.write((tx) => tx.remove('task', scene.tasks()[0]?.id ?? ''));
    scene.advance(59.9);
    expect(states(scene)).toEqual(['v1 ready/ready']);
    scene.advance(0.1);
    expect(states(scene)).toEqual(['v1 running/running']);
  });
});
