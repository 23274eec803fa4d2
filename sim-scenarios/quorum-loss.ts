// One, three, five and seven managers, each with one failure more than it can take.
//
// Watch what still works as managers fail: everything, up to half of them; then, within a minute, docker gives three kinds of answers.
// First the old leader answers from its own copy, because it does not know yet. Then commands wait for a leader, for 20 s. Then they are
// refused at once, in a long sentence. Watch the containers all the while: they run. But one that dies stays dead until managers return.

import type { Lab, Scenario } from 'swarmlab';

const deadline =
  'Error response from daemon: rpc error: code = DeadlineExceeded desc = context deadline exceeded';
const noLeader =
  "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";
const lostLeader =
  'Error response from daemon: rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status';
const noDaemon =
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
const notManager =
  "Error response from daemon: This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.";

const workers = ['worker1', 'worker2', 'worker3'];
const words = ['no', 'one', 'two', 'three', 'four'];

export default [1, 3, 5, 7].map((managers) => {
  const tolerated = (managers - 1) / 2;
  return {
    title: `Quorum loss: ${managers} ${managers === 1 ? 'manager' : 'managers'}, of which ${words[tolerated]} may fail`,
    cluster: { managers, workers: 3 },
    script(lab: Lab) {
      lab.service.create('web', { image: 'nginx:1.27', replicas: 3, constraints: ['node.role==worker'] });
      lab.untilConverged('web');

      const followers = lab.managers().slice(1);
      if (tolerated > 0) {
        const failing = followers.slice(0, tolerated);
        lab.say(
          `${managers - tolerated} of ${managers} managers are a majority: ${words[tolerated]} may fail.`,
        );
        lab.crash(...failing);
        lab.service.scale('web', 6);
        lab.untilConverged('web');
      }
      const containers = () => workers.flatMap((host) => lab.containers(host)).length;
      const running = lab.running('web').length;
      lab.until('what runs to be what should run', () => containers() === running, '5m');

      if (managers === 1) loseTheOnlyManager(lab);
      else loseOneMore(lab, followers.slice(tolerated, tolerated + 1));

      lab.say('The containers do not care. But one that dies stays dead: nobody is there to replace it.');
      lab.expectEqual('the number of containers that run', containers(), running);
      const host = workers.find((worker) => lab.containers(worker).length > 0) ?? '';
      const [victim] = lab.containers(host);
      lab.at(host).kill(victim ?? '');
      lab.wait('1m');
      lab.expectEqual('the number of containers that run', containers(), running - 1);

      lab.say('The managers come back, elect a leader, and learn what has happened meanwhile.');
      const back = lab.seconds;
      const down = ['manager1', ...followers].filter((host) => !lab.managers().includes(host));
      lab.restart(...down);
      lab.untilLeader('5m');
      if (managers === 1) {
        lab.expect('a single manager leads within 2 s: nobody else can', lab.seconds - back < 2);
      }
      const wanted = replicas(lab);
      const whole = () => lab.converged('web') && containers() === wanted;
      lab.until('the dead task to be replaced', whole, '5m');
      if (managers > 1) {
        lab.say(
          `A change that failed for want of a leader may be made all the same, or not. This time web has ${wanted} replicas.`,
        );
        lab.expect('web has 6 replicas, or the 9 of the failed change', wanted === 6 || wanted === 9);
      }
    },
  };
}) satisfies Scenario[];

function loseTheOnlyManager(lab: Lab): void {
  lab.say('The only manager loses power. Its engine does not answer, and workers never do.');
  lab.crash('manager1');
  lab.expectEqual('docker node ls on manager1', refusedList(lab, 'manager1'), noDaemon);
  lab.expectEqual('docker node ls on worker1', refusedList(lab, 'worker1'), notManager);
}

/** Cuts the majority: the leader, manager1, stays up and is left with half of the managers, or fewer. */
function loseOneMore(lab: Lab, failing: readonly string[]): void {
  lab.say('One more fails. The leader has no majority any more, but does not know it yet.');
  lab.crash(...failing);
  const lost = lab.seconds;
  lab.expect(
    'docker node ls is answered from the leader\u2019s own copy, which still calls the failed manager ready',
    lab.node.ls().some(({ name, status }) => failing.includes(name) && status === 'ready'),
  );

  lab.say('A change is another matter. It waits for a majority, until the leader gives up leading.');
  lab.expectEqual(
    'docker service scale',
    lab.refusal(() => lab.service.scale('web', 9)),
    lostLeader,
  );
  const deposed = lab.seconds - lost;
  lab.expect('the leader noticed within 20 s', deposed >= 9 && deposed <= 20.1);

  lab.say('Now nobody leads. A command waits for a leader, as long as the engine lets it: 20 s.');
  const asked = lab.seconds;
  lab.expectEqual('docker node ls', refusedList(lab, 'manager1'), deadline);
  const waited = lab.seconds - asked;
  lab.expect('it took 20 s', waited >= 20 && waited < 20.1);

  lab.say('After more than ten seconds without a leader commands are refused at once.');
  lab.expectEqual('docker node ls', refusedList(lab, 'manager1'), noLeader);
}

function replicas(lab: Lab): number {
  const { mode } = lab.inspect('web').spec;
  return mode.kind === 'replicated' ? mode.replicas : 0;
}

function refusedList(lab: Lab, host: string): string | undefined {
  return lab.refusal(() => lab.at(host).node.ls());
}
