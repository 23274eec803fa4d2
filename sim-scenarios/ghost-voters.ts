// Managers that are gone still vote: absent, for ever.
//
// Watch docker swarm leave --force on two of five managers. The machines are gone, but their chairs are not: a majority is still 3 of 5,
// and just 3 are left. One more failure, of a swarm that could take two, and nobody leads. The second scenario does it in the right order,
// demote, leave, rm: the group shrinks to three, and the same failure changes nothing.

import type { Lab, Scenario } from 'swarmlab';

const noLeader =
  "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";
const leaving =
  'Error response from daemon: You are attempting to leave the swarm on a node that is participating as a manager. The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` to suppress this message.';

const gone = ['manager4', 'manager5'];

function begin(lab: Lab): void {
  lab.service.create('web', { image: 'nginx:1.27', replicas: 2, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
}

/** `docker node ls`, of managers alone. */
function managers(lab: Lab, host = 'manager1'): readonly string[] {
  return lab
    .at(host)
    .node.ls()
    .filter(({ manager }) => manager !== '')
    .map(({ name, status, manager }) => `${name} ${status} ${manager}`);
}

/** Demotes and removes a node that does not run any more, or is a worker by now. */
function bury(lab: Lab, host: string, name: string): void {
  lab.untilNode(name, 'down');
  lab.at(host).node.remove(name);
}

export default [
  {
    title: 'Ghost voters: two of five managers leave by force, and still count',
    cluster: { managers: 5, workers: 2 },

    script(lab) {
      begin(lab);
      lab.say('Docker does not let a manager leave just so, and tells how to be rid of the message.');
      lab.expectEqual(
        'docker swarm leave',
        lab.refusal(() => lab.at('manager4').swarm.leave()),
        leaving,
      );
      lab.say('By force it goes. Nobody asks the other managers, and nobody tells them.');
      for (const name of gone) lab.at(name).swarm.leave({ force: true });
      for (const name of gone) lab.untilNode(name, 'down');
      lab.expectEqual('the managers of the swarm', managers(lab), [
        'manager1 ready Leader',
        'manager2 ready Reachable',
        'manager3 ready Reachable',
        'manager4 down Unreachable',
        'manager5 down Unreachable',
      ]);
      lab.expect(
        'a ghost cannot be removed, not even by force, while it has a vote',
        lab
          .refusal(() => lab.node.remove('manager4', { force: true }))
          ?.endsWith(
            'is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal',
          ) === true,
      );

      lab.say('manager3 loses power. Of five chairs, two are taken: no majority, and nobody leads.');
      lab.crash('manager3');
      lab.until('the leader to step down', () => lab.leader() === undefined);
      lab.wait('1m');
      lab.expectEqual(
        'docker node ls',
        lab.refusal(() => lab.node.ls()),
        noLeader,
      );

      lab.say('It comes back. Now the ghosts are demoted and removed, which needs the three that are left.');
      lab.restart('manager3');
      const leader = lab.untilLeader('5m');
      lab.wait('1m');
      for (const name of gone) {
        lab.at(leader).node.demote(name);
        lab.wait('10s');
        lab.at(leader).node.remove(name);
      }
      lab.expectEqual('the number of managers of the swarm', managers(lab, leader).length, 3);

      lab.say('The same failure once more. Two of three are a majority.');
      lab.crash('manager3');
      lab.until('a leader', () => lab.leader() !== undefined && lab.leader() !== 'manager3', '5m');
      lab.wait('1m');
      lab.service.scale('web', 4);
      lab.untilConverged('web');
    },
  },
  {
    title: 'Ghost voters, avoided: demote, leave, rm',
    cluster: { managers: 5, workers: 2 },

    script(lab) {
      begin(lab);
      lab.say('The same two managers go, one after the other: demoted first, so that nobody counts them.');
      for (const name of gone) {
        lab.node.demote(name);
        lab.until(`${name} to be a manager no more`, () => !lab.managers().includes(name));
        lab.at(name).swarm.leave();
        bury(lab, 'manager1', name);
      }
      lab.expectEqual('the managers of the swarm', managers(lab), [
        'manager1 ready Leader',
        'manager2 ready Reachable',
        'manager3 ready Reachable',
      ]);

      lab.say('manager3 loses power. Two of three are a majority, and the swarm takes commands.');
      lab.crash('manager3');
      lab.service.scale('web', 4);
      lab.untilConverged('web');
      lab.wait('5m');
      lab.expectEqual('the leader', lab.leader(), 'manager1');
    },
  },
] satisfies Scenario[];
