// The third rack: what a placement preference prefers, which is not what its name says.
//
// Watch the node without the label. A preference spreads tasks evenly over the values of a label, and to have none is a value too: the one
// unlabelled worker is a rack of its own and gets a third of all tasks. It excludes nobody, and it weighs nobody; a constraint excludes.

import type { Scenario } from 'swarmlab';

const workers = ['worker1', 'worker2', 'worker3', 'worker4', 'worker5'];

export default {
  title: 'The third rack: a preference spreads over values, and no label is a value',
  cluster: {
    managers: 1,
    workers: 5,
    nodes: {
      worker1: { labels: { rack: 'a' } },
      worker2: { labels: { rack: 'a' } },
      worker3: { labels: { rack: 'b' } },
      worker4: { labels: { rack: 'b' } },
    },
  },

  script(lab) {
    const tasks = (service: string) =>
      workers.map((name) => lab.running(service).filter(({ node }) => node === name).length);
    lab.node.update('manager1', { availability: 'drain' });

    lab.say(
      'Nine replicas, spread over racks. Rack a has two workers, rack b has two, and worker5 has no label.',
    );
    lab.service.create('api', { image: 'api:1', replicas: 9, spread: ['node.labels.rack'] });
    lab.untilConverged('api');
    const [one = 0, two = 0, three = 0, four = 0, five] = tasks('api');
    lab.expectEqual('the tasks of rack a, rack b and worker5', [one + two, three + four, five], [3, 3, 3]);

    lab.say('Without the preference each worker has its fair share.');
    lab.service.create('plain', { image: 'api:1', replicas: 10 });
    lab.untilConverged('plain');
    lab.expectEqual('the tasks of each worker', tasks('plain'), [2, 2, 2, 2, 2]);

    lab.say('A constraint keeps worker5 out, and then the racks share alone.');
    lab.service.create('strict', {
      image: 'api:1',
      replicas: 8,
      spread: ['node.labels.rack'],
      constraints: ['node.hostname!=worker5'],
    });
    lab.untilConverged('strict');
    lab.expectEqual('the tasks of each worker', tasks('strict'), [2, 2, 2, 2, 0]);

    lab.say('A rack that is gone is no obstacle: a preference is no condition.');
    lab.node.update('worker3', { availability: 'drain' });
    lab.node.update('worker4', { availability: 'drain' });
    lab.untilConverged('strict');
    lab.expectEqual('the tasks of rack a', tasks('strict').slice(0, 2), [4, 4]);
  },
} satisfies Scenario;
