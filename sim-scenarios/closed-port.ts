// A firewall closes one port of one worker, and every other request hangs. Nothing in docker says so: every node is Ready, every task runs.
//
// Watch what the port decides. 4789/udp carries the overlay network, and nothing else: managers, agents and gossip do not need it. So the mesh
// goes on sending requests to tasks that it believes in, and they never arrive. The node itself answers at its published port as long as
// the turn is on its own task. 7946 carries gossip, by which nodes see whether others live: with that closed they give the node up, learn
// from what it still says itself that it is there, and give it up again. Nothing hangs, for nothing is sent to who is given up.

import type { Lab, Scenario } from 'swarmlab';

const nodes = ['manager1', 'worker1', 'worker2'];

function deploy(lab: Lab): void {
  lab.service.create('web', {
    image: 'nginx:1.27',
    replicas: 2,
    publish: ['8080:80'],
    constraints: ['node.role==worker'],
  });
  lab.untilConverged('web');
  lab.wait('1s');
  for (const node of nodes) lab.expectEqual(`asked at ${node}`, lab.request(`${node}:8080`).error, '');
}

/** Everything that docker shows is in order. */
function expectContent(lab: Lab): void {
  lab.expect(
    'docker node ls: all Ready',
    lab.node.ls().every(({ status }) => status === 'ready'),
  );
  lab.expectEqual(
    'docker service ps: running',
    lab.service.ps('web').filter(({ state }) => state === 'running').length,
    2,
  );
}

export default [
  {
    title: 'A closed 4789/udp: everything is Ready, and half of the requests hang',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      deploy(lab);
      lab.say('Somebody closes 4789/udp on worker2.');
      lab.closePort('worker2', '4789/udp');
      const traffic = lab.traffic({ to: 'manager1:8080', perSecond: 20 });
      lab.wait('5m');
      traffic.stop();
      expectContent(lab);
      lab.expect(
        'half of the requests got no answer, for five minutes',
        Math.abs(traffic.timedOut * 2 - traffic.sent) <= 1,
      );
      lab.expectEqual('requests that were refused', traffic.refused, 0);
      lab.expectEqual('who answered', [...traffic.byNode.keys()], ['worker1']);

      lab.say('curl, twice, at each node: the round robin decides who is lucky.');
      for (const node of nodes) {
        const errors = [lab.request(`${node}:8080`).error, lab.request(`${node}:8080`).error];
        lab.expectEqual(`lucky at ${node}`, errors.filter((error) => error === '').length, 1);
        lab.expect(
          'the other one timed out',
          errors.some((error) => error.startsWith('curl: (28) Connection timed out')),
        );
      }
      lab.say('The firewall opens the port, and nothing has to be restarted.');
      lab.openPort('worker2', '4789/udp');
      const after = lab.traffic({ to: 'manager1:8080', perSecond: 20 });
      lab.wait('5s');
      lab.expectEqual('requests that fail', after.stop().failed, 0);
    },
  },
  {
    title: 'A closed 7946: nothing fails, and a node comes and goes',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      deploy(lab);
      lab.say('Somebody closes 7946 on worker2, tcp and udp: gossip. What it says still gets out.');
      lab.closePort('worker2', '7946');
      const traffic = lab.traffic({ to: 'manager1:8080', perSecond: 20 });
      lab.wait('2m');
      traffic.stop();
      expectContent(lab);
      lab.say(
        'manager1 hears nothing when it probes worker2, gives it up, hears of it all the same, and tries again.',
      );
      lab.expectEqual('requests that failed', traffic.failed, 0);
      const share = (traffic.byNode.get('worker2') ?? 0) / traffic.answered;
      lab.expect(
        `worker2, which is well, answered less than its half (${(100 * share).toFixed(0)} %)`,
        share < 0.45,
      );
    },
  },
] satisfies Scenario[];
