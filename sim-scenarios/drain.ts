// Three ways to hold a node: active, pause and drain; and what comes back by itself, which is nothing.
//
// Watch the drain: every task of the node is told to stop and gets a replacement in the same moment, with no regard to how many still run.
// Watch the node afterwards: active again, it stays empty, for running tasks are never moved; the next new task prefers it.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Drain: a node is emptied, comes back, and stays empty',
  cluster: { managers: 1, workers: 3 },

  script(lab) {
    const on = (node: string) => lab.running('web').filter((task) => task.node === node).length;
    const spread = () => ['worker1', 'worker2', 'worker3'].map(on);

    lab.say('The manager is drained: it leads, and runs no tasks of services.');
    lab.node.update('manager1', { availability: 'drain' });
    lab.service.create('web', { image: 'nginx:1.27', replicas: 6 });
    lab.untilConverged('web');
    lab.expectEqual('the tasks on worker1, worker2, worker3', spread(), [2, 2, 2]);

    lab.say('worker1 is drained. Both its tasks stop at once, and start elsewhere once they have stopped.');
    lab.node.update('worker1', { availability: 'drain' });
    let fewest = 6;
    lab.until('web to converge', () => {
      const running = lab.running('web').length;
      fewest = Math.min(fewest, running);
      return lab.converged('web');
    });
    lab.expectEqual('the fewest tasks that ran', fewest, 4);
    lab.expectEqual('the tasks on worker1, worker2, worker3', spread(), [0, 3, 3]);
    lab.expectEqual('the containers on worker1', lab.containers('worker1'), []);

    lab.say('worker1 is active again. Ten minutes later it is still empty: nothing is moved for balance.');
    lab.node.update('worker1', { availability: 'active' });
    lab.wait('10m');
    lab.expectEqual('the tasks on worker1, worker2, worker3', spread(), [0, 3, 3]);

    lab.say('New tasks prefer it: it has the fewest tasks of web.');
    lab.service.scale('web', 8);
    lab.untilConverged('web');
    lab.expectEqual('the tasks on worker1, worker2, worker3', spread(), [2, 3, 3]);

    lab.say('worker2 is paused: its tasks run on, and it gets no new ones.');
    lab.node.update('worker2', { availability: 'pause' });
    lab.service.scale('web', 12);
    lab.untilConverged('web');
    lab.expectEqual('the tasks on worker2', on('worker2'), 3);
    lab.expectEqual('the tasks on worker1 and worker3', on('worker1') + on('worker3'), 9);

    lab.say('A task that dies there starts again elsewhere, 5 s later.');
    const [victim] = lab.containers('worker2');
    lab.at('worker2').kill(victim ?? '');
    lab.until('the task to fail', () => lab.running('web').length === 11);
    const died = lab.seconds;
    lab.untilConverged('web');
    lab.expect('its replacement ran 5 s later at the earliest', lab.seconds - died >= 5);
    lab.expectEqual('the tasks on worker2', on('worker2'), 2);

    lab.say('Active: nothing comes back. docker service update --force places every task anew.');
    lab.node.update('worker2', { availability: 'active' });
    lab.wait('5m');
    lab.expectEqual('the tasks on worker2', on('worker2'), 2);
    lab.service.update('web', { force: true });
    lab.untilUpdate('web', 'completed');
    lab.expectEqual('the tasks on worker1, worker2, worker3', spread(), [4, 4, 4]);
  },
} satisfies Scenario;
