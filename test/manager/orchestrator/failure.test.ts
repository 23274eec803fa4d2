import { describe, expect, it } from 'vitest';
import { second } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import type { UpdateConfig } from '../../../src/model/spec.ts';
import { createScene, type Scene, type SceneOptions, show } from './scene.ts';

const seconds = (count: number) => count * second;
const states = (scene: Scene, place: number | string = 1) => scene.tasks(place).map(show);
const isNew = (task: Task) => task.spec.container.image === 'v2';

/**
 * Tasks of v2 in these slots fail at their start; `crash` says instead how many seconds they run. Each only
 * `times` times.
 */
function failing(slots: readonly number[], crash?: number, times = 1): SceneOptions {
  const failed = new Map<number, number>();
  return {
    fate(task, at) {
      const count = failed.get(task.slot) ?? 0;
      if (!isNew(task) || !slots.includes(task.slot) || count >= times) return undefined;
      if (at !== (crash === undefined ? 'start' : 'run')) return undefined;
      failed.set(task.slot, count + 1);
      return at === 'run' ? { at, after: seconds(crash ?? 0), code: 1 } : { at };
    },
  };
}

function rollOut(options: SceneOptions, replicas: number, update: Partial<UpdateConfig>): Scene {
  const scene = createScene(options);
  scene.create({ replicas, update });
  scene.update({ image: 'v2' });
  return scene;
}

