// Read the refusal: five nodes, and each refuses the same task for another reason.
//
// Watch the error of the task that waits. It is a histogram: each node is counted once, under the first filter that it fails. lab.explain has the
// whole matrix. Watch how the counts change as one obstacle after the other goes. And watch a constraint with a typo: a key that nobody knows
// is no error; it matches no node.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Read the refusal: no suitable node, counted by the first filter that each node fails',
  cluster: {
    managers: 1,
    workers: 4,
    nodes: {
      worker3: { labels: { rack: 'large' }, cpus: 1 },
      worker4: { labels: { rack: 'large' } },
    },
  },

  script(lab) {
    const error = () => lab.service.ps('api')[0]?.error;
    const refused = (reasons: string) => {
      const expected = `no suitable node (${reasons})`;
      lab.until('the scheduler to look again', () => lab.tasks('api')[0]?.error === expected);
      lab.expectEqual('the error of api.1', error(), expected);
    };
    lab.node.update('manager1', { availability: 'drain' });
    lab.service.create('edge', {
      image: 'edge:1',
      constraints: ['node.hostname==worker4'],
      publish: ['80:80/tcp/host'],
    });
    lab.untilConverged('edge');

    lab.say('Two CPU, port 80 of the host, and a large rack.');
    lab.service.create('api', {
      image: 'api:1',
      reserveCpus: 2,
      publish: ['80:80/tcp/host'],
      constraints: ['node.labels.rack==large'],
    });
    refused(
      'scheduling constraints not satisfied on 2 nodes; 1 node not available for new tasks; insufficient resources on 1 node; host-mode port already in use on 1 node',
    );

    lab.say('Who is counted where: every filter of every node.');
    const { nodes = [] } = lab.explain('api.1');
    const reasons = (name: string) => nodes.find(({ node }) => node === name)?.rejected ?? [];
    lab.expectEqual('what worker3 lacks', reasons('worker3'), ['1 of 2 CPU unreserved']);
    lab.expectEqual('what worker4 lacks', reasons('worker4'), ['host port in use']);
    lab.expectEqual('all that manager1 lacks', reasons('manager1'), [
      'drain',
      'constraint node.labels.rack==large',
    ]);

    lab.say('The manager is active again. It fails the next filter then: one more for the constraints.');
    lab.node.update('manager1', { availability: 'active' });
    refused(
      'scheduling constraints not satisfied on 3 nodes; insufficient resources on 1 node; host-mode port already in use on 1 node',
    );

    lab.say('A label with another value, and of another kind: neither helps.');
    lab.node.update('worker1', { addLabels: { rack: 'larger' } });
    lab.wait('10s');
    lab.expect('api.1 still waits', lab.running('api').length === 0);

    lab.say('Port 80 of worker4 is free again, and the task has a node.');
    lab.service.remove('edge');
    lab.untilConverged('api');
    lab.expectEqual('the node of api.1', lab.running('api')[0]?.node, 'worker4');

    lab.say(
      'The usual slip: rack==large instead of node.labels.rack==large is accepted, and matches nobody.',
    );
    lab.service.create('typo', { image: 'api:1', constraints: ['rack==large'] });
    lab.until('the scheduler to say why', () => lab.tasks('typo')[0]?.error.startsWith('no ') === true);
    lab.expectEqual(
      'its error',
      lab.service.ps('typo')[0]?.error,
      'no suitable node (scheduling constraints not satisfied on 5 nodes)',
    );
  },
} satisfies Scenario;
