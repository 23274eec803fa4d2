// A worker is lost, and its tasks are back within half a minute. A worker and the leader are lost together, and it takes three times as long.
//
// Watch what has to happen one after the other. Alone, the worker is missed 13.5 to 16.5 s after its last heartbeat, and its tasks are
// replaced 5 s later. With the leader, nobody counts heartbeats any more: first a new leader must be elected; it knows no worker, gives each
// of them 27 to 33 s to report, and only then misses the one that does not; 5 s later its tasks are replaced.

import type { Lab, Scenario } from 'swarmlab';

/** Waits until web runs somewhere else again. Returns when the machine was missed, and when all was well, seconds. */
function untilReplaced(lab: Lab, host: string): { readonly down: number; readonly whole: number } {
  lab.untilNode(host, 'down');
  const down = lab.seconds;
  lab.untilConverged('web');
  return { down, whole: lab.seconds };
}

export default {
  title: 'Leader and worker are lost together: the same failure, three times the outage',
  cluster: { managers: 3, workers: 3 },

  script(lab) {
    lab.service.create('web', {
      image: 'nginx:1.27',
      replicas: 6,
      constraints: ['node.role==worker'],
      maxReplicasPerNode: 3,
    });
    lab.untilConverged('web');

    lab.say('worker1 loses power. The leader counts its heartbeats, and misses it soon.');
    lab.crash('worker1');
    const alone = lab.seconds;
    const first = untilReplaced(lab, 'worker1');
    lab.say(
      `Missed after ${(first.down - alone).toFixed(1)} s, two tasks replaced after ${(first.whole - alone).toFixed(1)} s.`,
    );
    // The last heartbeat was up to 5.5 s old.
    lab.expect('it was missed within 16.6 s', first.down - alone >= 8 && first.down - alone <= 16.6);
    lab.expect('its tasks were replaced 5 s later', first.whole - first.down >= 5);

    lab.say('worker1 is back, and rested: each worker has two tasks again.');
    lab.restart('worker1');
    lab.untilNode('worker1', 'ready');
    lab.service.update('web', { force: true, update: { parallelism: 6 } });
    lab.untilUpdate('web', 'completed');
    lab.untilConverged('web');

    lab.say('Now the leader and worker1 lose power in the same moment.');
    lab.crash('manager1', 'worker1');
    const together = lab.seconds;
    const next = lab.untilLeader('5m');
    const led = lab.seconds;
    lab.say(
      `${next} leads after ${(led - together).toFixed(1)} s. It knows nobody, and gives all nodes time to report.`,
    );
    const second = untilReplaced(lab, 'worker1');
    lab.say(
      `Missed ${(second.down - led).toFixed(1)} s after the election; tasks replaced ${(second.whole - together).toFixed(1)} s after the failure.`,
    );
    lab.expect(
      'it was missed 27 to 33 s after the election',
      second.down - led >= 27 && second.down - led <= 33.2,
    );
    lab.expect('its tasks were replaced 5 s later', second.whole - second.down >= 5);
    lab.expect('the outage was longer by more than 20 s', second.whole - together > first.whole - alone + 20);
  },
} satisfies Scenario;