describe('failures', () => {
  it('pause an update that has not gone too far (O-E85, R-O88)', () => {
    const scene = rollOut(failing([1, 2, 3], 2), 4, { delay: seconds(10), maxFailureRatio: 0.5 });
    scene.advance(21);
    expect(scene.history()).toEqual(['0 updating']);
    const [, third] = scene.tasks(3);
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '22 paused']);
    expect(scene.service().updateStatus).toEqual({
      state: 'paused',
      message: `update paused due to failure or early termination of task ${third?.id}`,
      startedAt: 0,
    });
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v2', '4:v1']);
  });

  it('are held against the ratio as 32-bit floats, strictly greater (O-E86)', () => {
    const update = { maxFailureRatio: 0.1, delay: seconds(3) };
    const one = rollOut(failing([1]), 10, update);
    one.advance(120);
    expect(one.service().updateStatus?.state).toBe('completed');
    const two = rollOut(failing([1, 2]), 10, update);
    two.advance(120);
    expect(two.service().updateStatus?.state).toBe('paused');
    // 7/10 in 64 bits is more than 0.7 in 32.
    const seven = rollOut(failing([1, 2, 3, 4, 5, 6, 7]), 10, { maxFailureRatio: 0.7, delay: seconds(3) });
    seven.advance(120);
    expect(seven.service().updateStatus?.state).toBe('completed');
    // A third is more than this in 64 bits, and the same in 32.
    const third = rollOut(failing([1]), 3, { maxFailureRatio: 0.33333333, delay: seconds(3) });
    third.advance(120);
    expect(third.service().updateStatus?.state).toBe('completed');
  });

  it('come too late when every slot is replaced before the first crash (O-E83, R-O122)', () => {
    const scene = rollOut(failing([1, 2, 3, 4], 2), 4, {});
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v2', '4:v2']);
    scene.advance(10);
    expect(scene.history()).toEqual(['0 updating', '2 paused']);
  });

  it('after the monitor period are the restart policy’s alone, but for the last slot with its longer watch (O-E88)', () => {
    const ignored = rollOut(failing([1], 7), 3, { delay: seconds(10) });
    ignored.advance(60);
    expect(ignored.service().updateStatus?.state).toBe('completed');
    const counted = rollOut(failing([3], 9), 3, { delay: seconds(10) });
    counted.advance(60);
    expect(counted.history()).toEqual(['0 updating', '30 paused']);
  });

  it('are judged late, and ignored, when another worker is slow (O-E89, R-O89)', () => {
    const prepare = (task: Task) => (isNew(task) && task.slot === 2 ? seconds(60) : 0);
    const scene = rollOut({ ...failing([1], 1), prepare }, 2, { parallelism: 2 });
    scene.advance(100);
    expect(scene.history()).toEqual(['0 updating', '65 completed']);
  });

  it('of replacements by the restart policy are not counted (O-E90, R-O86)', () => {
    const scene = rollOut(failing([1], 1, 10), 2, { maxFailureRatio: 0.5, delay: seconds(60) });
    scene.advance(300);
    expect(scene.service().updateStatus?.state).toBe('completed');
  });

  it('include a good end within the monitor period (O-E91, R-O87)', () => {
    const fate = (task: Task, at: string) =>
      at === 'run' && isNew(task) ? ({ at, after: 0, code: 0 } as const) : undefined;
    const scene = rollOut({ fate }, 3, { delay: seconds(10) });
    scene.advance(1);
    expect(scene.history()).toEqual(['0 updating', '0 paused']);
  });

  it('include being drained within the monitor period (O-E91, R-O87)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'], place: () => 'n1' });
    scene.create({ replicas: 2, update: { delay: seconds(10) } });
    scene.update({ image: 'v2' });
    const [, made] = scene.tasks(1);
    scene.advance(2);
    scene.node(made?.nodeId ?? '', { availability: 'drain' });
    expect(scene.history()).toEqual(['0 updating', '2 paused']);
    expect(scene.service().updateStatus?.message).toContain(made?.id);
  });

  it('are held against the slots that were dirty, which are fewer when an update goes on (O-E87)', () => {
    // Slot 2 fails, which pauses the update at once; then slots 5 and 6 are left, and 5 fails too.
    const scene = createScene(failing([2, 5]));
    scene.create({ replicas: 6, update: { delay: seconds(10) } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '10 paused']);
    for (const slot of [3, 4]) scene.exit(1, slot);
    scene.advance(10);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v2', '4:v2', '5:v1', '6:v1']);
    scene.update({ update: { delay: seconds(10), maxFailureRatio: 0.4 } });
    scene.advance(60);
    expect(scene.history().slice(2)).toEqual(['70 -', '70 updating', '70 paused']);
    expect(scene.running().at(-1)).toBe('6:v1');
  });

  it('while parked are seen at once, in the last slot when the old task has stopped (O-E92)', () => {
    const options: SceneOptions = {
      stop: seconds(8),
      fate: (task, at) => (at === 'prepare' && isNew(task) ? { at } : undefined),
    };
    const first = rollOut(options, 2, {});
    expect(first.history()).toEqual(['0 updating', '0 paused']);
    const last = rollOut(options, 1, {});
    last.advance(10);
    expect(last.history()).toEqual(['0 updating', '8 paused']);
  });

  it('do not matter with action continue, and completed says nothing of what runs (O-E93, R-O95)', () => {
    const scene = rollOut(failing([1, 2, 3], 0, 100), 3, { failureAction: 'continue' });
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '5 completed']);
    expect(scene.running()).toEqual([]);
  });

  it('of a node leave the update waiting, and pause it when the node returns (O-E95, R-O80)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'], start: seconds(1), place: () => 'n1' });
    scene.create();
    scene.advance(2);
    scene.node('n2', { availability: 'pause' });
    scene.update({ image: 'v2' });
    scene.node('n2', { availability: 'active' });
    scene.node('n1', { state: 'down' });
    scene.advance(100);
    expect(scene.running()).toEqual(['1:v2']);
    expect(scene.history()).toEqual(['2 updating']);
    scene.node('n1', { state: 'ready' });
    scene.advance(1);
    expect(scene.history()).toEqual(['2 updating', '102 paused']);
  });
});

