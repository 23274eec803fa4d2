// The empty full node: nodes on which nothing happens, and on which there is no room.
//
// Watch the seventh task. Three workers have 4 GiB each, and six containers do nothing at all on them; but each was promised 1500 MiB, and a
// promise counts whether it is used or not. Watch the tasks that ask for nothing: they go to the same full nodes, as many as you like.

import type { Scenario } from 'swarmlab';

export default {
  title: 'The empty full node: reservations are counted, and use is not',
  cluster: {
    managers: 1,
    workers: 3,
    nodes: { worker1: { memory: '4g' }, worker2: { memory: '4g' }, worker3: { memory: '4g' } },
  },

  script(lab) {
    const constraints = ['node.role==worker'];
    const waiting = () => lab.tasks('api').filter(({ state }) => state === 'pending');

    lab.say('1500 MiB for each of seven. Two fit on a worker of 4 GiB, and 1096 MiB are left over.');
    lab.service.create('api', { image: 'api:1', replicas: 7, reserveMemory: '1500m', constraints });
    lab.until('six to run', () => lab.running('api').length === 6);
    lab.wait('10m');
    lab.expectEqual('the tasks that run', lab.running('api').length, 6);
    lab.expectEqual(
      'the error of the seventh',
      waiting()[0]?.error,
      'no suitable node (insufficient resources on 3 nodes; scheduling constraints not satisfied on 1 node)',
    );
    const { nodes = [] } = lab.explain('placement api');
    const worker = nodes.find(({ node }) => node === 'worker1');
    lab.expectEqual('what worker1 lacks', worker?.rejected, ['1096 of 1500 MiB unreserved']);
    lab.expectEqual('what would do', worker?.ifOnly?.changes, ['404 MiB more free']);

    lab.say('Thirty tasks that ask for nothing: they all have a place there.');
    lab.service.create('free', { image: 'free:1', replicas: 30, constraints });
    lab.untilConverged('free');
    lab.expectEqual('the tasks of free that run', lab.running('free').length, 30);
    lab.expectEqual('the tasks of api that run', lab.running('api').length, 6);

    lab.say('1 GiB for each: now the seventh fits, and five more would.');
    lab.service.update('api', { reserveMemory: '1g' });
    lab.untilConverged('api');
    lab.service.scale('api', 12);
    lab.untilConverged('api');
    lab.expectEqual(
      'the tasks of api on each worker',
      ['worker1', 'worker2', 'worker3'].map(
        (name) => lab.running('api').filter(({ node }) => node === name).length,
      ),
      [4, 4, 4],
    );
  },
} satisfies Scenario;
