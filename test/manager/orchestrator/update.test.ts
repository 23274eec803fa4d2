import { describe, expect, it } from 'vitest';
import { second } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { createScene, type Scene, show } from './scene.ts';

const seconds = (count: number) => count * second;
const states = (scene: Scene, place: number | string = 1) => scene.tasks(place).map(show);
/** When the task of each slot that has image v2 was created. */
const begun = (scene: Scene) =>
  scene
    .tasks()
    .filter(({ spec }) => spec.container.image === 'v2')
    .sort((a, b) => a.slot - b.slot)
    .map(({ meta }) => meta.createdAt / second);

describe('a rolling update', () => {
  it('replaces slot after slot, old task first, and completes after the monitor (O-E77, R-O75, R-O94)', () => {
    const scene = createScene({ stop: seconds(1), start: seconds(1) });
    scene.create({ replicas: 3 });
    scene.advance(10);
    scene.update({ image: 'v2' });
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v2 ready/ready']);
    expect(states(scene, 2)).toEqual(['v1 running/running']);
    scene.advance(1);
    expect(states(scene)).toEqual(['v1 shutdown/shutdown', 'v2 running/starting']);
    scene.advance(30);
    expect(begun(scene)).toEqual([10, 12, 14]);
    expect(scene.history()).toEqual(['10 updating', '21 completed']);
    expect(scene.service().updateStatus).toEqual({
      state: 'completed',
      message: 'update completed',
      startedAt: seconds(10),
      completedAt: seconds(21),
    });
  });

  it('rests in each lane after every slot, and watches longer than the delay (O-E78)', () => {
    const scene = createScene();
    scene.create({ replicas: 4, update: { parallelism: 2, delay: seconds(10) } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(begun(scene)).toEqual([0, 0, 10, 10]);
    expect(scene.history()).toEqual(['0 updating', '31 completed']);
  });

  it.each([
    [3, 5, 8],
    [5, 5, 11],
    [0, 0, 1],
  ])('with delay %d and monitor %d completes at %d (O-E79, R-O94)', (delay, monitor, end) => {
    const scene = createScene();
    scene.create({ update: { delay: seconds(delay), monitor: seconds(monitor) } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', `${end} completed`]);
  });

  it('with parallelism 0 takes all slots at once (O-E80)', () => {
    const scene = createScene({ stop: seconds(1) });
    scene.create({ replicas: 10, update: { parallelism: 0 } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(begun(scene)).toEqual(Array(10).fill(0));
    expect(scene.history()).toEqual(['0 updating', '6 completed']);
  });

  it('runs lanes, not batches (O-E81)', () => {
    const late = ({ spec, slot }: Task) => (spec.container.image === 'v2' && slot === 2 ? seconds(4) : 0);
    const scene = createScene({ start: late });
    scene.create({ replicas: 4, update: { parallelism: 2, delay: seconds(10) } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(begun(scene)).toEqual([0, 0, 10, 14]);
  });

  it('starts a replacement after a minute although the old task still stops (O-E82, R-O114)', () => {
    const scene = createScene({ stop: seconds(300) });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(59.9);
    expect(scene.running()).toEqual(['1:v1']);
    scene.advance(0.1);
    expect(scene.running()).toEqual(['1:v1', '1:v2']);
  });

  it('replaces one by one where a constraint was added, and only what does not meet it (O-E6, R-O118)', () => {
    const scene = createScene({ nodes: [{ id: 'n1', labels: [['tier', 'web']] }, 'n2', 'n3'] });
    scene.create({ replicas: 3 });
    const kept = scene.tasks().find(({ nodeId }) => nodeId === 'n1');
    scene.update({ placement: { constraints: ['node.labels.tier == web'] } });
    scene.advance(60);
    expect(
      scene
        .tasks()
        .filter(({ status }) => status.state === 512)
        .map(({ nodeId }) => nodeId),
    ).toEqual(['n1', 'n1', 'n1']);
    expect(scene.stage.store.get('task', kept?.id ?? '')).toEqual(kept);
  });

  it('does not rewrite what may stay, not even its version (O-E5, R-O17)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'].map((id) => ({ id, labels: [['tier', 'web']] })) });
    scene.create({ replicas: 2 });
    const before = scene.tasks();
    scene.update({ placement: { constraints: ['node.labels.tier == web'] } });
    scene.advance(60);
    expect(scene.tasks()).toEqual(before);
    expect(scene.service().specVersion).toBeGreaterThan(0);
    expect(before.map(({ specVersion, spec }) => [specVersion, spec.placement.constraints])).toEqual([
      [0, []],
      [0, []],
    ]);
    expect(scene.history()).toEqual([]);
  });

  it('fills a slot without waiting whose task is dead for good (O-E84)', () => {
    const scene = createScene({ stop: seconds(1) });
    scene.create({ replicas: 2, restart: { condition: 'none' } });
    scene.exit(1, 2);
    scene.update({ image: 'v2' });
    scene.advance(1);
    // Slot 1 has waited for its old task; slot 2 has nobody to wait for.
    expect(states(scene, 2)).toEqual(['v1 shutdown/failed', 'v2 running/running']);
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '6 completed']);
  });

  it('with a monitor of 0 completes when its workers are done (O-E117, R-O74)', () => {
    const scene = createScene({ stop: seconds(1) });
    scene.create({ replicas: 2, update: { monitor: 0, delay: 0 } });
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '3 completed']);
  });

  it('says nothing when there is nothing to replace (O-E1, R-O77)', () => {
    const scene = createScene();
    scene.create({ replicas: 3 });
    const before = scene.tasks();
    scene.update({ labels: [['a', 'b']] });
    scene.update({ replicas: 4 });
    scene.advance(60);
    expect(scene.history()).toEqual([]);
    expect(scene.tasks().slice(0, 3)).toEqual(before);
  });

  it('waits without end for a task that finds no node, until it is superseded (O-E94, R-O80)', () => {
    const scene = createScene();
    scene.create();
    scene.update({ image: 'v2', reservations: { memoryBytes: 2 ** 50 } });
    scene.advance(1000);
    expect(states(scene)).toEqual(['v1 shutdown/shutdown', 'v2 running/pending']);
    expect(scene.history()).toEqual(['0 updating']);
    scene.rollback();
    expect(states(scene).slice(1)).toEqual(['v2 shutdown/pending', 'v1 ready/ready']);
    scene.advance(59.9);
    expect(scene.running()).toEqual([]);
    scene.advance(10);
    expect(scene.running()).toEqual(['1:v1']);
    expect(scene.history().slice(1)).toEqual(['1000 rollback_started', '1065 rollback_completed']);
  });
});

