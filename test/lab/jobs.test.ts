// Jobs as a script creates, scales, sees and explains them (R-O71, R-O72, O-E76).

import { expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { passes } from './play.ts';

const small = { managers: 1, workers: 2 };

function createImage(lab: Lab): void {
  lab.image('backup', { pull: '1s', start: '0s', exits: { after: '10s', code: 0 } });
}

/** `replicas` of the service, as `docker service ls` shows them. */
function shown(lab: Lab, name: string): string | undefined {
  return lab.service.ls().find((service) => service.name === name)?.replicas;
}

test('a replicated job runs so many tasks at a time, and no more than asked for in all', () => {
  const { texts } = passes(small, (lab) => {
    createImage(lab);
    lab.service.create('backup', { image: 'backup', mode: 'replicated-job', replicas: 5, maxConcurrent: 2 });
    lab.wait('6s');
    expect(shown(lab, 'backup')).toBe('2/2 (0/5 completed)');
    expect(lab.converged('backup')).toBe(false);
    lab.untilConverged('backup');
    expect(shown(lab, 'backup')).toBe('0/2 (5/5 completed)');
    expect(lab.service.ls()[0]?.mode).toBe('replicated job');
    expect(lab.service.ps('backup').map(({ state }) => state)).toEqual(Array(5).fill('complete'));
  });
  expect(texts.some((text) => text.includes('--mode replicated-job --replicas 5 --max-concurrent 2'))).toBe(
    true,
  );
});

test('a scaled job runs again as a whole, with the new number (R-O71)', () => {
  const { texts } = passes(small, (lab) => {
    createImage(lab);
    lab.service.create('backup', { image: 'backup', mode: 'replicated-job', replicas: 2 });
    lab.untilConverged('backup');
    lab.service.scale('backup', 3);
    expect(shown(lab, 'backup')).toBe('0/2 (0/3 completed)');
    lab.untilConverged('backup');
    expect(shown(lab, 'backup')).toBe('0/2 (3/3 completed)');
  });
  expect(texts.some((text) => text.includes('has replicas 3 to complete (was 2 to complete)'))).toBe(true);
});

test('a global job runs once on every node', () => {
  passes(small, (lab) => {
    createImage(lab);
    lab.service.create('backup', { image: 'backup', mode: 'global-job' });
    lab.wait('6s');
    expect(shown(lab, 'backup')).toBe('3/3 (0/3 completed)');
    lab.untilConverged('backup');
    expect(shown(lab, 'backup')).toBe('0/0 (3/3 completed)');
    expect(lab.explain('backup').line).toBe('backup is done: 3 of 3 tasks are complete.');
  });
});

test('what docker refuses of jobs is refused', () => {
  passes(small, (lab) => {
    createImage(lab);
    const create = (options: Parameters<Lab['service']['create']>[1]) =>
      lab.refusal(() => lab.service.create('x', { image: 'backup', ...options }));
    const configured = 'update and rollback configuration is not supported for jobs';
    expect(create({ mode: 'replicated-job', update: { delay: '5s' } })).toBe(configured);
    expect(create({ mode: 'global-job', rollback: {} })).toBe(configured);
    expect(create({ maxConcurrent: 2 })).toBe('max-concurrent can only be used with replicated-job mode');
    expect(create({ mode: 'global-job', replicas: 2 })).toBe(
      'replicas can only be used with replicated or replicated-job mode',
    );
    expect(create({ mode: 'global', maxReplicasPerNode: 2 })).toBe(
      'replicas-max-per-node can only be used with replicated or replicated-job mode',
    );
    lab.service.create('job', { image: 'backup', mode: 'replicated-job' });
    lab.service.create('all', { image: 'backup', mode: 'global' });
    expect(lab.refusal(() => lab.service.update('job', { replicas: 2 }))).toBe(
      'replicas can only be used with replicated mode',
    );
    expect(lab.refusal(() => lab.service.update('all', { maxConcurrent: 2 }))).toBe(
      'max-concurrent can only be used with replicated-job mode',
    );
    expect(lab.refusal(() => lab.service.scale('all', 2))).toBe(
      'all: scale can only be used with replicated or replicated-job mode',
    );
    lab.service.update('job', { maxConcurrent: 3 });
    expect(lab.inspect('job').spec.mode).toEqual({
      kind: 'replicated-job',
      totalCompletions: 1,
      maxConcurrent: 3,
    });
  });
});
