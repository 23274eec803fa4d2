// Sixty seconds: how long an old task may hold up a new one.
//
// The old task has two minutes to stop, and needs 90 s. Watch its successor: it waits for that, but no longer than a minute, and then it starts;
// for half a minute one slot has two containers. And watch the update: it is completed while the old container still runs.

import type { Scenario } from 'swarmlab';

export default {
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
} satisfies Scenario;
