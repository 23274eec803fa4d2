// Explanations of services and of their tasks' lives: restarts that are used up, seats that stay empty or are doubled, tasks that were given up.

import { expect, test } from 'vitest';
import { explain } from '../../../src/lab/explain/explain.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { isTerminal, TaskState } from '../../../src/model/state.ts';
import { linkOf, onWorkers, play, reader, sentences } from './stage.ts';

test('a service whose restarts are used up stays down, and the attempts are counted', () => {
  const swarm = play({ managers: 1, workers: 2 }, (lab) => {
    lab.image('c:1', { exits: { after: '1s', code: 3 } });
    lab.service.create('c', { image: 'c:1', restart: { maxAttempts: 2, delay: '1s' } });
    lab.wait('60s');
  });
  expect(explain(swarm.world, 'c.1').line).toBe('c.1 stays down: its 2 restart attempts of 2 are used up.');
  expect(explain(swarm.world, 'c').line).toBe('c runs 0 of 1 tasks: c.1 is not replaced.');
});

test('a task that was replaced has not stayed down, whatever became of the others (R-O111)', () => {
  const swarm = play({ managers: 1, workers: 2 }, (lab) => {
    lab.image('c:1', { exits: { after: '1s', code: 3 } });
    lab.service.create('c', { image: 'c:1', restart: { maxAttempts: 2, delay: '1s' } });
    lab.wait('60s');
    lab.service.update('c', { image: 'c:2' });
    lab.untilConverged();
  });
  const failed = reader(swarm)
    .list('task')
    .filter(({ status }) => status.state === TaskState.Failed);
  expect(failed).toHaveLength(2);
  for (const { id } of failed) {
    expect(explain(swarm.world, id)).toMatchObject({
      line: expect.stringMatching(/^c\.1 is failed on \w+: "task: non-zero exit \(3\)"\.$/),
      next: 'Nothing: the task is history.',
    });
  }
});

test('a service that runs too many names a seat with two tasks, and an update trims it (R-O79, R-O105)', () => {
  const update = { order: 'start-first', parallelism: 0, failureAction: 'continue' } as const;
  const overfill = (lab: Lab) => {
    lab.image('w:2', { startError: 'no' });
    lab.service.create('w', { image: 'w:1', replicas: 2, update, restart: { delay: '1s' } });
    lab.untilConverged();
    lab.service.update('w', { image: 'w:2' });
    lab.wait('500ms');
    // The same once more: the update goes on without a status, and ends without a trim.
    lab.service.update('w', { image: 'w:2' });
    lab.wait('60s');
    lab.image('w:2', {});
    lab.wait('60s');
  };
  const { line, next } = explain(play({ managers: 1, workers: 2 }, overfill).world, 'w');
  expect(line).toMatch(/^w runs 4 tasks, for w\.[12] runs twice, and nobody trims it\.$/);
  expect(next).toBe('Nothing, until the service is updated.');
  const under = play({ managers: 1, workers: 2 }, (lab) => {
    lab.service.create('w', {
      image: 'w:1',
      replicas: 2,
      update: { ...update, delay: '10s', parallelism: 1 },
    });
    lab.untilConverged();
    lab.image('w:1', { stop: '9s' });
    lab.service.update('w', { image: 'w:3' });
    lab.wait('500ms');
    lab.service.update('w', { image: 'w:3' });
    lab.until('both', () => lab.running('w').length === 3);
  });
  expect(explain(under.world, 'w').line).not.toContain('nobody');
  const trimmed = play({ managers: 1, workers: 2 }, (lab) => {
    overfill(lab);
    lab.service.update('w', { labels: { trim: '1' } });
    lab.wait('60s');
  });
  expect(explain(trimmed.world, 'w').line).toMatch(/^The updater reports completed: 2 slots updated/);
  expect(
    reader(trimmed)
      .list('task')
      .filter(({ desiredState }) => desiredState <= TaskState.Running),
  ).toHaveLength(2);
});

test('the seat that stays empty is named, and not a task that runs (R-O21)', () => {
  const swarm = play({ managers: 1, workers: 2 }, (lab) => {
    lab.service.create('n', { image: 'n:1', replicas: 4, restart: { condition: 'none' } });
    lab.untilConverged();
    lab.node.update('worker1', { availability: 'drain' });
    lab.wait('30s');
    lab.service.scale('n', 6);
    lab.wait('30s');
  });
  const ended = reader(swarm)
    .list('task')
    .find(({ desiredState }) => desiredState > TaskState.Running);
  const { line, next } = explain(swarm.world, 'n');
  expect(line).toBe(`n runs 5 of 6 tasks: n.${ended?.slot} is not replaced.`);
  expect(next).toBe('Nothing: the restart condition is none.');
});

test('so is the seat of a global service, on a node that is to have a task (R-O21)', () => {
  const swarm = play({ managers: 1, workers: 2 }, (lab) => {
    const restart = { condition: 'none' } as const;
    lab.image('g:1', { exits: { after: '5s', code: 3 } }, { on: 'worker2' });
    lab.service.create('g', { image: 'g:1', mode: 'global', constraints: ['node.role==worker'], restart });
    lab.wait('30s');
  });
  expect(explain(swarm.world, 'g').line).toBe('g runs 1 of 2 tasks: g.worker2 is not replaced.');
});

