// A rolling update is no promise that no request is lost. Four updates of the same service under load, each with one thing more right.
//
// Watch the first: two replicas, one replaced at a time, docker is content all along, and a good part of the requests is refused. A task runs
// when its process runs; this program needs 8 s more before it listens, and swarm cannot know. A health check tells: a task counts as
// running, and gets requests, once it has passed. Watch the third: with one replica there is nobody else, and stop-first means a gap, health
// check or not. Watch the last: what is cut off is not new requests, but those that the old container was still working on.

import type { Lab, Scenario, Traffic } from 'swarmlab';

/** An update under load, to its end. */
function update(lab: Lab, image: string, order: 'stop-first' | 'start-first'): Traffic {
  const traffic = lab.traffic({ to: 'manager1:8080', perSecond: 50, timeout: '10s' });
  lab.wait('1s');
  lab.service.update('web', { image, update: { order } });
  lab.untilUpdate('web', 'completed');
  lab.wait('1s');
  return traffic.stop();
}

function deploy(lab: Lab, image: string, replicas: number): void {
  lab.service.create('web', {
    image,
    replicas,
    publish: ['8080:80'],
    constraints: ['node.role==worker'],
    stopGracePeriod: '5s',
  });
  lab.untilConverged('web');
  lab.wait('1s');
}

const cluster = { managers: 1, workers: 2 };
/** A program that needs 8 s until it listens. */
const slow = { serves: { after: '8s' } };
const slowWithCheck = { ...slow, health: { after: '8s' } };

export default [
  {
    title: 'Silent 502: an update without a health check refuses requests, and is called completed',
    cluster,

    script(lab) {
      lab.image('web:2', slow);
      deploy(lab, 'web:1', 2);
      lab.say('The new version starts at once, and listens 8 s later. It has no health check.');
      const traffic = update(lab, 'web:2', 'stop-first');
      lab.expectEqual('the update', lab.updateStatus('web')?.state, 'completed');
      lab.expectEqual(
        'tasks that failed',
        lab.tasks('web').filter(({ state }) => state === 'failed').length,
        0,
      );
      lab.say(
        'Requests went to tasks that run and do not listen: each for 8 s, and the second in a row was the only one.',
      );
      lab.expect(
        `a quarter of the requests or more was refused (${traffic.refused} of ${traffic.sent})`,
        traffic.refused > traffic.sent / 4,
      );
    },
  },
  {
    title: 'Silent 502: with a health check nothing is lost',
    cluster,

    script(lab) {
      lab.image('web:2', slowWithCheck);
      deploy(lab, 'web:1', 2);
      lab.say(
        'The same version with a check: it passes when the program listens. Only then the task runs, and is listed.',
      );
      const traffic = update(lab, 'web:2', 'stop-first');
      lab.expectEqual('requests that failed', traffic.failed, 0);
      lab.say(
        'An old task leaves the lists first, and is told to stop 2 s later: nobody sends it anything by then.',
      );
      lab.expect(
        'both tasks answered',
        traffic.byTask.get('web.1') !== undefined && traffic.byTask.get('web.2') !== undefined,
      );
    },
  },
  {
    title: 'Silent 502: one replica needs start-first as well',
    cluster,

    script(lab) {
      lab.image('web:2', slowWithCheck);
      lab.image('web:3', slowWithCheck);
      deploy(lab, 'web:1', 1);
      lab.say('Stop-first: the only task stops before the new one starts.');
      const gap = update(lab, 'web:2', 'stop-first');
      const seconds = gap.refused / 50;
      lab.expect(
        `nobody listened for longer than the program needs (${seconds.toFixed(1)} s)`,
        seconds > 8 && seconds < 25,
      );
      lab.say('Start-first: the old one goes when the new one is healthy.');
      const none = update(lab, 'web:3', 'start-first');
      lab.expectEqual('requests that failed', none.failed, 0);
    },
  },
  {
    title: 'Silent 502: the longest request wants its grace',
    cluster,

    script(lab) {
      lab.say('Each request takes 4 s. A program that ends at SIGTERM, as most do unless told otherwise:');
      lab.image('web:1', { serves: { in: '4s' }, stop: '100ms' });
      lab.image('web:2', { serves: { in: '4s' }, stop: '4s' });
      deploy(lab, 'web:1', 2);
      const hasty = update(lab, 'web:2', 'start-first');
      lab.expect(
        `what was under way is lost, though nothing was refused (${hasty.closed} requests)`,
        hasty.closed > 50 && hasty.failed === hasty.closed,
      );
      lab.say('web:2 finishes what it has begun, in the 5 s of grace that the service gives it.');
      lab.image('web:3', { serves: { in: '4s' }, stop: '4s' });
      const patient = update(lab, 'web:3', 'start-first');
      lab.expectEqual('requests that failed', patient.failed, 0);
      lab.say('A grace of 1 s is no grace: SIGKILL comes in the middle.');
      lab.service.update('web', { stopGracePeriod: '1s' });
      lab.untilUpdate('web', 'completed');
      const killed = update(lab, 'web:1', 'start-first');
      lab.expect(`requests are lost again (${killed.closed})`, killed.closed > 20);
    },
  },
] satisfies Scenario[];