describe('start-first', () => {
  it('shuts the old task down when the new one runs, and does not wait for it', () => {
    const scene = createScene({ start: seconds(2), stop: seconds(30) });
    scene.create({ replicas: 2, update: { order: 'start-first' } });
    scene.advance(10);
    scene.update({ image: 'v2' });
    expect(states(scene)).toEqual(['v1 running/running', 'v2 running/starting']);
    scene.advance(2);
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v2 running/running']);
    scene.advance(60);
    expect(begun(scene)).toEqual([10, 12]);
    expect(scene.history()).toEqual(['10 updating', '19 completed']);
  });

  it('leaves a slot whose old task crashed with two tasks, trimmed in a second run (O-E96, R-O79, R-O96)', () => {
    const scene = createScene({ start: seconds(1) });
    scene.create({ replicas: 2, restart: { delay: 0 }, update: { order: 'start-first', delay: seconds(3) } });
    scene.advance(5);
    scene.update({ image: 'v2' });
    scene.advance(1);
    scene.exit(1, 2);
    scene.advance(4);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '2:v2']);
    scene.advance(60);
    expect(scene.running()).toEqual(['1:v2', '2:v2']);
    expect(scene.history().map((line) => line.split(' ')[1])).toEqual(['updating', 'completed', 'completed']);
  });
});

