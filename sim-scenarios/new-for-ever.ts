// New, for ever: three tasks that do not start, and who is to blame for each.
//
// The state tells where a task is stuck. New: the allocator has no address for it. Pending: the scheduler has no node. Preparing: its node does
// not have the image yet. Watch the network of eight addresses: when they are used up nothing is said of it anywhere, for the allocator only
// writes to a log. Watch the task start as soon as another service goes and gives its addresses back.

import type { Scenario } from 'swarmlab';

export default {
  title: 'New, for ever: a small network is full, and the task says nothing',
  cluster: { managers: 1, workers: 2 },

  script(lab) {
    const constraints = ['node.role==worker'];
    const states = (service: string) =>
      lab.service
        .ps(service)
        .map(({ state }) => state)
        .toSorted();
    lab.network.create('small', { subnet: '10.9.0.0/29' });

    lab.say(
      'Eight addresses: the first, the last and the gateway are taken. old takes two, for itself and for its task.',
    );
    lab.service.create('old', { image: 'nginx:1.27', networks: ['small'], constraints });
    lab.untilConverged('old');
    lab.say('Each node on the network takes one, and web itself. For its two tasks that is not enough.');
    lab.service.create('web', { image: 'nginx:1.27', replicas: 2, networks: ['small'], constraints });
    lab.say('Beside it a service whose image takes hours, and one that no node may run.');
    lab.image('big:1', { pull: '2h' });
    lab.service.create('big', { image: 'big:1', constraints });
    lab.service.create('db', { image: 'postgres:17', constraints: ['node.labels.disk==ssd'] });
    lab.wait('30m');

    lab.say(`web: ${states('web').join(', ')}.`);
    const stuck = lab.tasks('web').filter(({ state }) => state === 'new');
    lab.expect('a task of web is new', stuck.length > 0);
    lab.expectEqual('what it says', [stuck[0]?.message, stuck[0]?.error], ['created', '']);
    lab.expectEqual('db', states('db'), ['pending']);
    lab.expectEqual('big', states('big'), ['preparing']);
    const why = lab.explain(stuck[0]?.name ?? '');
    lab.expect('the allocator is to blame', why.line.includes('the allocator has no address for it'));

    lab.say('old goes. Its addresses are free, and what was new for half an hour runs within seconds.');
    lab.service.remove('old');
    lab.untilConverged('web', '15s');
    lab.expectEqual('web', states('web'), ['running', 'running']);
  },
} satisfies Scenario;
