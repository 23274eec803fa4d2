// Two managers are worse than one.
//
// Watch the same machine lose power three times: as a worker beside one manager, as the second of two managers, and as one of three. Half
// of two is no majority, so the second manager is not a spare but one more machine that must not fail. Watch the survivor: it is healthy,
// and refuses everything, because it cannot tell a dead colleague from a cut cable. The containers run through all of it.

import type { Lab, Scenario } from 'swarmlab';

const lostLeader =
  'Error response from daemon: rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status';
const noLeader =
  "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";

/** Makes a worker a manager, and waits until it is a member of the Raft group. */
function promote(lab: Lab, name: string): void {
  const { node } = lab.at(lab.leader() ?? '');
  node.promote(name);
  const votes = () => node.ls().some((each) => each.name === name && each.manager === 'Reachable');
  while (!votes()) lab.wait('1s');
}

export default {
  title: 'Two managers are worse than one: the same machine fails three times',
  cluster: { managers: 1, workers: 3 },

  script(lab) {
    const constraints = ['node.hostname==worker3'];
    lab.service.create('web', { image: 'nginx:1.27', replicas: 2, constraints });
    lab.untilConverged('web');
    const containers = () => lab.containers('worker3').length;

    lab.say('One manager: 1 of 1 is a majority. worker1 loses power, and the manager does not need it.');
    lab.crash('worker1');
    lab.service.scale('web', 3);
    lab.untilConverged('web');
    lab.restart('worker1');
    lab.untilNode('worker1', 'ready');

    lab.say('worker1 becomes a second manager, to be safe. From now on a majority is 2 of 2.');
    promote(lab, 'worker1');
    lab.expectEqual('the number of managers', lab.managers().length, 2);

    lab.say('The same machine loses power. manager1 is healthy, and has 1 of 2 votes.');
    lab.crash('worker1');
    const crashed = lab.seconds;
    lab.expectEqual(
      'docker service scale',
      lab.refusal(() => lab.service.scale('web', 4)),
      lostLeader,
    );
    const noticed = lab.seconds - crashed;
    lab.say(`manager1 gave up leading ${noticed.toFixed(1)} s after the other manager went silent.`);
    lab.expect('a leader gives up 10 to 20 s after the last answer', noticed >= 9.9 && noticed <= 20.1);

    lab.say('Five minutes later it is still alone, and still asks for votes in ever later terms.');
    const term = lab.term('manager1');
    lab.wait('5m');
    const terms = lab.term('manager1') - term;
    // One round every 10 to 19 ticks.
    lab.expect('it asked 14 to 31 times', terms >= 14 && terms <= 31);
    lab.expectEqual('the leader', lab.leader(), undefined);
    lab.expectEqual(
      'docker node ls',
      lab.refusal(() => lab.node.ls()),
      noLeader,
    );
    lab.expectEqual('the number of containers that run', containers(), 3);

    lab.say('worker1 comes back, and with it the majority.');
    lab.restart('worker1');
    lab.untilLeader('5m');
    lab.untilNode('worker1', 'ready');
    lab.untilConverged('web');

    lab.say('A third manager, and the same failure once more: 2 of 3 are a majority.');
    promote(lab, 'worker2');
    lab.crash('worker1');
    lab.untilLeader('5m');
    lab.service.scale('web', 5);
    lab.untilConverged('web');
    lab.expectEqual('the number of containers that run', containers(), 5);
  },
} satisfies Scenario;
