import { describe, expect, it } from 'vitest';
import { isDirty } from '../../../src/manager/orchestrator/dirty.ts';
import { type ServiceRequest, serviceSpec } from '../../../src/model/defaults.ts';
import type { Service, Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNode, makeService, makeTask, type TaskFields } from '../fixtures.ts';
import { createStage, type Stage } from '../stage.ts';

const port = {
  name: '',
  protocol: 'tcp',
  targetPort: 80,
  publishedPort: 8080,
  publishMode: 'ingress',
} as const;

/** A service that has come from `before` to `after`, with a task of the former on node `n1` unless said. */
function setUp(
  before: Partial<ServiceRequest>,
  after: Partial<ServiceRequest>,
  task: Partial<TaskFields> = {},
): { stage: Stage; service: Service; task: Task } {
  const stage = createStage({}, (tx) => {
    tx.create('node', makeNode({ id: 'n1', labels: [['tier', 'web']] }));
    tx.create('node', makeNode({ id: 'n2' }));
  });
  const request = { name: 'web', image: 'v1' };
  const old = makeService({ id: 'web', ...request, ...before });
  return stage.write((tx) => ({
    stage,
    task: tx.create('task', makeTask({ id: 't1', service: old, nodeId: 'n1', ...task })),
    service: tx.create('service', {
      ...old,
      spec: serviceSpec({ ...request, ...after }),
      specVersion: 7,
    }),
  }));
}

function dirty(...input: Parameters<typeof setUp>): boolean {
  const { stage, service, task } = setUp(...input);
  return isDirty(stage.store, service, task);
}

describe('a task is out of date', () => {
  it.each<[string, Partial<ServiceRequest>]>([
    ['the image', { image: 'v2' }],
    ['a container label (O-E2)', { container: { labels: [['a', 'b']] } }],
    ['the restart policy (O-E3)', { restart: { delay: 7_000_000 } }],
    ['a published port (O-E4)', { endpoint: { ports: [port] } }],
    ['a reservation', { reservations: { memoryBytes: 5_000_000 } }],
    ['the force counter (O-E10)', { task: { forceUpdate: 1 } }],
  ])('after a change of %s (R-O13)', (_, after) => {
    expect(dirty({}, after)).toBe(true);
  });

  it.each<[string, Partial<ServiceRequest>]>([
    ['service labels (O-E1)', { labels: [['a', 'b']] }],
    ['replicas', { replicas: 9 }],
    ['the update config', { update: { parallelism: 3 } }],
    ['the rollback config', { rollback: { parallelism: 3 } }],
    ['an endpoint block that says the default', { endpoint: {} }],
    ['constraints its node meets (O-E5)', { placement: { constraints: ['node.labels.tier == web'] } }],
    ['the limit of replicas per node (O-E8)', { placement: { maxReplicas: 1 } }],
    ['a constraint nobody can read (R-O19)', { placement: { constraints: ['nonsense'] } }],
  ])('not after a change of %s (R-O12, R-O14)', (_, after) => {
    expect(dirty({}, after)).toBe(false);
  });

  it('when its node does not meet the new constraints, or it has no node (O-E6, R-O14)', () => {
    const after = { placement: { constraints: ['node.labels.tier == web'] } };
    expect(dirty({}, after, { nodeId: 'n2' })).toBe(true);
    expect(dirty({}, after, { nodeId: '' })).toBe(true);
    expect(dirty({}, { placement: { constraints: ['node.nonsense == web'] } })).toBe(true);
  });

  it('but not when a port is published along with a constraint its node meets (O-E7, R-O15)', () => {
    const placement = { constraints: ['node.labels.tier == web'] };
    expect(dirty({}, { placement, endpoint: { ports: [port] } })).toBe(false);
  });

  it('by registry credentials only before its image is pulled, or once it has ended (O-E9, R-O16)', () => {
    const after = { container: { registryAuth: 'secret' } };
    expect(dirty({}, after, { state: TaskState.Running })).toBe(false);
    expect(dirty({}, after, { state: TaskState.Preparing })).toBe(true);
    expect(dirty({}, after, { state: TaskState.Failed })).toBe(true);
    expect(dirty({}, after, { desiredState: TaskState.Shutdown })).toBe(true);
  });

  it('never with the service version it was made from', () => {
    expect(dirty({}, { image: 'v2' }, { specVersion: 7 })).toBe(false);
  });
});
