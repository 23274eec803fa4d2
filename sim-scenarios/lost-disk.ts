// A manager's disk is lost. The machine is back in a minute, but the manager it was is not: nobody can be it again.
//
// Watch the machine with the empty disk: it belongs to no swarm, and joins as somebody new, with a new identity. Watch the old identity: it
// has no machine any more, and still has a vote. Three managers run and four are counted, so a majority is three, and the next failure is
// one too many. Two nodes have the same name now; the dead one is demoted and removed by its ID, and only then is all as it was.

import type { Lab, Scenario } from 'swarmlab';

const noSwarm =
  'Error response from daemon: This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
const noLeader =
  "Error response from daemon: rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.";

/** `docker node ls`, of managers alone. */
function managers(lab: Lab, host: string): readonly string[] {
  return lab
    .at(host)
    .node.ls()
    .filter(({ manager }) => manager !== '')
    .map(
      ({ name, status, manager }) => `${name} ${status} ${manager === 'Unreachable' ? manager : 'in touch'}`,
    )
    .toSorted();
}

export default {
  title: 'Lost disk: a manager comes back as somebody else, and its ghost keeps a vote',
  cluster: { managers: 3, workers: 2 },

  script(lab) {
    lab.service.create('web', { image: 'nginx:1.27', replicas: 2, constraints: ['node.role==worker'] });
    lab.untilConverged('web');

    lab.say('manager3 loses power and its disk, and comes up with an empty one.');
    lab.crash('manager3');
    lab.wipe('manager3');
    lab.restart('manager3');
    lab.untilNode('manager3', 'down');
    lab.expectEqual(
      'docker node ls on manager3',
      lab.refusal(() => lab.at('manager3').node.ls()),
      noSwarm,
    );
    lab.expectEqual('the managers of the swarm', managers(lab, 'manager1'), [
      'manager1 ready in touch',
      'manager2 ready in touch',
      'manager3 down Unreachable',
    ]);

    lab.say(
      'It joins again, as a new manager. The old one stays where it was: four members, of which three must agree.',
    );
    lab.at('manager3').swarm.join('manager1', lab.swarm.joinToken('manager'));
    lab.untilNode('manager1', 'ready');
    lab.wait('10s');
    lab.expectEqual('the managers of the swarm', managers(lab, 'manager1'), [
      'manager1 ready in touch',
      'manager2 ready in touch',
      'manager3 down Unreachable',
      'manager3 ready in touch',
    ]);

    lab.say('manager2 fails. Three real managers could take that; of four, two are no majority.');
    lab.crash('manager2');
    lab.until('the leader to step down', () => lab.leader() === undefined);
    lab.wait('1m');
    lab.expectEqual(
      'docker node ls',
      lab.refusal(() => lab.node.ls()),
      noLeader,
    );

    lab.say('manager2 comes back. The ghost has the name of a living manager, so it must be told by its ID.');
    lab.restart('manager2');
    const leader = lab.untilLeader('5m');
    lab.wait('1m');
    const { node } = lab.at(leader);
    lab.expect(
      'a name that two nodes have is refused',
      lab.refusal(() => node.demote('manager3'))?.endsWith('node manager3 is ambiguous (2 matches found)') ===
        true,
    );
    const ghost = node.ls().find(({ name, status }) => name === 'manager3' && status === 'down');
    node.demote(ghost?.id ?? '');
    lab.wait('10s');
    node.remove(ghost?.id ?? '');
    lab.expectEqual('the managers of the swarm', managers(lab, leader), [
      'manager1 ready in touch',
      'manager2 ready in touch',
      'manager3 ready in touch',
    ]);

    lab.say('manager2 fails once more. Two of three are a majority again.');
    lab.crash('manager2');
    lab.until('a leader', () => lab.leader() !== undefined && lab.leader() !== 'manager2', '5m');
    lab.wait('1m');
    lab.service.scale('web', 4);
    lab.untilConverged('web');
    lab.expectEqual('the number of tasks that run', lab.running('web').length, 4);
  },
} satisfies Scenario;
