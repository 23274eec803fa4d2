// Sixty seconds: what running means, and how long an old task may hold up a new one.
//
// Watch the first run. With a health check a task is starting until the check is passed, and an update waits for that before it goes on to the
// next one; without a check running means that the program has been started, and the update is over while none is ready. Watch the second
// run: the old task has two minutes to stop, and needs 90 s. Its successor waits for it, but not longer than a minute: then both run.

import type { Lab, Scenario } from 'swarmlab';

/** Updates web to `image`; the fewest tasks that were ready meanwhile. A task is ready 8 s after it has been started. */
function update(lab: Lab, image: string): number {
  const started = new Map<string, number>();
  let fewest = 3;
  lab.service.update('web', { image });
  lab.until('the update to be completed', () => {
    const alive = lab
      .tasks('web')
      .filter(({ state, desired }) => desired === 'running' && (state === 'running' || state === 'starting'));
    for (const { id } of alive) started.set(id, started.get(id) ?? lab.seconds);
    const ready = alive.filter(
      ({ id, image: of }) => of !== image || lab.seconds >= (started.get(id) ?? 0) + 8,
    );
    fewest = Math.min(fewest, ready.length);
    return lab.updateStatus('web')?.state === 'completed';
  });
  return fewest;
}

function begin(lab: Lab): void {
  lab.service.create('web', {
    image: 'web:1',
    replicas: 3,
    constraints: ['node.role==worker'],
    update: { order: 'start-first' },
  });
  lab.untilConverged('web');
}

export default [
  {
    title: 'Sixty seconds: without a health check an update goes on while nothing is ready',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      begin(lab);
      lab.say('web:2 needs 8 s until it can serve, and nobody checks. Running means started.');
      const fewest = update(lab, 'web:2');
      lab.expectEqual('the fewest tasks that could serve', fewest, 0);

      lab.say('web:3 needs as long, and has a health check: its tasks are starting until it passes.');
      lab.image('web:3', { health: { after: '8s' } });
      lab.expectEqual('the fewest tasks that could serve', update(lab, 'web:3'), 3);
    },
  },
  {
    title: 'Sixty seconds: a task that stops slowly holds up its successor for a minute, and then both run',
    cluster: { managers: 1, workers: 1 },

    script(lab) {
      lab.image('web:1', { stop: '90s' });
      lab.service.create('web', {
        image: 'web:1',
        constraints: ['node.role==worker'],
        stopGracePeriod: '2m',
      });
      lab.untilConverged('web');
      lab.service.update('web', { image: 'web:2' });
      const begun = lab.seconds;
      lab.until('the new task to run', () => lab.running('web').some(({ image }) => image === 'web:2'));
      const waited = lab.seconds - begun;
      lab.expect(`the new task waited a minute (${waited.toFixed(1)} s)`, waited >= 60 && waited < 61.5);
      lab.expectEqual('the containers of web.1', lab.containers('worker1'), ['web.1', 'web.1']);
      lab.untilUpdate('web', 'completed');
      lab.expectEqual('containers when the update is completed', lab.containers('worker1').length, 2);
      lab.until('the old one to stop', () => lab.containers('worker1').length === 1);
      const overlap = lab.seconds - begun - waited;
      lab.expect(`both ran for half a minute (${overlap.toFixed(1)} s)`, overlap > 28 && overlap < 32);
    },
  },
] satisfies Scenario[];
