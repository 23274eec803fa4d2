// The idle newcomer: a machine joins a busy swarm, and nothing moves.
//
// Watch the third worker. It is ready, it is empty, and it stays so: running tasks are never moved for balance. Watch the next two tasks: both
// go there, for it has the fewest of the service. The one way to spread what runs is to replace all of it, and every task restarts for that.

import type { Lab, Scenario } from 'swarmlab';

const workers = ['worker1', 'worker2', 'worker3'];

function spread(lab: Lab): readonly number[] {
  return workers.map((name) => lab.running('web').filter(({ node }) => node === name).length);
}

/** Six tasks on two workers, and a third that joins later. */
function addWorker(lab: Lab): void {
  lab.node.update('manager1', { availability: 'drain' });
  lab.service.create('web', { image: 'nginx:1.27', replicas: 6 });
  lab.untilConverged('web');
  lab.expectEqual('the tasks on each worker', spread(lab), [3, 3, 0]);

  lab.say('A third worker joins. Ten minutes later it still has nothing to do.');
  lab.addMachine('worker3');
  lab.at('worker3').swarm.join('manager1', lab.swarm.joinToken('worker'));
  lab.untilNode('worker3', 'ready');
  lab.wait('10m');
  lab.expectEqual('the tasks on each worker', spread(lab), [3, 3, 0]);
}

export default [
  {
    title: 'The idle newcomer: a node that joins stays empty until something new is placed',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      addWorker(lab);
      lab.say('Two more replicas: both go to the newcomer, which has the fewest tasks of web.');
      lab.service.scale('web', 8);
      lab.untilConverged('web');
      lab.expectEqual('the tasks on each worker', spread(lab), [3, 3, 2]);
    },
  },
  {
    title: 'The idle newcomer: to spread what runs, all of it must restart',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      addWorker(lab);
      lab.say('docker service update --force replaces every task, and each is placed anew.');
      const before = lab.running('web').map(({ id }) => id);
      lab.service.update('web', { force: true });
      lab.untilUpdate('web', 'completed');
      lab.expectEqual('the tasks on each worker', spread(lab), [2, 2, 2]);
      lab.expectEqual(
        'tasks that have not been restarted',
        lab.running('web').filter(({ id }) => before.includes(id)).length,
        0,
      );
    },
  },
] satisfies Scenario[];
