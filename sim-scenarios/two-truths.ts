// Two truths: what a manager wants of a task, and what was last heard of it.
//
// Watch the task of a machine without power. Its desired state is an order, and becomes shutdown as soon as the machine is taken for dead. Its
// state is a report with a date, and nobody is there to send another: it stays running, beside a machine that is off. Watch what ends that:
// the machine comes back and reports, or a day goes by and the dispatcher gives the task up as orphaned.

import type { Lab, Scenario } from 'swarmlab';

function taskOn(lab: Lab, node: string) {
  return lab.service.ps('web').find((task) => task.node === node);
}

/** The machine loses power; `docker service ps` is read at every step. */
function loseWorker(lab: Lab): void {
  lab.image('web:1', { logs: [{ after: '0s', line: 'ready' }] });
  lab.service.create('web', { image: 'web:1', replicas: 2, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
  lab.wait('1m');

  lab.say('worker1 loses power. For some seconds nobody knows: both columns say running.');
  lab.crash('worker1');
  lab.expectEqual('containers on worker1', lab.containers('worker1'), []);
  lab.expectEqual('its state', taskOn(lab, 'worker1')?.state, 'running');
  lab.expectEqual('its desired state', taskOn(lab, 'worker1')?.desired, 'running');

  lab.say('worker1 is down. The order changes; the report does not, for there is no new one.');
  lab.untilNode('worker1', 'down');
  lab.wait('1s');
  lab.expectEqual('its desired state', taskOn(lab, 'worker1')?.desired, 'shutdown');
  lab.expectEqual('its state', taskOn(lab, 'worker1')?.state, 'running');
  lab.untilConverged('web');
  lab.expectEqual(
    'rows that say running, of a service with two replicas',
    lab.service.ps('web').filter(({ state }) => state === 'running').length,
    3,
  );

  lab.say('Logs are read from the nodes, so those of worker1 are missing, and docker says so.');
  const lines = lab.service.logs('web');
  lab.expect(
    'docker warns of an incomplete stream',
    lines.some((line) => line.includes('incomplete log stream')),
  );
}

export default [
  {
    title: 'Two truths: a task is running beside a node that is down, until the node is back',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      loseWorker(lab);
      lab.wait('2h');
      lab.expectEqual('its state, two hours later', taskOn(lab, 'worker1')?.state, 'running');
      lab.say('worker1 comes back, and reports what has become of its tasks.');
      lab.restart('worker1');
      lab.untilNode('worker1', 'ready');
      lab.until('the report', () => taskOn(lab, 'worker1')?.state !== 'running');
      const state = taskOn(lab, 'worker1')?.state ?? '';
      lab.say(`Its state: ${state}.`);
      lab.expect('it has ended', state === 'shutdown' || state === 'failed');
    },
  },
  {
    title: 'Two truths: a task is running beside a node that is down, for a day',
    cluster: { managers: 1, workers: 2 },
    limits: { time: '26h' },

    script(lab) {
      loseWorker(lab);
      lab.wait('23h');
      lab.expectEqual('its state, 23 hours later', taskOn(lab, 'worker1')?.state, 'running');
      lab.wait('2h');
      lab.expectEqual('its state, after a day', taskOn(lab, 'worker1')?.state, 'orphaned');
    },
  },
] satisfies Scenario[];
