import { describe, expect, it } from 'vitest';
import { second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNode, makeTask } from '../fixtures.ts';
import { createScene, type Scene, type SceneOptions, show } from './scene.ts';

const seconds = (count: number) => count * second;
const states = (scene: Scene, node: string) => scene.tasks(node).map(show);
const global = { mode: { kind: 'global' } } as const;

function globalScene(options: SceneOptions = {}): Scene {
  const scene = createScene({ nodes: ['n1', 'n2'], ...options });
  scene.create(global);
  return scene;
}

describe('a global service', () => {
  it('has one task on each usable node, bound to it, without a slot (O-E12)', () => {
    const scene = createScene({
      nodes: [
        'n1',
        { id: 'n2', state: 'down' },
        { id: 'n3', availability: 'drain' },
        { id: 'n4', availability: 'pause' },
        { id: 'n5', state: 'unknown' },
      ],
    });
    scene.create(global);
    expect(scene.tasks().map(({ nodeId, slot }) => [nodeId, slot])).toEqual([
      ['n1', 0],
      ['n5', 0],
    ]);
    const [task] = scene.tasks();
    expect(task?.annotations.name).toBe(`web.n1.${task?.id}`);
    expect(scene.tasks().map(show)).toEqual(['v1 running/running', 'v1 running/pending']);
  });

  it('gets a task on a joining node before that is ready (O-E61, R-O51)', () => {
    const scene = globalScene();
    scene.stage.write((tx) => tx.create('node', makeNode({ id: 'n3', state: 'unknown' })));
    expect(states(scene, 'n3')).toEqual(['v1 running/pending']);
    scene.node('n3', { state: 'ready' });
    expect(states(scene, 'n3')).toEqual(['v1 running/running']);
  });

  it('loses the task of a drained node, and gets a new one at once when it is back (O-E62, R-O55)', () => {
    const scene = globalScene({ stop: seconds(30) });
    scene.node('n1', { availability: 'drain' });
    scene.advance(1);
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/running']);
    scene.node('n1', { availability: 'active' });
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/running', 'v1 running/running']);
  });

  it('gets none back under condition none (O-E62)', () => {
    const scene = createScene({ nodes: ['n1'] });
    scene.create({ ...global, restart: { condition: 'none' } });
    scene.node('n1', { availability: 'drain' });
    scene.node('n1', { availability: 'active' });
    scene.advance(60);
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/shutdown']);
  });

  it('is restarted on the same node, after the delay (R-O53)', () => {
    const scene = globalScene();
    scene.exit(1, 'n1');
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/failed', 'v1 ready/ready']);
    scene.advance(5);
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/failed', 'v1 running/running']);
  });

  it('counts attempts by node', () => {
    const scene = createScene({ nodes: ['n1', 'n2'] });
    scene.create({ ...global, restart: { maxAttempts: 1, delay: 0 } });
    for (const node of ['n1', 'n2']) {
      scene.exit(1, node);
      expect(states(scene, node).at(-1)).toBe('v1 running/running');
      scene.exit(1, node);
      expect(states(scene, node).at(-1)).toBe('v1 shutdown/failed');
    }
  });

  it('is not restarted on a paused node until that is active again, then without delay (O-E63)', () => {
    const scene = globalScene();
    scene.node('n1', { availability: 'pause' });
    scene.exit(1, 'n1');
    scene.advance(60);
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/failed']);
    scene.node('n1', { availability: 'active' });
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/failed', 'v1 running/running']);
  });

  it('is updated node by node, past a paused one, which catches up alone (O-E64, R-O50)', () => {
    const scene = globalScene({ nodes: ['n1', 'n2', 'n3'], stop: seconds(1) });
    scene.node('n1', { availability: 'pause' });
    scene.update({ image: 'v2' });
    expect(states(scene, 'n2')).toEqual(['v1 shutdown/running', 'v2 ready/ready']);
    expect(states(scene, 'n3')).toEqual(['v1 running/running']);
    scene.advance(60);
    expect(scene.running()).toEqual(['n1:v1', 'n2:v2', 'n3:v2']);
    expect(scene.history()).toEqual(['0 updating', '7 completed']);
    scene.node('n1', { labels: { still: 'paused' } });
    expect(states(scene, 'n1')).toEqual(['v1 running/running']);
    const status = scene.service().updateStatus;
    scene.node('n1', { availability: 'active' });
    expect(states(scene, 'n1')).toEqual(['v1 shutdown/running', 'v2 running/running']);
    expect(scene.service().updateStatus).toEqual(status);
  });

  it('leaves a node that no longer fits its new constraints at once (O-E65, R-O118)', () => {
    const scene = globalScene({ nodes: [{ id: 'n1', labels: [['a', 'b']] }, 'n2', 'n3'] });
    const [kept] = scene.tasks('n1');
    scene.update({ placement: { constraints: ['node.labels.a == b'] } });
    expect(scene.running()).toEqual(['n1:v1']);
    expect(scene.tasks('n1')).toEqual([kept]);
    expect(scene.history()).toEqual([]);
  });

  it('has no task where it should have none, and never two (R-O49, R-O50)', () => {
    const scene = globalScene({ nodes: ['n1', { id: 'n2', availability: 'drain' }] });
    const stray = (nodeId: string) =>
      scene.stage.write((tx) => {
        const { meta: _, ...record } = scene.service();
        return tx.create('task', makeTask({ id: scene.stage.newId(), service: record, slot: 0, nodeId }));
      });
    const surplus = stray('n1');
    const misplaced = stray('n2');
    scene.node('n1', { labels: { look: 'again' } });
    expect(scene.stage.store.get('task', surplus.id)?.desiredState).toBe(TaskState.Shutdown);
    expect(scene.running()).toEqual(['n1:v1', 'n2:v1']);
    scene.update({ labels: [['look', 'again']] });
    expect(scene.stage.store.get('task', misplaced.id)?.desiredState).toBe(TaskState.Shutdown);
  });

  it('loses its tasks of a removed node, history and all (R-O52)', () => {
    const scene = globalScene();
    scene.exit(1, 'n1');
    scene.advance(10);
    scene.removeNode('n1');
    expect(scene.tasks('n1')).toEqual([]);
    expect(scene.running()).toEqual(['n2:v1']);
    // The last of them was made for the node as it went, and deleted again.
    const made = scene.stage.commits
      .flatMap(({ actions }) => actions)
      .filter(
        (action) => action.kind === 'task' && action.action === 'create' && action.after.nodeId === 'n1',
      );
    expect(made).toHaveLength(3);
  });

  it('does not notice a task deleted by hand until its next reconcile (O-E26, R-O54)', () => {
    const scene = globalScene();
    scene.stage.write((tx) => tx.remove('task', scene.tasks('n1')[0]?.id ?? ''));
    expect(scene.tasks('n1')).toEqual([]);
    scene.update({ labels: [['a', 'b']] });
    expect(scene.running()).toEqual(['n1:v1', 'n2:v1']);
  });

  it('stays in a manual rollback while no node can take it (O-E66, R-O56)', () => {
    const scene = globalScene();
    scene.update({ image: 'v2' });
    scene.advance(20);
    for (const node of ['n1', 'n2']) scene.node(node, { availability: 'drain' });
    scene.rollback();
    scene.advance(20);
    scene.node('n1', { availability: 'active' });
    expect(scene.running()).toEqual(['n1:v1']);
    scene.advance(20);
    expect(scene.history().at(-1)).toBe('20 rollback_started');
  });

  it('that is deleted leaves nothing behind', () => {
    const scene = globalScene({ stop: seconds(3) });
    scene.remove();
    scene.advance(4);
    expect(scene.tasks()).toEqual([]);
  });
});
