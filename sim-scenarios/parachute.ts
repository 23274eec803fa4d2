// The parachute: a rollback has knobs of its own, and its own arithmetic.
//
// Watch the first run. Two of five tasks get a bad version and fail, so the update rolls back. The old version has gone bad meanwhile, too: a
// single failure of the rollback pauses it, although 0.2 is allowed and five replicas are asked for. Only the two slots that had been changed
// are counted, and 1 of 2 is 0.50. Watch the second run: two rollbacks by hand cancel each other out, for each keeps what it replaces.

import type { Lab, Scenario } from 'swarmlab';

const workers = ['worker1', 'worker2', 'worker3', 'worker4', 'worker5'];

function images(lab: Lab): readonly string[] {
  return lab.running('web').map(({ image }) => image);
}

export default [
  {
    title: 'The parachute: one failure of a rollback is one of two, not one of five',
    cluster: { managers: 1, workers: 5 },

    script(lab) {
      const limits = { parallelism: 2, monitor: '20s', maxFailureRatio: 0.2 };
      lab.service.create('web', {
        image: 'app:1',
        replicas: 5,
        constraints: ['node.role==worker'],
        maxReplicasPerNode: 1,
        update: { ...limits, delay: '15s', failureAction: 'rollback' },
        rollback: limits,
      });
      lab.untilConverged('web');

      lab.say(
        'app:2 exits 10 s after it has started; and app:1, should it ever be started again, after 5 s.',
      );
      lab.image('app:2', { exits: { after: '10s', code: 1 } });
      for (const on of workers) lab.image('app:1', { exits: { after: '5s', code: 1 } }, { on });
      lab.service.update('web', { image: 'app:2' });
      lab.untilUpdate('web', 'rollback_started');
      lab.expect(
        'docker says that tasks have failed',
        lab
          .updateStatus('web')
          ?.message.startsWith('update rolled back due to failure or early termination of task ') === true,
      );
      lab.expectEqual(
        'the image that the service asks for',
        lab.inspect('web').spec.task.container.image,
        'app:1',
      );

      lab.untilUpdate('web', 'rollback_paused');
      const status = lab.updateStatus('web');
      const fallen = lab.tasks('web').find(({ id }) => status?.message.endsWith(id) === true);
      lab.expectEqual('the image of the task that it names', fallen?.image, 'app:1');
      lab.expectEqual(
        'what docker says of it',
        status?.message,
        `update paused due to failure or early termination of task ${fallen?.id}`,
      );
      lab.expect('the other three have run app:1 all the time', images(lab).length >= 3);
      lab.explain('web');

      lab.say('The rollback has used up the previous spec. There is nothing to go back to.');
      lab.expect(
        'another rollback is refused',
        lab.refusal(() => lab.service.rollback('web'))?.endsWith('does not have a previous spec') === true,
      );
    },
  },
  {
    title: 'The parachute: two rollbacks by hand are none',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      lab.service.create('web', { image: 'app:1', replicas: 2 });
      lab.untilConverged('web');
      const created = lab.inspect('web');
      lab.expectEqual('the previous spec of a new service', created.previousSpec, undefined);
      lab.service.update('web', { image: 'app:2' });
      lab.untilUpdate('web', 'completed');
      lab.expectEqual('the previous image', lab.inspect('web').previousSpec?.task.container.image, 'app:1');

      for (const image of ['app:1', 'app:2', 'app:1']) {
        lab.service.rollback('web');
        lab.expectEqual('why it rolls back', lab.updateStatus('web')?.message, 'manually requested rollback');
        lab.untilUpdate('web', 'rollback_completed');
        lab.expectEqual('what runs', images(lab), [image, image]);
      }
      lab.expectEqual('the spec version', lab.inspect('web').specVersion, created.specVersion);

      lab.say(
        'Any update makes a new previous spec: after a change of labels a rollback goes back to app:1 itself.',
      );
      lab.service.update('web', { labels: { team: 'blue' } });
      lab.service.rollback('web');
      lab.untilUpdate('web', 'rollback_completed');
      lab.expectEqual('what runs', images(lab), ['app:1', 'app:1']);
      lab.expectEqual('the labels', lab.inspect('web').spec.labels, []);
    },
  },
] satisfies Scenario[];