describe('stop-first', () => {
  it('skips a slot whose old task crashed before its turn (O-E96, R-O116)', () => {
    const scene = createScene();
    scene.create({ replicas: 2, update: { delay: seconds(10) } });
    scene.update({ image: 'v2' });
    scene.exit(1, 2);
    scene.advance(60);
    expect(scene.tasks(2)).toHaveLength(2);
    expect(scene.running()).toEqual(['1:v2', '2:v2']);
  });
});

describe('another update in the middle', () => {
  it('of the image makes the new tasks dirty too (O-E101)', () => {
    const scene = createScene({ stop: seconds(1) });
    scene.create({ replicas: 3 });
    scene.update({ image: 'v2' });
    scene.advance(1.5);
    expect(scene.running()).toEqual(['1:v2', '2:v1', '3:v1']);
    scene.update({ image: 'v3' });
    expect(scene.history()).toEqual(['0 updating', '1.5 -', '1.5 updating']);
    scene.advance(60);
    expect(scene.running()).toEqual(['1:v3', '2:v3', '3:v3']);
    expect(scene.service().previousSpec?.task.container.image).toBe('v2');
  });

  it('of the replicas goes on with the slots that are left, and adds the new ones at once (O-E28, R-O39)', () => {
    const scene = createScene();
    scene.create({ replicas: 4, update: { delay: seconds(10) } });
    scene.update({ image: 'v2' });
    scene.advance(12);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v1', '4:v1']);
    scene.update({ replicas: 6 });
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v2', '4:v1', '5:v2', '6:v2']);
    expect(scene.service().updateStatus?.startedAt).toBe(seconds(12));
    scene.advance(60);
    expect(begun(scene)).toEqual([0, 10, 12, 22, 12, 12]);
  });

  it('does not mind the failures of the slots it adds (R-O39)', () => {
    const scene = createScene({
      fate: ({ slot }, at) => (at === 'start' && slot > 2 ? { at } : undefined),
    });
    scene.create({ replicas: 2, update: { delay: seconds(10) } });
    scene.update((spec) => ({
      ...spec,
      mode: { kind: 'replicated', replicas: 4 },
      task: { ...spec.task, container: { ...spec.task.container, image: 'v2' } },
    }));
    expect(states(scene, 4)[0]).toBe('v2 shutdown/failed');
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '31 completed']);
  });

  it('leaves what was begun to go on: a parked task starts in its time (R-O106)', () => {
    const scene = createScene({ stop: seconds(10) });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(1);
    scene.update({ labels: [['a', 'b']] });
    scene.advance(8.9);
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v2 ready/ready']);
    scene.advance(0.1);
    expect(states(scene)).toEqual(['v1 shutdown/shutdown', 'v2 running/running']);
    expect(scene.tasks()).toHaveLength(2);
  });

  it('with the same spec leaves the updater alone, and the status empty (O-E102, R-O105)', () => {
    const scene = createScene();
    scene.create({ replicas: 3, update: { delay: seconds(10) } });
    scene.update({ image: 'v2' });
    scene.advance(1);
    scene.update({ image: 'v2' });
    scene.advance(60);
    expect(begun(scene)).toEqual([0, 10, 20]);
    expect(scene.history()).toEqual(['0 updating', '1 -']);
    scene.rollback();
    expect(scene.history().slice(2)).toEqual(['61 rollback_started', '61 rollback_completed']);
  });
});

