// Same host, new soul: a worker leaves the swarm and joins it again, and is somebody else.
//
// Watch the list of nodes. Leaving makes a node down and removes nothing. Joining makes a new node with a new ID, without labels, and now two
// of them have the same name. Watch the database: the label it asks for is on the one that is gone.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Same host, new soul: a node that leaves and joins again has lost its labels, and its ghost stays',
  cluster: { managers: 1, workers: 2, nodes: { worker1: { labels: { disk: 'ssd' } } } },

  script(lab) {
    const entries = () => lab.node.ls().filter(({ name }) => name === 'worker1');
    lab.service.create('db', { image: 'postgres:17', constraints: ['node.labels.disk==ssd'] });
    lab.untilConverged('db');
    const [before] = entries();

    lab.say('worker1 leaves the swarm. It is still on the list, and down.');
    lab.at('worker1').swarm.leave();
    lab.untilNode('worker1', 'down');
    lab.expectEqual('entries called worker1', entries().length, 1);

    lab.say('It joins again: a second entry with the same name, another ID, and no labels.');
    lab.at('worker1').swarm.join('manager1', lab.swarm.joinToken('worker'));
    lab.until('worker1 to be ready', () =>
      lab.nodes().some(({ name, status }) => name === 'worker1' && status === 'ready'),
    );
    const now = entries();
    lab.expectEqual('the states of worker1', now.map(({ status }) => status).toSorted(), ['down', 'ready']);
    const fresh = now.find(({ status }) => status === 'ready');
    const ghost = now.find(({ status }) => status === 'down');
    lab.expectEqual('the ID of the one that is down', ghost?.id, before?.id);
    lab.expectEqual('labels of the one that is ready', fresh?.labels.size, 0);

    lab.say('The database waits for a disk that is there.');
    const noNode =
      'no suitable node (scheduling constraints not satisfied on 3 nodes; 1 node not available for new tasks)';
    lab.until('the scheduler to say why', () => lab.tasks('db')[0]?.error === noNode);
    lab.wait('10m');
    lab.expectEqual('the tasks that run', lab.running('db').length, 0);
    lab.expect(
      'the name alone is refused',
      lab
        .refusal(() => lab.node.update('worker1', { addLabels: { disk: 'ssd' } }))
        ?.endsWith('node worker1 is ambiguous (2 matches found)') === true,
    );

    lab.say('The label again, by ID; and the ghost goes.');
    lab.node.remove(ghost?.id ?? '');
    lab.node.update('worker1', { addLabels: { disk: 'ssd' } });
    lab.untilConverged('db');
    lab.expectEqual('the node of db', lab.running('db')[0]?.node, 'worker1');
  },
} satisfies Scenario;