describe('a paused update', () => {
  it('spreads through crashes, and goes on with the next update (O-E98, O-E99, R-O92)', () => {
    const scene = rollOut(failing([1]), 3, { delay: seconds(10) });
    scene.advance(20);
    expect(scene.running()).toEqual(['1:v2', '2:v1', '3:v1']);
    scene.exit(1, 2);
    scene.advance(20);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v1']);
    expect(scene.history()).toEqual(['0 updating', '0 paused']);
    scene.update({ replicas: 4 });
    scene.advance(60);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v2', '4:v2']);
    expect(scene.history().slice(2)).toEqual(['40 -', '40 updating', '61 completed']);
  });

  it('finishes the slots it is at, and begins no other (R-O92)', () => {
    // Slot 1 crashes while the new task of slot 2 still starts.
    const start = (task: Task) => (isNew(task) && task.slot === 2 ? seconds(3) : 0);
    const update = { parallelism: 2, order: 'start-first', delay: seconds(5) } as const;
    const scene = rollOut({ ...failing([1], 1), start }, 4, update);
    scene.advance(2.9);
    expect(states(scene, 2)).toEqual(['v1 running/running', 'v2 running/starting']);
    scene.advance(60);
    expect(states(scene, 2)).toEqual(['v1 shutdown/shutdown', 'v2 running/running']);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v1', '4:v1']);
    expect(scene.service().updateStatus?.state).toBe('paused');
  });

  it('with start-first keeps the old task beside the failing new one (O-E97)', () => {
    const scene = rollOut(failing([1], undefined, 100), 2, { order: 'start-first' });
    scene.advance(30);
    expect(scene.running()).toEqual(['1:v1', '2:v1']);
    expect(scene.history()).toEqual(['0 updating', '0 paused']);
  });
});

describe('start-first with action continue', () => {
  /** Every slot is left with its old task and a new one that never starts, parked for a long time. */
  function twoInASlot(replicas: number, delay: number): Scene {
    const scene = createScene(failing([1, 2], undefined, 100));
    const update = { order: 'start-first', failureAction: 'continue', delay: seconds(delay) } as const;
    scene.create({ replicas, update, restart: { delay: seconds(100) } });
    scene.update({ image: 'v2' });
    return scene;
  }

  it('completes, and then trims the slot to the failing new task (O-E97)', () => {
    const scene = twoInASlot(1, 0);
    scene.advance(4.9);
    expect(states(scene)).toEqual(['v1 running/running', 'v2 shutdown/failed', 'v2 ready/ready']);
    scene.advance(0.1);
    // The parked task is let go now, not after its restart delay.
    expect(states(scene)).toEqual([
      'v1 shutdown/shutdown',
      'v2 shutdown/failed',
      'v2 shutdown/failed',
      'v2 ready/ready',
    ]);
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '5 completed', '10 completed']);
  });

  it('leaves a slot alone whose old task is shut down by somebody else before its turn (5.3)', () => {
    const scene = twoInASlot(2, 3);
    scene.advance(12);
    expect(scene.history()).toEqual(['0 updating', '11 completed']);
    scene.exit(1, 2);
    scene.advance(3);
    expect(states(scene, 2)).toEqual([
      'v1 shutdown/failed',
      'v2 shutdown/failed',
      'v2 ready/ready',
      'v2 ready/ready',
    ]);
  });
});

