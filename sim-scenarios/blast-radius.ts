// Blast radius: how much of a service a bad version replaces before the first crash is seen.
//
// The bad version exits after 10 s. Watch the first run: the monitor period of 20 s does not hold back the next task, and all five are
// replaced before the first of them falls. Watch the second: a delay of 15 s does, and three tasks keep the old version. Watch the third: the
// paused update goes on, and what it counts has shrunk. One failure of five is tolerated; one of the three that are left is not.

import type { Lab, Scenario } from 'swarmlab';

const limits = { monitor: '20s', maxFailureRatio: 0.2 };

function begin(lab: Lab, update: { readonly parallelism: number; readonly delay: string }): void {
  lab.image('app:2', { pull: '1s', exits: { after: '10s', code: 1 } });
  lab.service.create('app', {
    image: 'app:1',
    replicas: 5,
    constraints: ['node.role==worker'],
    update: { ...limits, ...update },
  });
  lab.untilConverged('app');
  lab.say('app:2 starts well, and exits 10 s later.');
  lab.service.update('app', { image: 'app:2' });
}

/** In how many slots the task of now has an image. */
function slotsOf(lab: Lab, image: string): number {
  return new Set(
    lab
      .tasks('app')
      .filter((task) => task.image === image && task.desired !== 'shutdown')
      .map(({ slot }) => slot),
  ).size;
}

export default [
  {
    title: 'Blast radius: without a delay all five are replaced before the first one crashes',
    cluster: { managers: 1, workers: 5 },

    script(lab) {
      begin(lab, { parallelism: 2, delay: '0s' });
      lab.until('the first crash', () => lab.tasks('app').some(({ state }) => state === 'failed'));
      lab.expectEqual('slots with app:2', slotsOf(lab, 'app:2'), 5);
      lab.expectEqual(
        'tasks of app:1 that run',
        lab.running('app').filter(({ image }) => image === 'app:1').length,
        0,
      );
      lab.untilUpdate('app', 'paused');
      lab.say('Paused, and nothing is left to save.');
    },
  },
  {
    title: 'Blast radius: a delay longer than the crash takes costs two, and three are saved',
    cluster: { managers: 1, workers: 5 },

    script(lab) {
      begin(lab, { parallelism: 2, delay: '15s' });
      lab.untilUpdate('app', 'paused');
      lab.wait('1m');
      lab.expectEqual(
        'tasks of app:1 that run',
        lab.running('app').filter(({ image }) => image === 'app:1').length,
        3,
      );
      lab.expectEqual('slots with app:2', slotsOf(lab, 'app:2'), 2);
    },
  },
  {
    title: 'Blast radius: an update that goes on after a pause counts only what was left',
    cluster: { managers: 1, workers: 5 },

    script(lab) {
      begin(lab, { parallelism: 1, delay: '15s' });
      lab.until('the first crash', () => lab.tasks('app').some(({ state }) => state === 'failed'));
      lab.say('1 of 5 is 0.20, and 0.20 is not greater than 0.20: the update goes on.');
      lab.wait('1s');
      lab.expectEqual('the state of the update', lab.updateStatus('app')?.state, 'updating');
      lab.untilUpdate('app', 'paused');
      lab.expectEqual('slots with app:1', slotsOf(lab, 'app:1'), 3);

      lab.say(
        'The same update again goes on where it was. Three slots are left: the next failure is 1 of 3.',
      );
      const before = lab.updateStatus('app')?.message;
      // The updater serves its delay before it ends, and takes the same spec for its own until then.
      lab.wait('20s');
      lab.service.update('app', {});
      lab.untilUpdate('app', 'updating');
      lab.untilUpdate('app', 'paused');
      lab.expect('for another task', lab.updateStatus('app')?.message !== before);
      lab.expectEqual('slots with app:1', slotsOf(lab, 'app:1'), 2);
    },
  },
] satisfies Scenario[];
