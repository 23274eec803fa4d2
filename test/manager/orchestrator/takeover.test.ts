import { describe, expect, it } from 'vitest';
import { globalReactor } from '../../../src/manager/orchestrator/global.ts';
import { replicatedReactor } from '../../../src/manager/orchestrator/replicated.ts';
import { second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNode, makeService, makeTask } from '../fixtures.ts';
import { createStage } from '../stage.ts';
import { createScene, type Scene, show } from './scene.ts';

const seconds = (count: number) => count * second;
const states = (scene: Scene, place: number | string = 1) => scene.tasks(place).map(show);

describe('a new leader', () => {
  it('goes on with an update, with a fresh count of failures (O-E100, R-O121)', () => {
    const scene = createScene();
    scene.create({ replicas: 4, update: { delay: seconds(10) } });
    scene.update({ image: 'v2' });
    scene.advance(12);
    scene.stage.restart();
    expect(scene.running()).toEqual(['1:v2', '2:v2', '3:v2', '4:v1']);
    scene.advance(60);
    expect(scene.history()).toEqual(['0 updating', `${12 + 20 + 11} completed`]);
  });

  it('completes an update that had only to be watched (R-O121)', () => {
    const scene = createScene();
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(1);
    scene.stage.restart();
    expect(scene.history()).toEqual(['0 updating', '1 completed']);
  });

  it('leaves a paused update alone (O-E100)', () => {
    const scene = createScene({
      fate: ({ spec }, at) => (at === 'start' && spec.container.image === 'v2' ? { at } : undefined),
    });
    scene.create({ replicas: 3 });
    scene.update({ image: 'v2' });
    scene.stage.restart();
    scene.advance(60);
    expect(scene.running()).toEqual(['2:v1', '3:v1']);
    expect(scene.history()).toEqual(['0 updating', '0 paused']);
  });

  it('starts parked tasks by their age, and has forgotten what they waited for (O-E114, R-O107)', () => {
    const scene = createScene({ stop: seconds(40) });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(3);
    scene.stage.restart();
    scene.advance(1.9);
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v2 ready/ready']);
    scene.advance(0.1);
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v2 running/running']);
  });

  it('starts a task at once whose delay is over', () => {
    const scene = createScene({ stop: seconds(40) });
    scene.create();
    scene.update({ image: 'v2' });
    scene.advance(6);
    scene.stage.restart();
    expect(states(scene)).toEqual(['v1 shutdown/running', 'v2 running/running']);
  });

  it('remembers restarts by the tasks that are stored (R-O110)', () => {
    const scene = createScene();
    scene.create({ restart: { maxAttempts: 2, delay: 0 } });
    scene.exit(1, 1);
    scene.exit(1, 1);
    scene.stage.restart();
    scene.exit(1, 1);
    scene.advance(60);
    expect(scene.running()).toEqual([]);
    expect(scene.tasks()).toHaveLength(3);
  });

  it('restarts what ended while nobody led, and leaves bad nodes', () => {
    const web = makeService({ id: 'web' });
    const agent = makeService({ id: 'agent', mode: { kind: 'global' } });
    const stage = createStage({ replicated: replicatedReactor, global: globalReactor }, (tx) => {
      tx.create('node', makeNode({ id: 'n1' }));
      tx.create('node', makeNode({ id: 'n2', state: 'down' }));
      tx.create('service', { ...web, spec: { ...web.spec, mode: { kind: 'replicated', replicas: 3 } } });
      tx.create('service', agent);
      const { Failed } = TaskState;
      tx.create('task', makeTask({ id: '1', service: web, slot: 1, nodeId: 'n1' }));
      tx.create('task', makeTask({ id: '2', service: web, slot: 2, nodeId: 'n1', state: Failed }));
      tx.create('task', makeTask({ id: '3', service: web, slot: 3, nodeId: 'n2' }));
      tx.create('task', makeTask({ id: '4', service: agent, slot: 0, nodeId: 'n1', state: Failed }));
      tx.create('task', makeTask({ id: '5', service: agent, slot: 0, nodeId: 'n2' }));
    });
    const found = (service: string, place: { slot: number } | { nodeId: string }) =>
      stage.store
        .tasksOfService(service)
        .filter((task) => ('slot' in place ? task.slot === place.slot : task.nodeId === place.nodeId))
        .map(show)
        .sort();
    expect(found('web', { slot: 1 })).toEqual(['nginx running/running']);
    expect(found('web', { slot: 2 })).toEqual(['nginx ready/new', 'nginx shutdown/failed']);
    expect(found('web', { slot: 3 })).toEqual(['nginx ready/new', 'nginx shutdown/running']);
    expect(found('agent', { nodeId: 'n1' })).toEqual(['nginx ready/new', 'nginx shutdown/failed']);
    expect(found('agent', { nodeId: 'n2' })).toEqual(['nginx shutdown/running']);
  });

  it('deletes tasks whose service is gone, whatever their state (O-E34, R-O35)', () => {
    const scene = createScene({ nodes: ['n1'] });
    scene.create({ replicas: 2 });
    scene.node('n1', { state: 'down' });
    scene.remove();
    scene.advance(1000);
    expect(scene.tasks().map(show)).toEqual(['v1 remove/running', 'v1 remove/running']);
    scene.stage.restart();
    expect(scene.tasks()).toEqual([]);
  });
});
