// Five managers lose their leader twice, and get both machines back.
//
// Watch how long it takes: every follower waits 10 to 19 s (it draws a new number at each change of role) without hearing a leader before
// it asks for votes in the next term. Two that ask at the same moment may split the votes; then nobody wins, and the term goes up once
// more. Watch too what does not happen: no container stops for want of a leader, and a leader that comes back does not lead again.

import type { Lab, Scenario } from 'swarmlab';

/** The longest that a manager waits before it asks for votes, seconds: 19 ticks, and the rest of the one under way. */
const longestWait = 20;

/** The leader loses power. Returns its successor. */
function loseLeader(lab: Lab): string {
  const old = lab.untilLeader();
  const term = lab.term(old);
  lab.crash(old);
  const crashed = lab.seconds;
  const next = lab.untilLeader('5m');
  const wait = lab.seconds - crashed;
  const terms = lab.term(next) - term;
  lab.say(`${next} leads in term ${lab.term(next)}, ${wait.toFixed(1)} s after ${old} lost power.`);
  lab.expect('a new leader is another machine, in a later term', next !== old && terms > 0);
  // The last heartbeat was up to a second old.
  lab.expect('nobody asked for votes before 10 s without a leader', wait >= 9);
  lab.expect('each round of the election was due within 20 s', wait <= longestWait * terms + 1);
  return next;
}

export default {
  title: 'Leader election: five managers, two crashes, and two that come back',
  cluster: { managers: 5, workers: 2 },

  script(lab) {
    lab.say('manager1 leads: it began the swarm. Two tasks run on the workers.');
    lab.service.create('web', { image: 'nginx:1.27', replicas: 2, constraints: ['node.role==worker'] });
    lab.untilConverged();
    const containers = () => [...lab.containers('worker1'), ...lab.containers('worker2')];
    lab.expectEqual('the containers on the workers', containers().toSorted(), ['web.1', 'web.2']);

    lab.say('The leader loses power. Four of five managers are left, and three votes are needed.');
    const second = loseLeader(lab);

    lab.say('The new leader loses power too. The three that are left need each other.');
    const third = loseLeader(lab);
    lab.expectEqual('the number of managers that are up', lab.managers().length, 3);
    lab.expectEqual('the containers on the workers', containers().toSorted(), ['web.1', 'web.2']);

    lab.say('Three of five are a majority: the swarm takes commands.');
    lab.at(third).service.scale('web', 3);
    lab.untilConverged('web');

    lab.say('Both come back. They follow the leader there is.');
    const term = lab.term(third);
    lab.restart('manager1', second);
    lab.untilNode('manager1', 'ready');
    lab.untilNode(second, 'ready');
    lab.wait('1m');
    lab.expectEqual('the leader', lab.leader(), third);
    for (const manager of lab.managers()) lab.expectEqual(`the term of ${manager}`, lab.term(manager), term);
    lab.expectEqual('the number of managers that are up', lab.managers().length, 5);
  },
} satisfies Scenario;