describe('a manual rollback', () => {
  it('changes the specs over, and back again (O-E108)', () => {
    const scene = createScene();
    scene.create({ replicas: 2 });
    scene.update({ image: 'v2' });
    scene.advance(10);
    scene.rollback();
    expect(scene.service().updateStatus).toMatchObject({
      message: 'manually requested rollback',
      startedAt: seconds(10),
    });
    scene.advance(10);
    expect(scene.running()).toEqual(['1:v1', '2:v1']);
    expect(scene.service().previousSpec?.task.container.image).toBe('v2');
    scene.rollback();
    scene.advance(10);
    expect(scene.running()).toEqual(['1:v2', '2:v2']);
    expect(scene.service().updateStatus?.message).toBe('rollback completed');
  });

  it('supersedes an update that is under way (R-O101)', () => {
    const scene = createScene({ stop: seconds(1) });
    scene.create({ replicas: 3, rollback: { parallelism: 0 } });
    scene.update({ image: 'v2' });
    scene.advance(2.5);
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v1']);
    scene.rollback();
    scene.advance(1);
    expect(scene.running()).toEqual(['1:v1', '2:v1', '3:v1']);
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', '2.5 rollback_started', '8.5 rollback_completed']);
  });

  it('pauses by its own rules, and of a paused update is one as of any (R-O101, R-O90)', () => {
    // The first task of v2 fails, and then those of v1 that come after it.
    const fate = ({ slot, meta }: Task, at: string) =>
      at === 'start' && slot === 1 && meta.createdAt > 0 ? ({ at } as const) : undefined;
    const scene = createScene({ fate });
    scene.create({ replicas: 2, rollback: { failureAction: 'continue' } });
    scene.advance(1);
    scene.update({ image: 'v2', rollback: { failureAction: 'continue' } });
    scene.advance(1);
    expect(scene.service().updateStatus?.state).toBe('paused');
    scene.rollback();
    scene.advance(60);
    expect(scene.history()).toEqual(['1 updating', '1 paused', '2 rollback_started', '7 rollback_completed']);
    expect(scene.running()).toEqual(['2:v1']);
  });

  it('to the same spec changes nothing but the status (O-E11, R-O103)', () => {
    const scene = createScene();
    scene.create({ replicas: 2 });
    const before = scene.tasks();
    scene.update({});
    scene.advance(10);
    expect(scene.service().previousSpec).toEqual(scene.service().spec);
    expect(scene.history()).toEqual([]);
    scene.rollback();
    expect(scene.history()).toEqual(['10 rollback_started', '10 rollback_completed']);
    scene.advance(60);
    expect(scene.tasks()).toEqual(before);
  });

  it('of a service without replicas completes at once (R-O103)', () => {
    const scene = createScene();
    scene.create({ replicas: 0 });
    scene.update({ image: 'v2' });
    scene.rollback();
    expect(scene.history()).toEqual(['0 rollback_started', '0 rollback_completed']);
  });

  it('completes at once when only the number of replicas differed (O-E111, R-O103)', () => {
    const scene = createScene();
    scene.create({ replicas: 3 });
    scene.update({ replicas: 5 });
    scene.advance(10);
    scene.rollback();
    expect(scene.running()).toHaveLength(3);
    expect(scene.history()).toEqual(['10 rollback_started', '10 rollback_completed']);
  });

  it('goes by the rollback config of the spec it restores (O-E109, R-O73)', () => {
    const scene = createScene({ stop: seconds(1) });
    scene.create({ replicas: 3 });
    scene.update({ image: 'v2', rollback: { parallelism: 0 }, update: { parallelism: 0 } });
    scene.advance(20);
    scene.rollback();
    scene.advance(0.5);
    expect(states(scene, 1).at(-1)).toBe('v1 ready/ready');
    expect(states(scene, 2).at(-1)).toBe('v2 running/running');
    scene.advance(20);
    scene.rollback();
    expect(states(scene, 2).at(-1)).toBe('v2 ready/ready');
    expect(states(scene, 3).at(-1)).toBe('v2 ready/ready');
  });
});
