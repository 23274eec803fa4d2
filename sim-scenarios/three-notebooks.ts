// Three notebooks: a volume has a name in the whole swarm, and a content on each node.
//
// Watch the database move. Its volume has the same name everywhere, and docker makes it where it is missing: empty, and without a word. What
// was written stays on the node that is gone. Watch a directory of the host instead: where it is missing the task is rejected, which is at
// least said. And watch a constraint: a database that may run on one node alone waits for it, and has its rows when it is back.

import type { Lab, Scenario } from 'swarmlab';

function node(lab: Lab): string {
  return lab.container('db.1').node;
}

/** The node of the database is lost, and the database starts elsewhere. */
function loseNode(lab: Lab): string {
  const lost = node(lab);
  lab.crash(lost);
  lab.untilNode(lost, 'down');
  lab.untilConverged('db');
  return lost;
}

const mounts = ['pg:/data'];

export default [
  {
    title: 'Three notebooks: a volume does not follow its container',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      const rows = () => lab.volume(node(lab), 'pg').read('rows');
      lab.service.create('db', { image: 'postgres:17', mounts, constraints: ['node.role==worker'] });
      lab.untilConverged('db');
      lab.volume(node(lab), 'pg').write('rows', '42');
      lab.wait('1s');
      lab.expectEqual('the rows', rows(), '42');

      lab.say('Its node loses power. The database starts on another one, with a volume of the same name.');
      const first = loseNode(lab);
      lab.expectEqual('the tasks that run', lab.running('db').length, 1);
      lab.expectEqual('the rows', rows(), undefined);
      lab.volume(node(lab), 'pg').write('rows', '7');
      lab.wait('1s');

      lab.say('And once more: a third notebook.');
      const second = loseNode(lab);
      lab.expectEqual('the rows', rows(), undefined);

      lab.say('All of them are still there, each on its node.');
      lab.restart(first, second);
      lab.untilNode(first, 'ready');
      lab.untilNode(second, 'ready');
      lab.expectEqual(
        'the rows of the first and of the second',
        [first, second].map((name) => lab.volume(name, 'pg').read('rows')),
        ['42', '7'],
      );
    },
  },
  {
    title: 'Three notebooks: a directory that is missing is an error, at least',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      lab.volume('worker1', '/srv/pg').write('rows', '42');
      lab.wait('1s');
      lab.node.update('manager1', { availability: 'drain' });
      lab.node.update('worker2', { availability: 'pause' });
      lab.service.create('db', { image: 'postgres:17', mounts: ['/srv/pg:/data'] });
      lab.untilConverged('db');
      lab.node.update('worker2', { availability: 'active' });

      lab.say('worker1 is drained. worker2 has no such directory.');
      lab.node.update('worker1', { availability: 'drain' });
      lab.until('a task to be rejected', () => lab.tasks('db').some(({ state }) => state === 'rejected'));
      lab.expectEqual(
        'its error',
        lab.tasks('db').find(({ state }) => state === 'rejected')?.error,
        'invalid mount config for type "bind": bind source path does not exist: /srv/pg',
      );
    },
  },
  {
    title: 'Three notebooks: a database with one place to be waits for it',
    cluster: { managers: 1, workers: 3, nodes: { worker2: { labels: { pg: 'here' } } } },

    script(lab) {
      lab.service.create('db', { image: 'postgres:17', mounts, constraints: ['node.labels.pg==here'] });
      lab.untilConverged('db');
      lab.volume('worker2', 'pg').write('rows', '42');
      lab.wait('1s');
      lab.crash('worker2');
      lab.untilNode('worker2', 'down');
      lab.wait('10m');
      lab.expectEqual('the tasks that run beside the one that is lost', lab.running('db').length, 0);

      lab.restart('worker2');
      lab.untilNode('worker2', 'ready');
      lab.untilConverged('db');
      lab.expectEqual('the rows', lab.volume(node(lab), 'pg').read('rows'), '42');
    },
  },
] satisfies Scenario[];
