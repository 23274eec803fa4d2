// Knock on any door: a port published in ingress mode is open on every node, in host mode only where a task runs.
//
// Watch the node that answers: not the one that was asked. Watch the address the container sees: on ingress that of the node which let the
// request in, in host mode the client's own. And watch what it costs to change one into the other: every task is replaced, and with
// host mode and no spare node the update needs stop-first.

import type { Lab, Scenario } from 'swarmlab';

const nodes = ['manager1', 'worker1', 'worker2', 'worker3'];

/** The nodes at which somebody answers. */
function open(lab: Lab): readonly string[] {
  return nodes.filter((node) => lab.request(`${node}:8080`).error === '');
}

export default {
  title: 'Knock on any door: ingress mode and host mode',
  cluster: { managers: 1, workers: 3 },

  script(lab) {
    lab.service.create('web', {
      image: 'nginx:1.27',
      replicas: 2,
      publish: ['8080:80'],
      constraints: ['node.role==worker'],
    });
    lab.untilConverged('web');
    lab.wait('1s');
    const homes = () =>
      [...new Set(lab.running('web').map(({ node }) => node))].sort((a, b) => (a < b ? -1 : 1));

    lab.say('Two tasks, four nodes, four open doors.');
    lab.expectEqual('nodes that run web', homes().length, 2);
    lab.expectEqual('nodes that take requests', open(lab), nodes);

    lab.say('Asked ten times, one node sends five to each task.');
    const asked = nodes.find((node) => !homes().includes(node)) ?? '';
    const replies = Array.from({ length: 10 }, () => lab.request(`${asked}:8080`));
    const first = replies.filter(({ task }) => task === 'web.1').length;
    lab.expectEqual('answers of web.1', first, 5);
    lab.say('The container does not see its client: it sees the node that let the request in.');
    lab.expectEqual('clients that web saw', new Set(replies.map(({ client }) => client)).size, 1);
    lab.expect(
      'that is an address of the ingress network',
      replies.every(({ client }) => client.startsWith('10.0.0.')),
    );

    lab.say('A drained node runs nothing and stays a door. So does one whose managers are gone.');
    const [home = ''] = homes();
    lab.node.update(home, { availability: 'drain' });
    lab.untilConverged('web');
    lab.wait('3s');
    lab.expectEqual('nodes that take requests', open(lab), nodes);
    lab.node.update(home, { availability: 'active' });
    lab.crash('manager1');
    lab.wait('1m');
    const workers = nodes.slice(1);
    lab.expectEqual('workers that take requests without a manager', open(lab), workers);
    lab.restart('manager1');
    lab.untilLeader();
    lab.until('all nodes to be ready', () => lab.nodes().every(({ status }) => status === 'ready'));

    lab.say(
      'The port in host mode: a port cannot change its mode in a running container, so all are replaced.',
    );
    const before = lab.running('web').map(({ id }) => id);
    lab.service.update('web', { publish: ['8080:80/tcp/host'] });
    lab.untilUpdate('web', 'completed');
    lab.expect(
      'no task is left of the two',
      lab.running('web').every(({ id }) => !before.includes(id)),
    );
    lab.wait('3s');
    lab.expectEqual('nodes that take requests', open(lab), homes());
    const reply = lab.request(`${homes()[0]}:8080`);
    lab.expect('the container sees the client itself', reply.client.startsWith('192.168.'));

    lab.say('One task a node and port: a fourth finds no place among three workers.');
    lab.service.scale('web', 4);
    lab.until('three to run', () => lab.running('web').length === 3);
    lab.wait('1m');
    lab.expectEqual('tasks that run', lab.running('web').length, 3);
    lab.expectEqual(
      'why the fourth waits',
      lab.tasks('web').find(({ state }) => state === 'pending')?.error,
      'no suitable node (host-mode port already in use on 3 nodes; scheduling constraints not satisfied on 1 node)',
    );
  },
} satisfies Scenario;
