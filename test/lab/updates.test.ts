// The traps of updates, in a whole swarm: scheduler, agents and network are the real ones, so what is written here is what a user would see.

import { describe, expect, test } from 'vitest';
import type { ClusterRequest } from '../../src/lab/cluster.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { play } from './play.ts';

/** Runs a script, which must not fail. */
function stage(cluster: ClusterRequest, script: (lab: Lab) => void): void {
  expect(play(cluster, script).outcome.failure).toBeUndefined();
}

/** Every state and message that the update of a service has had since the last look, in order. */
function watchStatus(lab: Lab, service: string, until: () => boolean, limit = '10m'): readonly string[] {
  const seen: string[] = [];
  lab.until(
    'what is waited for',
    () => {
      const status = lab.updateStatus(service);
      const text = status === undefined ? '-' : `${status.state}: ${status.message}`;
      if (seen.at(-1) !== text) seen.push(text);
      return until();
    },
    limit,
  );
  return seen;
}

const onWorkers = { constraints: ['node.role==worker'] };

describe('an update', () => {
  test('has these states and messages, in order, to a rollback that fails as well', () => {
    stage({ managers: 1, workers: 3 }, (lab) => {
      lab.service.create('web', {
        image: 'app:1',
        replicas: 3,
        ...onWorkers,
        update: { failureAction: 'rollback' },
      });
      lab.untilConverged('web');
      expect(lab.updateStatus('web')).toBeUndefined();
      const versions = () => {
        const { spec, previousSpec, specVersion, previousSpecVersion } = lab.inspect('web');
        return {
          image: spec.task.container.image,
          previous: previousSpec?.task.container.image,
          specVersion,
          previousSpecVersion,
        };
      };
      const first = versions();
      expect(first).toMatchObject({ image: 'app:1', previous: undefined, previousSpecVersion: undefined });

      lab.image('app:2', { exits: { after: '1s', code: 1 } });
      lab.image('app:1', { exits: { after: '1s', code: 1 } });
      lab.service.update('web', { image: 'app:2' });
      const second = versions();
      expect(second).toMatchObject({ previous: 'app:1', previousSpecVersion: first.specVersion });
      expect(second.specVersion).toBeGreaterThan(first.specVersion);
      const seen = watchStatus(lab, 'web', () => lab.updateStatus('web')?.state === 'rollback_paused');
      expect(seen.map((text) => text.replace(/ [a-z0-9]{25}$/, ' ID'))).toEqual([
        '-',
        'updating: update in progress',
        'rollback_started: update rolled back due to failure or early termination of task ID',
        'rollback_paused: update paused due to failure or early termination of task ID',
      ]);
      expect(versions()).toEqual(first);
    });
  });

  test('by --force replaces every task and counts up, with no other change', () => {
    stage({ managers: 1, workers: 2 }, (lab) => {
      lab.service.create('web', { image: 'app:1', replicas: 2 });
      lab.untilConverged('web');
      const before = lab.running('web').map(({ id }) => id);
      const { task: old } = lab.inspect('web').spec;
      lab.service.update('web', { force: true });
      const seen = watchStatus(lab, 'web', () => lab.updateStatus('web')?.state === 'completed');
      expect(seen).toEqual(['-', 'updating: update in progress', 'completed: update completed']);
      expect(lab.running('web').filter(({ id }) => before.includes(id))).toEqual([]);
      expect(lab.inspect('web').spec.task).toEqual({ ...old, forceUpdate: 1 });
    });
  });

  test('that is superseded goes on to the new version in every slot, and forgets the first (O-E101)', () => {
    stage({ managers: 1, workers: 3 }, (lab) => {
      lab.service.create('web', { image: 'app:1', replicas: 3, update: { delay: '20s' } });
      lab.untilConverged('web');
      lab.service.update('web', { image: 'app:2' });
      lab.until('the first slot', () => lab.running('web').some(({ image }) => image === 'app:2'));
      lab.service.update('web', { image: 'app:3' });
      lab.untilUpdate('web', 'completed');
      expect(lab.running('web').map(({ image }) => image)).toEqual(['app:3', 'app:3', 'app:3']);
      lab.service.rollback('web');
      lab.untilUpdate('web', 'rollback_completed');
      expect(lab.running('web').map(({ image }) => image)).toEqual(['app:2', 'app:2', 'app:2']);
    });
  });

  test('of a global service waits for ever for a task that nobody wants any more (R-O9, R-O80)', () => {
    const cluster = { managers: 1, workers: 2, nodes: { worker1: { cpus: 4 }, worker2: { cpus: 4 } } };
    stage(cluster, (lab) => {
      const place = (node: string) => ({ constraints: [`node.hostname==${node}`] });
      lab.service.create('agent', { image: 'agent:1', mode: 'global', ...onWorkers });
      lab.service.create('hog', { image: 'hog:1', reserveCpus: 3, ...place('worker1') });
      lab.untilConverged();
      lab.service.update('agent', { reserveCpus: 2 });
      const waiting = () => lab.tasks('agent').find(({ state }) => state === 'pending');
      lab.until('a task that waits', () => waiting()?.error === 'insufficient resources on 1 node');
      expect(waiting()?.node).toBe('worker1');

      // Its node is drained: the task is to shut down, and never had a node that could do it.
      lab.node.update('worker1', { availability: 'drain' });
      lab.wait('1h');
      expect(waiting()).toMatchObject({ desired: 'shutdown' });
      expect(lab.updateStatus('agent')?.state).toBe('updating');

      // Once there is room it is assigned, for the scheduler does not mind, and shut down there: that is an end, and too early.
      lab.service.remove('hog');
      lab.node.update('worker1', { availability: 'active' });
      lab.untilUpdate('agent', 'paused');
      expect(waiting()).toBeUndefined();
    });
  });
});
