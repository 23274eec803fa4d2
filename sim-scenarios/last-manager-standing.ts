// Three managers, of which two lose power. The last one does not take over: it must not, for it cannot tell death from a cut cable.
//
// Watch docker node ls at the survivor. One that led gives three kinds of answers: for 10 to 20 s it answers from its own copy, as if
// nothing had happened; then commands wait for a leader, and end after 20 s in "context deadline exceeded"; from the eleventh second
// without a leader on they are refused at once, in a long sentence. One that followed never gives the first kind. Watch what still runs:
// every container, and nothing that would replace one.

import type { Lab, Scenario } from 'swarmlab';

const deadline =
  'Error response from daemon: rpc error: code = DeadlineExceeded desc = context deadline exceeded';
const noLeader =
  "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";

function begin(lab: Lab): void {
  lab.service.create('web', { image: 'nginx:1.27', replicas: 4, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
}

function containers(lab: Lab): readonly string[] {
  return [...lab.containers('worker1'), ...lab.containers('worker2')].toSorted();
}

function list(lab: Lab, host: string): string | undefined {
  return lab.refusal(() => lab.at(host).node.ls());
}

/** The second and the third kind of answers. The survivor is asked while it still waits for a leader. */
function waitThenRefuse(lab: Lab, host: string): void {
  const asked = lab.seconds;
  lab.expectEqual('docker node ls', list(lab, host), deadline);
  const waited = lab.seconds - asked;
  lab.expect('it took 20 s', waited >= 20 && waited < 20.1);

  lab.say('More than ten seconds without a leader have passed. Now docker node ls is refused at once.');
  lab.wait('10s');
  const askedAgain = lab.seconds;
  lab.expectEqual('docker node ls', list(lab, host), noLeader);
  lab.expect('it took less than 0.1 s', lab.seconds - askedAgain < 0.1);

  lab.say('An hour later it is the same, and all containers run.');
  lab.wait('1h');
  lab.expectEqual('docker node ls', list(lab, host), noLeader);
  lab.expectEqual('the containers that run', containers(lab), ['web.1', 'web.2', 'web.3', 'web.4']);
}

export default [
  {
    title: 'The last manager standing led: an answer, a timeout, a refusal',
    cluster: { managers: 3, workers: 2 },

    script(lab) {
      begin(lab);
      lab.say('Both followers lose power. manager1 leads on, and does not know it yet.');
      lab.crash('manager2', 'manager3');
      const crashed = lab.seconds;
      lab.wait('5s');
      const answer = lab.node.ls();
      lab.expectEqual(
        'docker node ls, answered from the copy of manager1 alone',
        answer.map(({ name, status }) => `${name} ${status}`),
        ['manager1 ready', 'manager2 ready', 'manager3 ready', 'worker1 ready', 'worker2 ready'],
      );

      lab.until('manager1 to step down', () => lab.leader() === undefined);
      const deposed = lab.seconds - crashed;
      lab.say(
        `After ${deposed.toFixed(1)} s without a majority manager1 steps down. Commands wait for a leader.`,
      );
      lab.expect('it stepped down 10 to 20 s after the last answers', deposed >= 9.9 && deposed <= 20);
      waitThenRefuse(lab, 'manager1');

      lab.say('One manager comes back. Two of three are a majority: everything is as it was.');
      lab.restart('manager2');
      lab.untilLeader('5m');
      lab.untilConverged('web');
      lab.expectEqual('the number of tasks that run', lab.running('web').length, 4);
    },
  },
  {
    title: 'The last manager standing followed: no answer, then a refusal',
    cluster: { managers: 3, workers: 2 },

    script(lab) {
      begin(lab);
      lab.say(
        'The leader and a follower lose power. manager3 still counts on the leader, and sends commands to it.',
      );
      lab.crash('manager1', 'manager2');
      waitThenRefuse(lab, 'manager3');

      lab.say('One manager comes back. Two of three are a majority: everything is as it was.');
      lab.restart('manager1');
      lab.untilLeader('5m');
      lab.untilConverged('web');
      lab.expectEqual('the number of tasks that run', lab.running('web').length, 4);
    },
  },
] satisfies Scenario[];
