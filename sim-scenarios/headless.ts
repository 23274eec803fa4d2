// The data plane lives, the control plane sleeps: two of three managers are gone, and the containers do not care.
//
// Watch one container die. With a leader it would be replaced after 5 s; without one it stays dead, and nobody even writes it down. Watch
// the three endings. The managers come back: the dead task is replaced as if nothing had been. They do not come back, and the last one is
// made a swarm of its own: services, tasks and workers are all still known. Nobody does anything: half a day later the rest still runs.

import type { Lab, Scenario } from 'swarmlab';

const workers = ['worker1', 'worker2', 'worker3'];

function containers(lab: Lab): number {
  return workers.flatMap((host) => lab.containers(host)).length;
}

/** Loses the majority, then a container. */
function loseHeads(lab: Lab): void {
  lab.service.create('web', { image: 'nginx:1.27', replicas: 6, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
  lab.expectEqual('the number of containers that run', containers(lab), 6);

  lab.say('manager2 and manager3 lose power. Within 20 s manager1 knows that it has no majority.');
  lab.crash('manager2', 'manager3');
  lab.until('the leader to step down', () => lab.leader() === undefined, '20s');

  lab.say('A container dies. Nobody leads, so nobody replaces it. The others run on.');
  const [victim] = lab.containers('worker1');
  lab.at('worker1').kill(victim ?? '');
  lab.wait('10m');
  lab.expectEqual('the number of containers that run', containers(lab), 5);
  lab.expectEqual('the number that the managers believe in', lab.running('web').length, 6);
}

/** There is a leader again: the dead task is noticed, and replaced. */
function expectHealed(lab: Lab): void {
  const whole = () => lab.converged('web') && containers(lab) === 6;
  lab.until('the dead task to be replaced', whole, '15m');
  lab.expect(
    'the dead task was not restarted, but replaced',
    lab.tasks('web').some(({ state }) => state === 'failed'),
  );
}

export default [
  {
    title: 'Headless, and the managers come back',
    cluster: { managers: 3, workers: 3 },

    script(lab) {
      loseHeads(lab);
      lab.say('The managers come back: an ordinary election, and everything is as it was.');
      lab.restart('manager2', 'manager3');
      lab.untilLeader('5m');
      const led = lab.seconds;
      expectHealed(lab);
      lab.say(`Six containers run, ${(lab.seconds - led).toFixed(1)} s after the election.`);
    },
  },
  {
    title: 'Headless, and the last manager becomes a swarm of its own',
    cluster: { managers: 3, workers: 3 },

    script(lab) {
      loseHeads(lab);
      lab.say('The two will not come back. manager1 strikes them off, and is the only voter from now on.');
      lab.swarm.init({ forceNewCluster: true });
      lab.untilLeader('2s');
      lab.expectEqual('the leader', lab.leader(), 'manager1');
      lab.say(
        'It has kept its services, its tasks and its workers. The other two are nodes without a vote, and go down.',
      );
      const forced = lab.seconds;
      for (const name of ['manager2', 'manager3']) {
        lab.untilNode(name, 'down');
        const down = lab.seconds - forced;
        lab.expect(`a new leader waits 27 to 33 s for ${name} to report`, down >= 27 && down <= 33.2);
      }
      lab.say('Nobody has to demote them: they are removed as they are.');
      for (const name of ['manager2', 'manager3']) lab.node.remove(name);

      lab.say(
        'Workers find it sooner or later: they still try the dead managers too. One that is late counts as down for a while.',
      );
      expectHealed(lab);
      lab.expectEqual(
        'the nodes',
        lab.node.ls().map(({ name, manager }) => `${name} ${manager}`.trim()),
        ['manager1 Leader', ...workers],
      );
    },
  },
  {
    title: 'Headless, and nobody comes',
    cluster: { managers: 3, workers: 3 },

    script(lab) {
      loseHeads(lab);
      lab.say(
        'Nobody does anything. Agents ask for a manager every few seconds, and stop no container for want of one.',
      );
      lab.wait('12h');
      lab.expectEqual('the number of containers that run', containers(lab), 5);

      lab.say(
        'worker2 loses power too, and comes up again. Its containers are gone, and nobody starts them.',
      );
      const kept = containers(lab) - lab.containers('worker2').length;
      lab.crash('worker2');
      lab.restart('worker2');
      lab.wait('10m');
      lab.expectEqual('the number of containers that run', containers(lab), kept);
    },
  },
] satisfies Scenario[];
