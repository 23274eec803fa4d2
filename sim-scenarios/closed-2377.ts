// Somebody tidies up a firewall and closes 2377 on a manager. Everything that is said to managers goes there: heartbeats and reports of agents,
// what managers tell each other, joins. Answers come back on connections that were opened from inside, so a worker needs no open port for them.
//
// Watch what docker shows, and what users see. Of three managers the leader speaks on but hears no answer: it steps down, what it refused at the
// end is done all the same, and its own machine is given up. An only manager goes on leading, and takes every worker for dead, while every
// container runs and every request is answered. Opening the port again is not free either.

import type { Lab, Scenario } from 'swarmlab';

function deploy(lab: Lab): void {
  lab.service.create('web', {
    image: 'nginx:1.27',
    replicas: 2,
    publish: ['8080:80'],
    constraints: ['node.role==worker'],
  });
  lab.untilConverged('web');
  lab.wait('5s');
}

export default [
  {
    title: 'A closed 2377 on the leader: it speaks on, hears nobody, and is given up',
    cluster: { managers: 3, workers: 2 },

    script(lab) {
      deploy(lab);
      const traffic = lab.traffic({ to: 'worker1:8080', perSecond: 10 });
      lab.say('Somebody closes 2377 on manager1, which leads. It still leads, and still sends.');
      lab.closePort('manager1', '2377');
      lab.wait('3s');
      lab.expectEqual('the leader', lab.leader(), 'manager1');

      lab.say(
        'But no write is committed any more: docker hangs until manager1 gives up, and says that it failed.',
      );
      const answer = lab.refusal(() => lab.service.scale('web', 3));
      lab.expect('it lost its lead', answer?.includes('node lost leader status') === true);
      lab.until('another leader', () => !['manager1', undefined].includes(lab.leader()), '2m');
      const leader = lab.untilLeader();
      const term = lab.term(leader);

      lab.say('manager1 does not learn that, for nobody can tell it.');
      lab.wait('30s');
      const lost = lab.refusal(() => lab.node.ls());
      lab.expect(
        'it says that there is no leader',
        lost?.includes('The swarm does not have a leader') === true,
      );
      lab.untilNode('manager1', 'down');
      for (const worker of ['worker1', 'worker2']) lab.untilNode(worker, 'ready');
      lab.say(
        'What it refused is done all the same: its entry had reached the others, and the new leader commits it.',
      );
      lab.untilConverged('web');
      const wanted = lab.tasks('web').filter(({ desired }) => desired === 'running');
      lab.expectEqual('tasks of web', wanted.length, 3);

      lab.say('The port is opened. manager1 has asked for votes in later terms, and tells them now.');
      lab.wait('1m');
      lab.openPort('manager1', '2377');
      lab.until('the leader to step down', () => lab.leader() === undefined, '5s');
      const next = lab.untilLeader('5m');
      lab.expect('that is one more election', lab.term(next) > term + 1);
      lab.untilNode('manager1', 'ready');
      lab.expectEqual('requests that failed, all the while', traffic.stop().failed, 0);
    },
  },
  {
    title: 'A closed 2377 on the only manager: every worker is Down, and every request is answered',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      deploy(lab);
      const old = lab.tasks('web').map(({ id }) => id);
      const before = ['worker1', 'worker2'].map((worker) => lab.containers(worker));
      const traffic = lab.traffic({ to: 'worker1:8080', perSecond: 10 });
      lab.say(
        'Somebody closes 2377 on the only manager. No heartbeat arrives: 15 s, and all workers are Down.',
      );
      lab.closePort('manager1', '2377');
      lab.untilNode('worker1', 'down');
      lab.untilNode('worker2', 'down');
      lab.wait('1m');
      lab.expectEqual('docker service ls counts what was last heard', lab.service.ls()[0]?.replicas, '2/2');
      const waiting = lab.tasks('web').filter(({ state }) => state === 'pending');
      lab.expectEqual('replacements that wait for a node', waiting.length, 2);
      lab.expectEqual(
        'containers on the workers',
        ['worker1', 'worker2'].map((worker) => lab.containers(worker)),
        before,
      );
      lab.explain('worker1');
      lab.expectEqual('requests that failed', traffic.stop().failed, 0);

      lab.say('A new machine cannot join, and is told only that it took too long.');
      lab.addMachine('late');
      const token = lab.swarm.joinToken('worker');
      const answer = lab.refusal(() => lab.at('late').swarm.join('manager1', token));
      lab.expect('it timed out', answer?.includes('Timeout was reached before node joined') === true);

      lab.say('Opening the port has its price: the managers have long ordered these containers to stop.');
      lab.openPort('manager1', '2377');
      lab.untilNode('worker1', 'ready');
      lab.untilNode('worker2', 'ready');
      lab.untilConverged('web');
      lab.wait('10s');
      const survivors = lab.tasks('web').filter(({ state, id }) => state === 'running' && old.includes(id));
      lab.expectEqual('containers left of those that had run all the time', survivors, []);
    },
  },
  {
    title: 'A machine with a closed 2377 may be a worker, and cannot become a manager',
    cluster: { managers: 1 },

    script(lab) {
      lab.addMachine('second');
      lab.say('A worker is never called: it joins, reports and runs tasks behind any firewall.');
      lab.closePort('second', '2377');
      lab.at('second').swarm.join('manager1', lab.swarm.joinToken('worker'));
      lab.untilNode('second', 'ready');
      lab.service.create('web', { image: 'nginx:1.27', constraints: ['node.hostname==second'] });
      lab.untilConverged('web');

      lab.say('A manager is called by the others. It is looked for before it is let in.');
      lab.node.promote('second');
      lab.wait('1m');
      lab.expectEqual('managers', lab.managers(), ['manager1']);
      lab.openPort('second', '2377');
      lab.until('a second manager', () => lab.managers().includes('second'), '1m');
    },
  },
] satisfies Scenario[];
