import { expect, test } from 'vitest';
import * as defaults from '../../src/model/defaults.ts';
import { noLabels } from '../../src/model/labels.ts';

const { serviceSpec, updateConfig, restartPolicy, emptyPlacement, emptyResources } = defaults;

test('what was not asked for stays absent', () => {
  const spec = serviceSpec({ name: 'web', image: 'nginx' });
  for (const block of ['update', 'rollback', 'endpoint']) expect(spec).not.toHaveProperty(block);
  expect(spec.task).not.toHaveProperty('restart');
  expect(spec.mode).toEqual({ kind: 'replicated', replicas: 1 });
});

test('a block that was asked for in part is complete', () => {
  const spec = serviceSpec({
    name: 'web',
    image: 'nginx',
    replicas: 3,
    update: { parallelism: 2 },
    restart: { condition: 'none' },
    placement: { maxReplicas: 1 },
    reservations: { nanoCpus: 1e9 },
    endpoint: {},
  });
  expect(spec.mode).toEqual({ kind: 'replicated', replicas: 3 });
  expect(spec.update).toEqual(updateConfig({ parallelism: 2 }));
  expect(spec.task.restart).toEqual(restartPolicy({ condition: 'none' }));
  expect(spec.task.placement).toEqual({ ...emptyPlacement, maxReplicas: 1 });
  expect(spec.task.reservations).toEqual({ ...emptyResources, nanoCpus: 1e9 });
  expect(spec.endpoint).toEqual({ mode: 'vip', ports: [] });
});

test('shared constants are frozen all the way down', () => {
  const check = (value: unknown, name: string) => {
    if (typeof value !== 'object' || value === null) return;
    expect(Object.isFrozen(value), name).toBe(true);
    for (const [key, part] of Object.entries(value)) check(part, `${name}.${key}`);
  };
  check(noLabels, 'noLabels');
  for (const [name, value] of Object.entries(defaults)) check(value, name);
});
