// An update that fails, three times: it pauses, it rolls back, and it is tolerated.
//
// Five replicas, two at a time, each watched for 20 s, at most 0.2 of them may fail. Watch the first update: it does not roll back. The
// options of a rollback only say how one goes that has begun; what begins it is --update-failure-action rollback, and the default is
// pause. Watch the last one: one failure of five is 0.20, and 0.20 is not greater than 0.20.

import type { Scenario } from 'swarmlab';

const workers = ['worker1', 'worker2', 'worker3', 'worker4', 'worker5'];

export default {
  title: 'Rollback: paused by default, rolled back on request, one failure of five tolerated',
  cluster: { managers: 1, workers: 5 },

  script(lab) {
    const images = () => lab.running('web').map(({ image }) => image);
    const count = (image: string) => images().filter((each) => each === image).length;

    lab.service.create('web', {
      image: 'app:1',
      replicas: 5,
      constraints: ['node.role==worker'],
      maxReplicasPerNode: 1,
      update: { parallelism: 2, delay: '15s', monitor: '20s', maxFailureRatio: 0.2 },
      rollback: { parallelism: 2, monitor: '20s', maxFailureRatio: 0.2 },
    });
    lab.untilConverged('web');

    lab.say('app:2 exits 10 s after it has started. Two tasks get it, and both fail: 2 of 5 is 0.40.');
    lab.image('app:2', { exits: { after: '10s', code: 1 } });
    lab.service.update('web', { image: 'app:2' });
    lab.untilUpdate('web', 'paused');
    const failed = lab.tasks('web').filter(({ state }) => state === 'failed');
    lab.expectEqual('the number of failed tasks', failed.length, 2);
    lab.expect(
      'docker names one of them',
      failed.some(
        ({ id }) => lab.updateStatus('web')?.message.endsWith(`termination of task ${id}`) === true,
      ),
    );
    lab.say('The failure action is pause, the default: nothing goes back, three tasks keep app:1.');
    lab.wait('1m');
    lab.expectEqual('the state of the update', lab.updateStatus('web')?.state, 'paused');
    lab.expectEqual('the number of tasks with app:1', count('app:1'), 3);

    lab.say('The operator goes back by hand.');
    lab.service.rollback('web');
    lab.untilUpdate('web', 'rollback_completed');
    lab.expectEqual('the number of tasks with app:1', count('app:1'), 5);

    lab.say('The same update again, with --update-failure-action rollback.');
    lab.service.update('web', { update: { failureAction: 'rollback' } });
    lab.service.update('web', { image: 'app:2' });
    lab.untilUpdate('web', 'rollback_started');
    lab.expectEqual('the image the service asks for', lab.inspect('web').spec.task.container.image, 'app:1');
    lab.untilUpdate('web', 'rollback_completed');
    lab.expectEqual('the number of tasks with app:1', count('app:1'), 5);
    lab.expectEqual(
      'a second rollback',
      lab.refusal(() => lab.service.rollback('web')),
      `Error response from daemon: rpc error: code = FailedPrecondition desc = service ${lab.inspect('web').id} does not have a previous spec`,
    );

    lab.say('app:3 is good, but on worker1 it fails once: 1 of 5 is 0.20, which is not greater than 0.20.');
    lab.image('app:3', { exits: { after: '10s', code: 1 } }, { on: 'worker1' });
    lab.service.update('web', { image: 'app:3' });
    lab.until(
      'a failed task of app:3',
      () => lab.tasks('web').some(({ image, state }) => image === 'app:3' && state === 'failed'),
      '10m',
    );
    lab.image('app:3', {}, { on: 'worker1' });
    lab.untilUpdate('web', 'completed');
    lab.untilConverged('web');
    lab.expectEqual('the number of tasks with app:3', count('app:3'), 5);
    lab.expectEqual(
      'the nodes of web',
      lab
        .running('web')
        .map(({ node }) => node)
        .toSorted(),
      workers,
    );
  },
} satisfies Scenario;
