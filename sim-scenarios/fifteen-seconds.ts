// Fifteen seconds: how long a dead node is not known to be dead, and what it costs to know it sooner.
//
// A node is down when it has been silent for three of its heartbeat periods, and each period is 5 s, give or take half a second. Watch the
// first run: 8 to 16.5 s pass from the crash to the verdict, and 5 s more to the replacement. Watch a cable that is out for 20 s: that is
// enough for the same verdict, although nothing is broken. Watch the second run: with periods of 30 s the cable does no harm, and a machine
// that really is dead stays on the list for a minute and more.

import type { Lab, Scenario } from 'swarmlab';

/** What a crash and a short cut of the network come to. */
interface Times {
  /** From the crash to the verdict, and on to a replacement that runs; seconds. */
  readonly noticed: number;
  readonly replaced: number;
}

function crash(lab: Lab): Times {
  lab.say('worker1 loses power.');
  lab.crash('worker1');
  const crashed = lab.seconds;
  lab.untilNode('worker1', 'down', '3m');
  const noticed = lab.seconds - crashed;
  lab.untilConverged('web');
  const replaced = lab.seconds - crashed - noticed;
  lab.say(`Down after ${noticed.toFixed(1)} s; all tasks run again ${replaced.toFixed(1)} s later.`);
  lab.restart('worker1');
  lab.untilNode('worker1', 'ready');
  return { noticed, replaced };
}

/** Whether worker2 was taken for dead while its cable was out for 20 s. */
function pullCable(lab: Lab): boolean {
  lab.say('The cable of worker2 is out for 20 s.');
  lab.isolate('worker2');
  const end = lab.seconds + 20;
  let wasDown = false;
  lab.until('the cable to be back', () => {
    if (lab.nodes().some(({ name, status }) => name === 'worker2' && status === 'down')) wasDown = true;
    return lab.seconds >= end;
  });
  lab.heal();
  lab.untilNode('worker2', 'ready', '3m');
  lab.untilConverged('web');
  return wasDown;
}

function begin(lab: Lab): void {
  lab.service.create('web', { image: 'nginx:1.27', replicas: 6, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
}

export default [
  {
    title: 'Fifteen seconds: a dead node is noticed after three heartbeats, and so is a bad cable',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      begin(lab);
      const { noticed, replaced } = crash(lab);
      lab.expect('down 8 to 16.6 s after the crash', noticed >= 8 && noticed <= 16.6);
      lab.expect('replaced 5 s after that, for that is the restart delay', replaced >= 5 && replaced < 8);

      const onWorker2 = () => lab.running('web').filter(({ node }) => node === 'worker2').length;
      lab.expect('worker2 runs some tasks', onWorker2() > 0);
      lab.expect('a cable that is out for 20 s makes a healthy node down', pullCable(lab));
      lab.expectEqual('the tasks of worker2, which is back', onWorker2(), 0);
    },
  },
  {
    title:
      'Ninety seconds: with a heartbeat of 30 s a bad cable does no harm, and a dead node stays on the list',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      begin(lab);
      lab.swarm.setDispatcherHeartbeat('30s');
      lab.wait('1m');
      const before = lab.containers('worker2');
      lab.expect('a cable that is out for 20 s is not noticed', !pullCable(lab));
      lab.expectEqual('the tasks of worker2', lab.containers('worker2'), before);
      lab.wait('1m');

      const { noticed } = crash(lab);
      lab.expect('down 58 to 91.6 s after the crash', noticed >= 58 && noticed <= 91.6);
    },
  },
] satisfies Scenario[];