describe('an automatic rollback', () => {
  it('restores the previous spec and replaces only what is new (O-E104, O-E105)', () => {
    const scene = rollOut(failing([1], 2), 4, { delay: seconds(10), failureAction: 'rollback' });
    const untouched = scene.tasks().filter(({ slot }) => slot > 1);
    const [, culprit] = scene.tasks(1);
    scene.advance(2);
    expect(scene.service()).toMatchObject({
      updateStatus: {
        state: 'rollback_started',
        message: `update rolled back due to failure or early termination of task ${culprit?.id}`,
        startedAt: 0,
      },
      specVersion: 0,
      spec: { task: { container: { image: 'v1' } } },
    });
    scene.advance(30);
    expect(scene.history()).toEqual(['0 updating', '2 rollback_started', '7 rollback_completed']);
    expect(scene.tasks().filter(({ slot }) => slot > 1)).toEqual(untouched);
    expect(scene.running()).toEqual(['1:v1', '2:v1', '3:v1', '4:v1']);
    expect(scene.service().previousSpec).toBeUndefined();
  });

  it('is done in proportion to the dirty slots, not the replicas (R-O88)', () => {
    const config = { delay: seconds(10), failureAction: 'rollback', maxFailureRatio: 0.25 } as const;
    const tolerated = rollOut(failing([1], 2), 4, config);
    tolerated.advance(60);
    expect(tolerated.service().updateStatus?.state).toBe('completed');
    const excessive = rollOut(failing([1, 2], 2), 4, config);
    excessive.advance(60);
    expect(excessive.service().updateStatus?.state).toBe('rollback_completed');
  });

  it('with start-first keeps the old task, which was never stopped (O-E97, R-O98)', () => {
    const scene = rollOut(failing([1], undefined, 100), 2, {
      order: 'start-first',
      failureAction: 'rollback',
    });
    const old = scene.tasks()[0];
    scene.advance(30);
    expect(scene.stage.store.get('task', old?.id ?? '')).toEqual(old);
    expect(scene.running()).toEqual(['1:v1', '2:v1']);
    expect(scene.history().at(-1)).toBe('5 rollback_completed');
  });

  it('goes back no further than the spec before the last update, but to all of it (O-E103, R-O97)', () => {
    const scene = createScene(failing([3], undefined));
    scene.create({ replicas: 3, update: { delay: seconds(10), failureAction: 'rollback' } });
    scene.update({ image: 'v2' });
    scene.update({ replicas: 5 });
    scene.advance(60);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v2']);
  });

  it('needs a previous spec; without one the update just ends (O-E113)', () => {
    const scene = createScene(failing([1]));
    scene.create({ replicas: 3, update: { delay: seconds(1), failureAction: 'rollback' } });
    scene.stage.write((tx) =>
      tx.update('service', 'web', (draft) => {
        draft.spec.task.container.image = 'v2';
        draft.specVersion = 1;
      }),
    );
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating']);
    expect(scene.running()).toEqual(['1:v2', '2:v1', '3:v1']);
  });

  it('that fails pauses with the words of an update (O-E106)', () => {
    const scene = createScene({
      fate: (task, at) => (at === 'start' && task.meta.createdAt > 0 ? { at } : undefined),
    });
    scene.create({ replicas: 3, update: { failureAction: 'rollback' } });
    scene.advance(1);
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(scene.history().map((line) => line.split(' ')[1])).toEqual([
      'updating',
      'rollback_started',
      'rollback_paused',
    ]);
    expect(scene.service().updateStatus?.message).toMatch(/^update paused due to failure/);
  });

  it('that fails is not rolled back, but completed all the same, and its other slots rolled anew (O-E107, R-O91)', () => {
    const fate = (task: Task, at: string) =>
      at === 'start' && task.meta.createdAt > 0 && task.slot === 1 ? ({ at } as const) : undefined;
    const scene = createScene({ fate });
    const action = { failureAction: 'rollback' } as const;
    scene.create({ replicas: 2, update: { ...action, parallelism: 0 }, rollback: action });
    scene.advance(1);
    scene.update({ image: 'v2' });
    scene.advance(0);
    const messages = scene.stage.commits
      .flatMap(({ actions }) => actions)
      .flatMap((action) =>
        action.kind === 'service' && action.action !== 'remove' ? [action.after.updateStatus?.message] : [],
      );
    expect(messages.at(-1)).toMatch(/^rollback paused due to failure or early termination of task \d+$/);
    scene.advance(60);
    expect(scene.history()).toEqual([
      '1 updating',
      '1 rollback_started',
      '1 rollback_paused',
      '6 completed',
      '11 completed',
    ]);
    expect(scene.running()).toEqual(['2:v1']);
  });

  it('refills dead slots at once, and counts only what it rolls itself (O-E110, R-O99)', () => {
    let failures = 0;
    const scene = createScene({
      fate(task, at) {
        if (at !== 'start' || !isNew(task) || task.slot === 2) return undefined;
        failures += 1;
        return { at };
      },
    });
    scene.create({
      replicas: 4,
      restart: { condition: 'none' },
      update: { failureAction: 'rollback', maxFailureRatio: 0.4, delay: seconds(1) },
    });
    scene.update({ image: 'v2' });
    const [fourth] = scene.tasks(4);
    scene.advance(2);
    expect(failures).toBe(2);
    expect(states(scene, 1)).toEqual(['v1 shutdown/shutdown', 'v2 shutdown/failed', 'v1 running/running']);
    expect(states(scene, 2).at(-1)).toBe('v1 running/running');
    scene.advance(30);
    expect(scene.running()).toEqual(['1:v1', '2:v1', '3:v1', '4:v1']);
    expect(scene.tasks(4)).toEqual([fourth]);
    expect(scene.history().at(-1)).toBe('7 rollback_completed');
  });
});
