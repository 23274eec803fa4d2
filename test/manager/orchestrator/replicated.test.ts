import { describe, expect, it } from 'vitest';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeService, makeTask } from '../fixtures.ts';
import { createScene, type Scene, show } from './scene.ts';

const states = (scene: Scene, slot: number) => scene.tasks(slot).map(show);

describe('slots', () => {
  it('are filled from 1 with tasks that are meant to run at once (O-E17)', () => {
    const scene = createScene({ nodes: [] });
    scene.create({ replicas: 3 });
    expect(scene.tasks().map(({ slot }) => slot)).toEqual([1, 2, 3]);
    const [task] = scene.tasks(2);
    expect(task?.desiredState).toBe(TaskState.Running);
    expect(task?.annotations.name).toBe(`web.2.${task?.id}`);
    expect(task?.serviceAnnotations.name).toBe('web');
  });

  it('log with the driver of the spec, else with that of the cluster (R-O10)', () => {
    const scene = createScene({ nodes: [] });
    scene.create({ replicas: 1 });
    expect(scene.tasks(1)[0]?.logDriver).toBeUndefined();
    scene.stage.write((tx) =>
      tx.update('cluster', 'cluster', (draft) => {
        draft.spec.taskLogDriver = { name: 'syslog', options: [] };
      }),
    );
    scene.update((spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 2 } }));
    expect(scene.tasks(2)[0]?.logDriver?.name).toBe('syslog');
    scene.update((spec) => ({ ...spec, task: { ...spec.task, logDriver: { name: 'none', options: [] } } }));
    expect(scene.tasks(1).map(({ logDriver }) => logDriver?.name)).toEqual([undefined, 'none']);
  });

  it('are created in state new with the message `created` (O-E17)', () => {
    const scene = createScene({ nodes: [] });
    scene.create();
    const created = scene.stage.commits.flatMap(({ actions }) => actions).find(({ kind }) => kind === 'task');
    expect(created).toMatchObject({
      action: 'create',
      after: { status: { state: TaskState.New, message: 'created', timestamp: 0 } },
    });
  });

  it('keep their numbers; free ones are used first (O-E18)', () => {
    const scene = createScene();
    const service = makeService({ id: 'web', image: 'v1', replicas: 4 });
    scene.stage.write((tx) => {
      for (const slot of [1, 3]) tx.create('task', makeTask({ id: `t${slot}`, service, slot, nodeId: 'n1' }));
      tx.create('service', service);
    });
    expect(scene.tasks().map(({ slot }) => slot)).toEqual(expect.arrayContaining([1, 2, 3, 4]));
    expect(scene.tasks()).toHaveLength(4);
    expect(scene.history()).toEqual([]);
  });

  it('are left by whole nodes evenly when scaled down, with gaps between (O-E19, R-O41)', () => {
    const scene = createScene({ nodes: ['a', 'b'], place: ({ slot }) => (slot === 5 ? 'b' : 'a') });
    scene.create({ replicas: 5 });
    scene.update({ replicas: 2 });
    expect(scene.running()).toEqual(['1:v1', '5:v1']);
    scene.advance(0.25);
    expect(scene.tasks()).toHaveLength(2);
  });

  it('that run are kept before lower ones that do not (O-E20)', () => {
    const scene = createScene({ nodes: ['a', 'b'], place: ({ slot }) => (slot === 1 ? 'a' : 'b') });
    scene.create({ replicas: 2 });
    scene.stage.write((tx) => {
      const id = scene.tasks(1)[0]?.id ?? '';
      tx.update('task', id, (draft) => {
        draft.status.state = TaskState.Starting;
      });
    });
    scene.update({ replicas: 1 });
    expect(scene.running()).toEqual(['2:v1']);
  });

  it('with several tasks go first, with all of them (O-E23)', () => {
    const late = ({ spec }: Task) => (spec.container.image === 'v2' ? 60_000_000 : 0);
    const scene = createScene({ start: late });
    scene.create({ replicas: 3, update: { order: 'start-first' } });
    scene.update({ image: 'v2' });
    expect(states(scene, 1)).toEqual(['v1 running/running', 'v2 running/starting']);
    scene.update({ replicas: 2 });
    expect(states(scene, 1)).toEqual([]);
    expect(scene.running()).toEqual(['2:v1', '3:v1']);
  });

  it('without a node go first, and at once (O-E21)', () => {
    const placement = { maxReplicas: 1 };
    const scene = createScene();
    scene.create({ replicas: 4, placement });
    expect(states(scene, 4)).toEqual(['v1 running/pending']);
    scene.update({ replicas: 3 });
    expect(states(scene, 4)).toEqual(['v1 remove/pending']);
    scene.advance(0.25);
    expect(scene.tasks(4)).toEqual([]);
  });

  it('that are dead are reused with their history, or deleted at once (O-E24)', () => {
    const scene = createScene({ stop: 30_000_000, nodes: ['n1'] });
    scene.create({ replicas: 3 });
    scene.update({ replicas: 1 });
    scene.advance(1);
    expect(states(scene, 2)).toEqual(['v1 remove/running']);
    scene.update({ replicas: 2 });
    expect(states(scene, 2)).toEqual(['v1 remove/running', 'v1 running/running']);
    expect(scene.tasks(3)).toEqual([]);
  });

  it('of a finished task count as occupied until an update makes it dirty (O-E25, R-O42)', () => {
    const scene = createScene();
    scene.create({ replicas: 2, restart: { condition: 'on-failure' } });
    scene.exit(0, 2);
    expect(states(scene, 2)).toEqual(['v1 shutdown/complete']);
    scene.update({ replicas: 3 });
    scene.advance(20);
    expect(scene.running()).toEqual(['1:v1', '3:v1']);
    scene.update({ task: { forceUpdate: 1 } });
    scene.advance(20);
    expect(scene.running()).toEqual(['1:v1', '2:v1', '3:v1']);
  });

  it('left behind by a scale-down may cost a running one its place (O-E22, R-O43)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'] });
    const service = makeService({ id: 'web', image: 'v1', replicas: 2, restart: { condition: 'none' } });
    scene.stage.write((tx) => {
      for (const slot of [1, 2]) tx.create('task', makeTask({ id: `t${slot}`, service, slot, nodeId: 'n1' }));
      const old = { desiredState: TaskState.Shutdown, state: TaskState.Shutdown };
      tx.create('task', makeTask({ id: 't3', service, slot: 3, nodeId: 'n2', ...old }));
      tx.create('service', service);
    });
    expect(scene.running()).toEqual(['1:v1']);
  });

  it('that are scaled away leave their history until they are found dead (R-O33)', () => {
    const scene = createScene();
    scene.create({ replicas: 2, restart: { delay: 0 } });
    scene.exit(1, 2);
    scene.update({ replicas: 1 });
    scene.advance(1);
    expect(states(scene, 2)).toEqual(['v1 shutdown/failed']);
    scene.update({ labels: [['look', 'again']] });
    expect(states(scene, 2)).toEqual([]);
  });

  it('are filled again when a live task is deleted (O-E26)', () => {
    const scene = createScene();
    scene.create({ replicas: 2 });
    scene.stage.write((tx) => tx.remove('task', scene.tasks(1)[0]?.id ?? ''));
    expect(scene.running()).toEqual(['1:v1', '2:v1']);
  });

  it('all go when scaled to nothing, and come back with the spec of the day (O-E27, O-E118)', () => {
    const scene = createScene();
    scene.create({ replicas: 20 });
    scene.update({ replicas: 0 });
    scene.advance(0.25);
    expect(scene.tasks()).toEqual([]);
    scene.update({ image: 'v2' });
    expect(scene.history()).toEqual([]);
    scene.update({ replicas: 2 });
    expect(scene.running()).toEqual(['1:v2', '2:v2']);
  });

  it('beyond the size of one transaction are created and removed in several', () => {
    const scene = createScene();
    scene.create({ replicas: 450 });
    expect(scene.running()).toHaveLength(450);
    scene.node('n1', { availability: 'drain' });
    expect(scene.running()).toHaveLength(450);
    scene.update({ replicas: 30 });
    expect(scene.running()).toHaveLength(30);
    expect(Math.max(...scene.stage.commits.map(({ actions }) => actions.length))).toBeLessThan(210);
  });
});

