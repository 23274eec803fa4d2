// After you. No, after you: an update in which the new waits for the old, and the old for the new.
//
// Watch the first run. Start-first keeps the old task until the new one runs; the new one needs port 80 of a host, and the old ones hold all
// of them. Nobody has failed, so nothing rolls back, and the update is under way for as long as you like. Watch for Pending, not for Failed.
// And watch the way out: the task that has waited longest is the one that is forgotten. Watch the second run: a limit of replicas on each node does the same, until there is a spare seat.

import type { Lab, Scenario } from 'swarmlab';

/** Half an hour of an update that waits: not a failure, not a rollback, and the old version still serves. */
function waitInVain(lab: Lab, error: string): void {
  lab.service.update('edge', { image: 'edge:2' });
  lab.until('a task that waits', () =>
    lab.tasks('edge').some((task) => task.state === 'pending' && task.error !== ''),
  );
  lab.wait('30m');
  const fresh = lab.tasks('edge').filter(({ image }) => image === 'edge:2');
  lab.expectEqual(
    'the states of the new tasks',
    fresh.map(({ state }) => state),
    ['pending'],
  );
  lab.expectEqual('why it waits', fresh[0]?.error, error);
  lab.expectEqual('the state of the update', lab.updateStatus('edge')?.state, 'updating');
  lab.expectEqual(
    'what runs',
    lab.running('edge').map(({ image }) => image),
    ['edge:1', 'edge:1', 'edge:1'],
  );
  lab.explain('edge');
}

const update = { order: 'start-first', failureAction: 'rollback' } as const;

export default [
  {
    title: 'After you: start-first and a port of the host wait for each other, and nothing rolls back',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      const constraints = ['node.role==worker'];
      lab.service.create('edge', {
        image: 'edge:1',
        replicas: 3,
        constraints,
        publish: ['80:80/tcp/host'],
        update,
      });
      lab.untilConverged('edge');

      lab.say('The new edge.1 wants port 80, which all three old ones hold.');
      waitInVain(
        lab,
        'no suitable node (host-mode port already in use on 3 nodes; scheduling constraints not satisfied on 1 node)',
      );

      lab.say('Stop-first: the old ones go, one by one, and edge.2 and edge.3 have their ports.');
      lab.service.update('edge', { update: { order: 'stop-first' } });
      lab.untilUpdate('edge', 'completed');
      lab.wait('1m');
      const waiting = lab.tasks('edge').filter(({ state }) => state === 'pending');
      lab.expectEqual('the number of tasks that run', lab.running('edge').length, 2);
      lab.expectEqual(
        'the one that waits, though a port is free',
        waiting.map(({ name }) => name),
        ['edge.1'],
      );
      lab.say(
        'It was refused once more after the update, as a task of an older spec. Nobody looks at it again.',
      );
      lab.explain('edge.1');
      lab.service.update('edge', { force: true });
      lab.untilConverged('edge');
      lab.expectEqual(
        'what runs',
        lab.running('edge').map(({ image }) => image),
        ['edge:2', 'edge:2', 'edge:2'],
      );
    },
  },
  {
    title:
      'After you: start-first and a limit for each node wait for each other, until there is a spare seat',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      lab.node.update('manager1', { availability: 'drain' });
      lab.service.create('edge', { image: 'edge:1', replicas: 3, maxReplicasPerNode: 1, update });
      lab.untilConverged('edge');
      waitInVain(
        lab,
        'no suitable node (max replicas per node limit exceed; 1 node not available for new tasks)',
      );

      lab.say('A fourth worker is a spare seat: one task moves in, its old seat is the next spare one.');
      lab.addMachine('worker4');
      lab.at('worker4').swarm.join('manager1', lab.swarm.joinToken('worker'));
      lab.untilUpdate('edge', 'completed');
      lab.expect(
        'all run edge:2',
        lab.running('edge').every(({ image }) => image === 'edge:2'),
      );
    },
  },
] satisfies Scenario[];
