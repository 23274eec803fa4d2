import { describe, expect, it } from 'vitest';
import { enforcerReactor } from '../../../src/manager/orchestrator/enforcer.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNode, makeService, makeTask } from '../fixtures.ts';
import { createStage } from '../stage.ts';
import { createScene, show } from './scene.ts';

const gibibyte = 1024 ** 3;
const zoned = { placement: { constraints: ['node.labels.zone == a'] } };
const inZoneA = (id: string) => ({ id, labels: [['zone', 'a'] as const] });

describe('a node that no longer meets the constraints', () => {
  it('loses its tasks at once; they go elsewhere after the delay, and stay rejected (O-E55, R-O118)', () => {
    const scene = createScene({ nodes: [inZoneA('n1'), inZoneA('n2')], place: () => 'n1', stop: 3_000_000 });
    scene.create({ replicas: 2, ...zoned });
    scene.advance(1);
    scene.node('n1', { labels: { zone: 'b' } });
    expect(scene.tasks(1).map(show)).toEqual(['v1 shutdown/rejected', 'v1 ready/ready']);
    expect(scene.tasks(2).map(show)).toEqual(['v1 shutdown/rejected', 'v1 ready/ready']);
    expect(scene.tasks(1)[0]?.status).toMatchObject({
      message: 'task rejected by constraint enforcer',
      err: 'assigned node no longer meets constraints',
      timestamp: 1_000_000,
      appliedAt: 0,
    });
    scene.advance(5);
    expect(scene.tasks(1).map(show)).toEqual(['v1 shutdown/rejected', 'v1 running/running']);
    expect(scene.tasks(1)[1]?.nodeId).toBe('n2');
  });

  it('loses the task of a global service for good (R-O117)', () => {
    const scene = createScene({ nodes: [inZoneA('n1')] });
    scene.create({ mode: { kind: 'global' }, ...zoned });
    scene.node('n1', { labels: { zone: 'b' } });
    scene.advance(60);
    expect(scene.tasks().map(show)).toEqual(['v1 shutdown/rejected']);
  });

  it('keeps its tasks while it is paused (O-E56)', () => {
    const scene = createScene({ nodes: [inZoneA('n1')] });
    scene.create(zoned);
    scene.node('n1', { availability: 'pause' });
    scene.node('n1', { labels: { zone: 'b' } });
    expect(scene.running()).toEqual(['1:v1']);
    scene.node('n1', { availability: 'active' });
    expect(scene.running()).toEqual([]);
  });

  it('is judged by the current constraints of the service, not those of the task (O-E57)', () => {
    const scene = createScene({ nodes: [inZoneA('n1')] });
    scene.create();
    scene.update(zoned);
    scene.advance(60);
    expect(scene.tasks().map(show)).toEqual(['v1 running/running']);
    scene.node('n1', { labels: {} });
    expect(scene.tasks()[0]?.status.state).toBe(TaskState.Rejected);
  });
});

describe('a node with less to offer', () => {
  it('loses the last tasks that no longer fit (O-E58)', () => {
    const scene = createScene({ nodes: ['n1'] });
    scene.create({ replicas: 3, reservations: { memoryBytes: 2 * gibibyte } });
    expect(scene.running()).toHaveLength(3);
    scene.node('n1', { memoryBytes: 4 * gibibyte });
    expect(scene.running()).toEqual(['1:v1', '2:v1']);
    expect(scene.tasks(3).map(show)).toEqual(['v1 shutdown/rejected', 'v1 ready/pending']);
  });

  it('does not count what has finished, or is to stop (O-E59)', () => {
    const service = makeService({ id: 'web', reservations: { nanoCpus: 3e9 } });
    const { Complete, Shutdown } = TaskState;
    const stage = createStage({ enforcer: enforcerReactor }, (tx) => {
      tx.create('service', service);
      tx.create('node', makeNode({ id: 'n1' }));
      const nodeId = 'n1';
      tx.create('task', makeTask({ id: '1', service, nodeId, desiredState: Complete, state: Complete }));
      tx.create('task', makeTask({ id: '2', service, nodeId, desiredState: Shutdown }));
      tx.create('task', makeTask({ id: '3', service, nodeId }));
      tx.create('task', makeTask({ id: '4', service, nodeId }));
    });
    const rejected = stage.store.list('task').filter(({ status }) => status.state === TaskState.Rejected);
    expect(rejected.map(({ id }) => id)).toEqual(['4']);
  });

  it('evicts one holder of a generic resource that is gone at a time', () => {
    const service = makeService({ id: 'web' });
    const gpu = (value: number) => [{ kind: 'gpu', value }];
    const stage = createStage({ enforcer: enforcerReactor }, (tx) => {
      tx.create('service', service);
      tx.create('node', makeNode({ id: 'n1', resources: { generic: gpu(4) } }));
      for (const id of ['1', '2', '3', '4']) {
        tx.create('task', makeTask({ id, service, nodeId: 'n1', assignedGenericResources: gpu(1) }));
      }
    });
    const rejected = () =>
      stage.store
        .list('task')
        .filter(({ status }) => status.state === TaskState.Rejected)
        .map(({ id }) => id);
    expect(rejected()).toEqual([]);
    stage.write((tx) =>
      tx.update('node', 'n1', ({ description }) => {
        if (description !== undefined) description.resources.generic = gpu(2);
      }),
    );
    expect(rejected()).toEqual(['3']);
  });

  it('without a description offers nothing', () => {
    const service = makeService({ id: 'web', reservations: { memoryBytes: 1 } });
    const { description: _, ...bare } = makeNode({ id: 'n1' });
    const stage = createStage({ enforcer: enforcerReactor }, (tx) => {
      tx.create('service', service);
      tx.create('node', bare);
      tx.create('task', makeTask({ id: '1', service, nodeId: 'n1' }));
    });
    expect(stage.store.get('task', '1')?.status.state).toBe(TaskState.Rejected);
  });
});
