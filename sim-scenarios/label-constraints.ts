// A service that may run only where a label says so, and labels that come and go.
//
// Watch the error of a task that finds no node: it counts the nodes by the filter that refused them, and it is no failure, so nothing but a
// change of nodes or of the service ends the wait. Watch who acts when a label goes away: the scheduler looks at constraints once, the
// constraint enforcer for ever, but on active nodes alone.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Label constraints: a task without a node, a label that arrives, a label that goes',
  cluster: {
    managers: 1,
    workers: 3,
    nodes: {
      worker1: { labels: { zone: 'a' } },
      worker2: { labels: { zone: 'a' } },
      worker3: { labels: { zone: 'b' } },
    },
  },

  script(lab) {
    const nodesOf = (service: string) => lab.running(service).map(({ node }) => node);
    const newest = (service: string) => lab.tasks(service)[0];
    const noNode = 'no suitable node (scheduling constraints not satisfied on 4 nodes)';

    lab.say('Two equal signs and a label: both tasks go to zone a. Two tasks, two nodes.');
    lab.service.create('cache', { image: 'redis:7', replicas: 2, constraints: ['node.labels.zone==a'] });
    lab.untilConverged('cache');
    lab.expectEqual('the nodes of cache', nodesOf('cache').toSorted(), ['worker1', 'worker2']);

    lab.say('A node without the label satisfies !=, so the manager is allowed here; zone b is not.');
    lab.service.create('api', { image: 'api:1', replicas: 6, constraints: ['node.labels.zone!=b'] });
    lab.untilConverged('api');
    lab.expect('no task of api runs on worker3', !nodesOf('api').includes('worker3'));
    lab.expect('a task of api runs on manager1', nodesOf('api').includes('manager1'));

    lab.say('No node has a label disk. The task of db waits.');
    lab.service.create('db', { image: 'postgres:17', constraints: ['node.labels.disk==ssd'] });
    lab.until('the scheduler to say why', () => newest('db')?.error.startsWith('no suitable') === true);
    lab.expectEqual('the error of db.1', newest('db')?.error, noNode);
    lab.say('A minute later it still waits, Pending: that is no failure, and there is no time limit.');
    lab.wait('1m');
    lab.expectEqual('the state of db.1', newest('db')?.state, 'pending');
    lab.expectEqual('the number of tasks db has had', lab.tasks('db').length, 1);

    lab.say('worker2 gets the label, and within a moment the task.');
    lab.node.update('worker2', { addLabels: { disk: 'ssd' } });
    lab.untilConverged('db');
    lab.expectEqual('the nodes of db', nodesOf('db'), ['worker2']);
    lab.expectEqual('the number of tasks db has had', lab.tasks('db').length, 1);

    lab.say('The label goes. The constraint enforcer rejects the task, and its replacement has no node.');
    lab.node.update('worker2', { removeLabels: ['disk'] });
    lab.until('a task without a node', () => newest('db')?.error === noNode);
    const rejected = lab.tasks('db').find(({ state }) => state === 'rejected');
    lab.expectEqual(
      'the error of the old task',
      rejected?.error,
      'assigned node no longer meets constraints',
    );
    lab.expectEqual('its message', rejected?.message, 'task rejected by constraint enforcer');
    lab.until('the container to stop', () => !lab.containers('worker2').includes('db.1'));

    lab.say('worker3 gets the label, in capitals: values are compared without regard to case.');
    lab.node.update('worker3', { addLabels: { disk: 'SSD' } });
    lab.untilConverged('db');
    lab.expectEqual('the nodes of db', nodesOf('db'), ['worker3']);

    lab.say('worker3 is paused before its label goes: the enforcer looks at active nodes alone.');
    lab.node.update('worker3', { availability: 'pause' });
    lab.node.update('worker3', { removeLabels: ['disk'] });
    lab.wait('1m');
    lab.expectEqual('the nodes of db', nodesOf('db'), ['worker3']);
    lab.say('Active again, it is looked at.');
    lab.node.update('worker3', { availability: 'active' });
    lab.until('db to be off worker3', () => !nodesOf('db').includes('worker3'));
    lab.until('a task without a node', () => newest('db')?.error === noNode);
  },
} satisfies Scenario;
