// A global service: one task on every node that may have one, whatever happens to the nodes.
//
// Watch who gets a task and who loses it: a new constraint ends the task of a node that no longer matches and leaves all others alone; a
// drained node and a node that is down lose theirs and nobody gets a second one instead; a node that is back gets a new one at once.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Global service: one task a node, through constraints, a drain and a crash',
  cluster: { managers: 1, workers: 3 },

  script(lab) {
    const nodesOf = () =>
      lab
        .running('agent')
        .map(({ node }) => node)
        .toSorted();
    const idOn = (name: string) => lab.running('agent').find(({ node }) => node === name)?.id;
    const all = ['manager1', 'worker1', 'worker2', 'worker3'];
    const workers = ['worker1', 'worker2', 'worker3'];

    lab.say('Global: no number of replicas, one task on each node, managers included.');
    lab.service.create('agent', { image: 'monitor:3', mode: 'global' });
    lab.untilConverged('agent');
    lab.expectEqual('the nodes of agent', nodesOf(), all);
    const before = workers.map(idOn);

    lab.say('A new constraint: workers alone. The task of manager1 ends; the others do not restart.');
    lab.service.update('agent', { constraints: ['node.role==worker'] });
    lab.until(
      'agent to leave manager1',
      () => !lab.containers('manager1').some((name) => name.startsWith('agent')),
    );
    lab.expectEqual('the nodes of agent', nodesOf(), workers);
    lab.expect('the workers keep their tasks', workers.map(idOn).join() === before.join());

    lab.say('worker1 is drained. Its task ends, and nobody gets a second one for it.');
    lab.node.update('worker1', { availability: 'drain' });
    lab.until('worker1 to be empty', () => lab.containers('worker1').length === 0);
    lab.wait('1m');
    lab.expectEqual('the nodes of agent', nodesOf(), ['worker2', 'worker3']);

    lab.say('Active again, it gets a new task at once.');
    lab.node.update('worker1', { availability: 'active' });
    lab.untilConverged('agent');
    lab.expectEqual('the nodes of agent', nodesOf(), workers);
    lab.expect('the task on worker1 is a new one', idOn('worker1') !== before[0]);

    lab.say(
      'worker2 loses power. Its last heartbeat may be 5.5 s old; three periods without one make it down.',
    );
    lab.crash('worker2');
    const crashed = lab.seconds;
    lab.untilNode('worker2', 'down');
    const noticed = lab.seconds - crashed;
    lab.expect('worker2 is down 8 to 16.5 s after the crash', noticed >= 8 && noticed <= 16.6);
    lab.wait('1m');
    lab.expectEqual('the tasks that are meant to run', wanted(), ['worker1', 'worker3']);

    lab.say('worker2 comes back: ready, and with a new task.');
    lab.restart('worker2');
    lab.untilNode('worker2', 'ready');
    lab.untilConverged('agent');
    lab.expectEqual('the nodes of agent', nodesOf(), workers);
    lab.expect('the task on worker2 is a new one', idOn('worker2') !== before[1]);
    lab.expect('worker3 still has its first task', idOn('worker3') === before[2]);

    function wanted(): string[] {
      const tasks = lab.tasks('agent').filter(({ desired }) => desired === 'running');
      return tasks.map(({ node }) => node).toSorted();
    }
  },
} satisfies Scenario;
