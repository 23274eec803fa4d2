// Doppelgänger: one replica, one slot, two containers, both at work.
//
// Watch the worker whose cable is cut. It hears no manager, so nobody can tell it to stop, and it has no orders but to run. The managers hear
// nothing of it either, take it for dead and start the replacement elsewhere. Both containers are slot 1; the slot is no lock. When the cable
// is mended the old one is stopped: at least once is the promise, not exactly once.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Doppelgänger: a replica that runs twice, and both believe to be the only one',
  cluster: { managers: 1, workers: 2 },

  script(lab) {
    lab.service.create('counter', {
      image: 'counter:1',
      env: ['SLOT={{.Task.Slot}}'],
      mounts: ['data:/data'],
      constraints: ['node.role==worker'],
    });
    lab.untilConverged('counter');
    const { node: first, taskId } = lab.container('counter.1');
    const second = first === 'worker1' ? 'worker2' : 'worker1';
    lab.wait('30s');

    lab.say(`The cable of ${first} is cut. Its container runs on.`);
    lab.isolate(first);
    lab.untilNode(first, 'down');
    lab.untilConverged('counter');
    lab.expectEqual(`containers on ${first}`, lab.containers(first), ['counter.1']);
    lab.expectEqual(`containers on ${second}`, lab.containers(second), ['counter.1']);
    lab.expectEqual('tasks that run, as docker says', lab.running('counter').length, 1);

    lab.say('Both count, and each keeps its own books.');
    lab.volume(first, 'data').write('count', '1');
    lab.volume(second, 'data').write('count', '1');
    lab.wait('10m');
    lab.expectEqual(
      'containers of counter.1',
      [first, second].flatMap((name) => lab.containers(name)).length,
      2,
    );

    lab.say('The cable is mended. The old task is on no list any more, and its container is stopped.');
    lab.heal();
    lab.until('one of them to stop', () => lab.containers(first).length === 0);
    lab.expectEqual('the task that stays', lab.container('counter.1').node, second);
    lab.expect('it is the newer one', lab.container('counter.1').taskId !== taskId);
    lab.expectEqual(
      'what was counted',
      [first, second].map((name) => lab.volume(name, 'data').read('count')),
      ['1', '1'],
    );
  },
} satisfies Scenario;
