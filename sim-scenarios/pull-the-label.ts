// Pull the label: constraints are checked for as long as a task lives, and reservations only when it is placed.
//
// Watch the global service. A label that goes takes the task with it, at once; on a paused node it stays, and goes when the node is active
// again. Watch the update that asks for more CPU than one node has: a global service must have its task there, so that task waits, and the
// update with it, for ever; the nodes behind it keep the old version.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Pull the label: a global service loses nodes at once, and one small node holds up its update',
  cluster: {
    managers: 1,
    workers: 3,
    nodes: {
      worker1: { labels: { agent: 'yes' } },
      worker2: { labels: { agent: 'yes' } },
      worker3: { labels: { agent: 'yes' }, cpus: 2 },
    },
  },

  script(lab) {
    const nodes = () =>
      lab
        .running('agent')
        .map(({ node }) => node)
        .toSorted();
    lab.service.create('agent', {
      image: 'agent:1',
      mode: 'global',
      constraints: ['node.labels.agent==yes'],
      restart: { delay: '1s' },
    });
    lab.untilConverged('agent');
    lab.expectEqual('the nodes of agent', nodes(), ['worker1', 'worker2', 'worker3']);

    lab.say('worker1 loses its label, and its task at once.');
    lab.node.update('worker1', { removeLabels: ['agent'] });
    lab.until('worker1 to be empty', () => lab.containers('worker1').length === 0, '10s');
    const evicted = lab.tasks('agent').find(({ node }) => node === 'worker1');
    lab.expectEqual('its state', evicted?.state, 'rejected');
    lab.expectEqual('its error', evicted?.error, 'assigned node no longer meets constraints');
    lab.expectEqual('the nodes of agent', nodes(), ['worker2', 'worker3']);
    lab.explain('why-not worker1 for agent');

    lab.say('worker2 is paused before its label goes: nobody looks at paused nodes.');
    lab.node.update('worker2', { availability: 'pause' });
    lab.node.update('worker2', { removeLabels: ['agent'] });
    lab.wait('10m');
    lab.expectEqual('the nodes of agent', nodes(), ['worker2', 'worker3']);
    lab.node.update('worker2', { availability: 'active' });
    lab.until('worker2 to be empty', () => lab.containers('worker2').length === 0, '10s');

    lab.say('Both get their labels back, and their tasks. A drain takes the task of worker1.');
    lab.node.update('worker1', { addLabels: { agent: 'yes' } });
    lab.node.update('worker2', { addLabels: { agent: 'yes' } });
    lab.until('three tasks', () => lab.running('agent').length === 3);
    lab.node.update('worker1', { availability: 'drain' });
    lab.until('worker1 to be empty', () => lab.containers('worker1').length === 0, '30s');
    lab.node.update('worker1', { availability: 'active' });
    lab.until('three tasks', () => lab.running('agent').length === 3);

    lab.say('An update reserves 3 CPU for each. worker3 has 2, and a global service cannot go elsewhere.');
    lab.service.update('agent', { reserveCpus: 3 });
    lab.until('a task that waits', () =>
      lab.tasks('agent').some(({ state, error }) => state === 'pending' && error !== ''),
    );
    lab.wait('30m');
    const stuck = lab.tasks('agent').find(({ state }) => state === 'pending');
    lab.expectEqual('the node it waits for', stuck?.node, 'worker3');
    lab.expectEqual('its error', stuck?.error, 'insufficient resources on 1 node');
    lab.expectEqual('the state of the update', lab.updateStatus('agent')?.state, 'updating');
    lab.expectEqual('the nodes of agent', nodes(), ['worker1', 'worker2']);
  },
} satisfies Scenario;