test('a node that is drained has no seat to be filled', () => {
  const swarm = play({ managers: 1, workers: 2 }, (lab) => {
    lab.service.create('g', { image: 'g:1', mode: 'global', constraints: ['node.role==worker'] });
    lab.untilConverged();
    lab.node.update('worker2', { availability: 'drain' });
    lab.wait('30s');
  });
  expect(explain(swarm.world, 'g').line).toBe('g runs 1 of 1 tasks: nothing is left to do.');
});

/** Start-first without room: the new task waits, an update by force gives it up, and a rollback takes it up again. */
function giveUp(lab: Lab): void {
  const update = { order: 'start-first' } as const;
  lab.service.create('w', { image: 'w:1', replicas: 2, maxReplicasPerNode: 1, update, ...onWorkers });
  lab.untilConverged();
  lab.service.update('w', { image: 'w:2' });
  lab.wait('10s');
  lab.service.update('w', { force: true });
  lab.wait('10s');
  lab.service.rollback('w');
  lab.wait('30s');
}

test('a task that was given up is told, after a rollback too; its name means the one that is to run (R-S38)', () => {
  const swarm = play({ managers: 1, workers: 2 }, giveUp);
  const { line, rule, nodes } = explain(swarm.world, 'w.1');
  expect(line).toBe(
    'w.1 waits, and nobody looks at it again: it was refused after an update of its service.',
  );
  expect(rule?.reference).toBe('R-S38');
  expect(nodes?.some(({ rejected }) => rejected.length === 0)).toBe(true);
});

test('a waiting task that is to stop is left alone by the next leader, and that is told (R-S3)', () => {
  const swarm = play({ managers: 3, workers: 1 }, (lab) => {
    lab.service.create('w', { image: 'w:1', ...onWorkers });
    lab.untilConverged();
    lab.service.update('w', { image: 'w:2', reserveCpus: 64 });
    lab.wait('10s');
    lab.service.rollback('w');
    lab.wait('2s');
    lab.crash('manager1');
    lab.wait('1m');
  });
  const waiting = reader(swarm)
    .list('task')
    .find(({ status }) => status.state === TaskState.Pending);
  const { line, rule } = explain(swarm.world, waiting?.id ?? '');
  expect(line).toBe('w.1 waits, and nobody looks at it: it was to stop when this manager took over.');
  expect(rule?.reference).toBe('R-S3');
});

test('a job that goes on is told in 18 words, and its tasks are let start, not stopped (R-O59)', () => {
  const swarm = play({ managers: 1, workers: 1 }, (lab) => {
    lab.image('j:1', { exits: { after: '2s', code: 1 } });
    lab.service.create('job', { image: 'j:1', mode: 'replicated-job', replicas: 9, maxConcurrent: 2 });
    lab.wait('12s');
  });
  expect(explain(swarm.world, 'job').line).toBe(
    'job is under way: 0 of 9 tasks are complete, 2 under way of at most 2.',
  );
  const explanation = explain(swarm.world, 'job.1');
  linkOf(explanation, /^The restart supervisor lets job\.1 start\.$/);
  expect(sentences(explanation).filter((sentence) => sentence.endsWith('to stop.'))).toEqual([]);
});

test('a task that never had a node is written off by the scheduler, and was placed by nobody (R-O9)', () => {
  const swarm = play({ managers: 1, workers: 1 }, (lab) => {
    lab.service.create('w', { image: 'w:1', reserveCpus: 64 });
    lab.wait('5s');
    lab.service.update('w', { image: 'w:2' });
    lab.wait('5s');
  });
  const { id = '' } =
    reader(swarm)
      .list('task')
      .find(({ status }) => isTerminal(status.state)) ?? {};
  for (const subject of [id, `placement ${id}`]) {
    const explanation = explain(swarm.world, subject);
    expect(explanation.decidedBy).toBeUndefined();
    linkOf(explanation, /^The scheduler writes off w\.1: it is to stop and has no node\.$/);
  }
});

test('what a removed node ran is given up by the control API, and the node is no node any more (R-O36, R-O52)', () => {
  const swarm = play({ managers: 1, workers: 1 }, (lab) => {
    lab.service.create('db', { image: 'd:1', ...onWorkers });
    lab.service.create('agent', { image: 'a:1', mode: 'global' });
    lab.untilConverged();
    lab.node.remove('worker1', { force: true });
    lab.wait('10s');
  });
  const { id = '' } =
    reader(swarm)
      .list('task')
      .find(({ status }) => status.state === TaskState.Orphaned) ?? {};
  linkOf(explain(swarm.world, id), /^The control API gives up db\.1, for its node is removed\.$/);
  const absent = explain(swarm.world, 'why-not worker1 for agent');
  expect(absent.line).toBe('worker1 is no node of the swarm, so agent has no task there.');
  linkOf(absent, /^The manager manager1 removes worker1\.$/);
  const gone = explain(swarm.world, 'agent.worker1');
  expect(gone.line).toBe('agent.worker1 is gone: it was deleted before it had ended.');
  linkOf(gone, /^The orchestrator deletes agent\.worker1\.$/);
});