describe('nodes', () => {
  it('that are drained are left at once; replacements wait for the old tasks to stop (O-E47, R-O45)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'], stop: 20_000_000, place: () => 'n1' });
    scene.create({ replicas: 4 });
    scene.node('n1', { availability: 'drain' });
    for (const slot of [1, 2, 3, 4]) {
      expect(states(scene, slot)).toEqual(['v1 shutdown/running', 'v1 ready/ready']);
      expect(scene.tasks(slot)[1]?.nodeId).toBe('n2');
    }
    scene.advance(19.9);
    expect(states(scene, 1)).toEqual(['v1 shutdown/running', 'v1 ready/ready']);
    scene.advance(0.1);
    expect(states(scene, 1)).toEqual(['v1 shutdown/shutdown', 'v1 running/running']);
  });

  it('that are drained are waited for a minute at most (O-E47)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'], stop: 90_000_000, place: () => 'n1' });
    scene.create();
    scene.node('n1', { availability: 'drain' });
    scene.advance(59.9);
    expect(states(scene, 1)).toEqual(['v1 shutdown/running', 'v1 ready/ready']);
    scene.advance(0.1);
    expect(states(scene, 1)).toEqual(['v1 shutdown/running', 'v1 running/running']);
  });

  it('that are down are left after the restart delay, without waiting; nothing returns to them (O-E49, R-O44, R-O47)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'], place: () => 'n1' });
    scene.create();
    scene.node('n1', { state: 'down' });
    expect(states(scene, 1)).toEqual(['v1 shutdown/running', 'v1 ready/ready']);
    scene.advance(4.9);
    expect(states(scene, 1)).toEqual(['v1 shutdown/running', 'v1 ready/ready']);
    scene.advance(0.1);
    expect(states(scene, 1)).toEqual(['v1 shutdown/running', 'v1 running/running']);
    scene.advance(7);
    scene.node('n1', { state: 'ready' });
    expect(states(scene, 1)).toEqual(['v1 shutdown/shutdown', 'v1 running/running']);
    expect(scene.tasks(1)[1]?.nodeId).toBe('n2');
  });

  it('that are unknown, disconnected or paused keep their tasks (O-E50, O-E54, R-O37)', () => {
    const scene = createScene();
    scene.create({ replicas: 3 });
    scene.node('n1', { state: 'unknown' });
    scene.node('n2', { state: 'disconnected' });
    scene.node('n3', { availability: 'pause' });
    scene.advance(60);
    expect(scene.tasks()).toHaveLength(3);
    expect(scene.running()).toHaveLength(3);
  });

  it('that are removed orphan their tasks, which are replaced after the delay (O-E36)', () => {
    const scene = createScene({ nodes: ['n1', 'n2'], place: () => 'n1' });
    scene.create();
    scene.removeNode('n1');
    expect(states(scene, 1)).toEqual(['v1 shutdown/orphaned', 'v1 ready/ready']);
    scene.advance(5);
    expect(states(scene, 1)).toEqual(['v1 shutdown/orphaned', 'v1 running/running']);
  });

  it('that are drained end tasks for good under condition none (O-E48, R-O46)', () => {
    const scene = createScene({ nodes: ['n1'] });
    scene.create({ restart: { condition: 'none' } });
    scene.node('n1', { availability: 'drain' });
    scene.node('n1', { availability: 'active' });
    scene.advance(60);
    expect(states(scene, 1)).toEqual(['v1 shutdown/shutdown']);
  });

  it('drained one after the other use up the attempts (O-E51)', () => {
    const scene = createScene({ nodes: ['n1', 'n2', 'n3'], place: () => 'n1' });
    scene.create({ restart: { maxAttempts: 1 } });
    scene.node('n1', { availability: 'drain' });
    expect(scene.running()).toEqual(['1:v1']);
    scene.node('n2', { availability: 'drain' });
    scene.advance(60);
    expect(scene.running()).toEqual([]);
    expect(scene.tasks()).toHaveLength(2);
  });
});

describe('a deleted service', () => {
  it('takes all its tasks with it as soon as they have stopped (O-E33)', () => {
    const scene = createScene({ stop: 8_000_000 });
    scene.create({ replicas: 4, placement: { maxReplicas: 1 }, restart: { condition: 'none' } });
    scene.exit(1, 2);
    scene.remove();
    expect(scene.tasks().every(({ desiredState }) => desiredState === TaskState.Remove)).toBe(true);
    scene.advance(0.25);
    expect(scene.tasks().map(show)).toEqual(['v1 remove/running', 'v1 remove/running']);
    scene.advance(8);
    expect(scene.tasks()).toEqual([]);
  });

  it('in the middle of an update leaves nothing behind (O-E115)', () => {
    const scene = createScene({ stop: 1_000_000, start: 1_000_000 });
    scene.create({ replicas: 3 });
    scene.advance(2);
    scene.update({ image: 'v2' });
    scene.advance(1.5);
    scene.remove();
    scene.advance(90);
    expect(scene.tasks()).toEqual([]);
  });
});
