// Clocks that do not run at the right speed: whom does it hurt?
//
// Watch the worker: a fast clock makes it send heartbeats ten times as often, which nobody notices; a slow one makes it late, so that it is
// called down although it is well, again and again. Watch the manager: heartbeats of the leader come every second, and it waits for 10 to
// 19 of its own seconds. Four times too fast, that is still enough. Twenty-five times too fast it never is: it takes the lead by force, and
// then its dispatcher gives every node three heartbeats of time, by its own clock, and misses all of them.

import type { Lab, Scenario } from 'swarmlab';

const workers = ['worker1', 'worker2'];

function begin(lab: Lab): void {
  lab.service.create('web', { image: 'nginx:1.27', replicas: 4, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
}

function status(lab: Lab, name: string): string | undefined {
  return lab.nodes().find((node) => node.name === name)?.status;
}

export default [
  {
    title: 'A clock runs wrong on a worker: fast is harmless, slow is not',
    cluster: { managers: 3, workers: 2 },

    script(lab) {
      begin(lab);
      const tasks = lab.tasks('web').map(({ id }) => id);
      lab.say(
        'The clock of worker1 runs ten times as fast. It sends a heartbeat every half second, and all is well.',
      );
      lab.clock('worker1', { percent: 1000 });
      lab.wait('5m');
      lab.expectEqual('the status of worker1', status(lab, 'worker1'), 'ready');
      lab.expectEqual(
        'the tasks',
        lab.tasks('web').map(({ id }) => id),
        tasks,
      );

      lab.say(
        'It runs at a fifth of the right speed. Now it sends one every 22.5 to 27.5 s, and the leader waits 16.5 s at most.',
      );
      lab.clock('worker1', { percent: 20 });
      for (const time of ['first', 'second', 'third']) {
        lab.untilNode('worker1', 'down', '1m');
        lab.say(`worker1 is called down for the ${time} time. It runs, as before.`);
        lab.untilNode('worker1', 'ready', '1m');
      }
      lab.expect(
        'its tasks have moved to worker2',
        lab.running('web').every(({ node }) => node === 'worker2'),
      );

      lab.say('The clock is set right.');
      lab.clock('worker1', { percent: 100 });
      lab.untilNode('worker1', 'ready');
      lab.wait('30s');
      lab.untilNode('worker1', 'ready');
      lab.wait('5m');
      lab.expectEqual('the status of worker1', status(lab, 'worker1'), 'ready');
    },
  },
  {
    title: 'A clock runs fast on a manager: it takes the lead, and loses sight of everybody',
    cluster: { managers: 3, workers: 2 },

    script(lab) {
      begin(lab);
      const term = lab.term('manager1');
      lab.say(
        'The clock of manager2 runs four times as fast. It waits 2.5 to 5 s for a leader, and hears one every second.',
      );
      lab.clock('manager2', { percent: 400 });
      lab.wait('5m');
      lab.expectEqual('the leader', lab.leader(), 'manager1');
      lab.expectEqual('the term', lab.term('manager2'), term);

      lab.say(
        'It runs 25 times as fast: 10 to 19 of its seconds are 0.4 to 0.8 s. It asks for votes before any heartbeat can come.',
      );
      lab.clock('manager2', { percent: 2500 });
      const wrong = lab.seconds;
      lab.until('manager2 to lead', () => lab.leader() === 'manager2', '10s');
      lab.say(
        `It leads after ${(lab.seconds - wrong).toFixed(1)} s. No cable was cut, and no machine failed.`,
      );
      lab.expect('the term went up', lab.term('manager2') > term);

      lab.say(
        'Its dispatcher waits for heartbeats that come every 5 s. By its own clock that is two minutes.',
      );
      const called = () => workers.find((name) => status(lab, name) === 'down');
      lab.until('a worker to be called down', () => called() !== undefined, '15s');
      const worker = called() ?? '';
      lab.expect(`${worker} is called down, and runs its containers`, lab.containers(worker).length > 0);
      lab.wait('10s');
      const made = lab.tasks('web').length;
      lab.say(`Ten seconds later the history of four tasks holds ${made}: they are moved to and fro.`);
      lab.expect('tasks were replaced for nothing', made > 4);

      lab.say('The clock is set right. manager2 leads on, and sees its nodes again.');
      lab.clock('manager2', { percent: 100 });
      for (const name of workers) lab.untilNode(name, 'ready');
      lab.untilConverged('web');
      lab.wait('1m');
      for (const name of workers) lab.expectEqual(`the status of ${name}`, status(lab, name), 'ready');
      lab.expectEqual('the leader', lab.leader(), 'manager2');
    },
  },
] satisfies Scenario[];
