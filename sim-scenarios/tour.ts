// The tour: a swarm from its first election to a lost leader, in about four virtual minutes.
//
// Watch how managers elect a leader; how the scheduler spreads replicas and obeys label constraints; how a global service has one task a
// node; how an update replaces tasks one after the other; how a bad image stops an update, and the way back; and how, with one of three
// managers gone, the others elect a new leader while every container runs on.

import type { Scenario } from 'swarmlab';

export default {
  title: 'The tour: elections, placement, updates, rollback and a crashed leader',
  cluster: {
    managers: 3,
    workers: 3,
    nodes: {
      worker1: { labels: { zone: 'a' } },
      worker2: { labels: { zone: 'a' } },
      worker3: { labels: { zone: 'b' } },
    },
  },

  script(lab) {
    lab.say('Three managers share one replicated log. One of them leads.');
    const leader = lab.untilLeader();
    lab.expectEqual('the number of managers', lab.managers().length, 3);

    lab.say('A replicated service: four tasks, spread over the nodes.');
    lab.service.create('web', { image: 'nginx:1.27', replicas: 4, update: { parallelism: 1, delay: '2s' } });
    lab.untilConverged('web');
    lab.expectEqual(
      'the number of nodes web runs on',
      new Set(lab.running('web').map((task) => task.node)).size,
      4,
    );

    lab.say('A label constraint: only nodes of zone a may run the cache.');
    lab.service.create('cache', { image: 'redis:7', replicas: 2, constraints: ['node.labels.zone==a'] });
    lab.untilConverged('cache');
    const cacheNodes = lab.running('cache').map((task) => task.node);
    lab.expect(
      'cache runs on worker1 and worker2 alone',
      cacheNodes.every((node) => node !== 'worker3' && node.startsWith('worker')),
    );

    lab.say('A global service: one task on every node.');
    lab.service.create('agent', { image: 'monitor:3', mode: 'global' });
    lab.untilConverged('agent');
    lab.expectEqual('the number of agent tasks', lab.running('agent').length, 6);

    lab.say('A rolling update: one task at a time, two seconds apart.');
    lab.service.update('web', { image: 'nginx:1.28' });
    lab.untilUpdate('web', 'completed');
    lab.expect(
      'every web task runs nginx:1.28',
      lab.running('web').every((task) => task.image === 'nginx:1.28'),
    );

    lab.say('A bad image: it starts, and fails three seconds later.');
    lab.image('nginx:1.29-broken', { exits: { after: '3s', code: 1 } });
    lab.service.update('web', { image: 'nginx:1.29-broken', update: { monitor: '10s' } });
    lab.untilUpdate('web', 'paused');
    lab.expect(
      'most web tasks still run nginx:1.28',
      lab.running('web').filter((task) => task.image === 'nginx:1.28').length >= 2,
    );

    lab.say('The way back: docker service rollback.');
    lab.service.rollback('web');
    lab.untilUpdate('web', 'rollback_completed');
    lab.expect(
      'every web task runs nginx:1.28 again',
      lab.running('web').every((task) => task.image === 'nginx:1.28'),
    );

    lab.say(`The leader, ${leader}, loses power. Two of three managers are a majority.`);
    lab.crash(leader);
    lab.until('another leader', () => lab.leader() !== undefined && lab.leader() !== leader, '2m');
    lab.untilNode(leader, 'down');
    lab.untilConverged('web');
    lab.expectEqual('the number of web tasks that run', lab.running('web').length, 4);

    lab.say(`${leader} comes back, as a follower.`);
    lab.restart(leader);
    lab.untilNode(leader, 'ready');
    lab.untilConverged();
  },
} satisfies Scenario;
