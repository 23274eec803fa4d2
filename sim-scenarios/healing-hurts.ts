// A manager that was cut off costs the swarm its leader, at the moment when the cable is plugged in again.
//
// Watch manager3 while it is alone: it hears no leader, so it asks for votes again and again, each time in the next term; nobody notices.
// Watch the heal: it refuses the leader, whose term is long past, and by that deposes it. Two of three managers were well all the time,
// and yet there is an election. Nothing that was committed is lost. The second scenario is the same with pre-vote, which SwarmKit does not
// use: a manager asks first whether it could win, terms stay where they are, and nothing happens.

import type { Lab, Scenario } from 'swarmlab';

/** Cuts manager3 off for a minute, and has the others do something meanwhile. */
function cutOff(lab: Lab): void {
  lab.service.create('web', { image: 'nginx:1.27', replicas: 2, constraints: ['node.role==worker'] });
  lab.untilConverged('web');
  const term = lab.term('manager1');
  lab.isolate('manager3');
  lab.service.scale('web', 4);
  lab.wait('1m');
  lab.expectEqual('the leader', lab.leader(), 'manager1');
  lab.expectEqual('its term', lab.term('manager1'), term);
}

/** Promises that nothing the swarm had agreed on is lost. */
function expectNothingLost(lab: Lab): void {
  lab.untilNode('manager3', 'ready');
  lab.untilConverged('web');
  lab.expectEqual('the number of tasks that run', lab.running('web').length, 4);
}

export default [
  {
    title: 'Healing hurts: a manager that was cut off deposes the leader when it is back',
    cluster: { managers: 3, workers: 2 },

    script(lab) {
      lab.say('manager3 is cut off for a minute. The other two are a majority, and take commands.');
      const before = lab.term('manager1');
      cutOff(lab);
      const asked = lab.term('manager3') - before;
      lab.say(`Alone, manager3 has asked for votes ${asked} times. Each time its term went up by one.`);
      // The first time 9 to 20 s after the last heartbeat, then every 10 to 19 s.
      lab.expect('its term went up by 3 to 6', asked >= 3 && asked <= 6);

      lab.say(
        'The cable is plugged in. manager3 answers the next heartbeat of the leader with its own term.',
      );
      const term = lab.term('manager3');
      lab.heal();
      lab.until('the leader to step down', () => lab.leader() === undefined, '5s');
      const down = lab.seconds;
      const next = lab.untilLeader('5m');
      lab.say(
        `${next} leads in term ${lab.term(next)}. Nobody led for ${(lab.seconds - down).toFixed(1)} s.`,
      );
      lab.expect('the new term is later than any that manager3 was in', lab.term(next) > term);
      lab.expect('somebody who has everything leads', next !== 'manager3' || lab.running('web').length === 4);

      lab.say('It was one election. From now on it is quiet, and nothing is lost.');
      const settled = lab.term(next);
      expectNothingLost(lab);
      lab.wait('5m');
      lab.expectEqual('the leader', lab.leader(), next);
      lab.expectEqual(
        'the terms of the managers',
        lab.managers().map((manager) => lab.term(manager)),
        [settled, settled, settled],
      );
    },
  },
  {
    title: 'Healing does not hurt: the same with pre-vote',
    cluster: { managers: 3, workers: 2, preVote: true },

    script(lab) {
      lab.say(
        'manager3 is cut off for a minute. It asks the others whether it could win, and gets no answer.',
      );
      const term = lab.term('manager1');
      cutOff(lab);
      lab.expectEqual('the term of manager3', lab.term('manager3'), term);

      lab.say('The cable is plugged in. manager3 is in the same term, and follows.');
      lab.heal();
      expectNothingLost(lab);
      lab.wait('5m');
      lab.expectEqual('the leader', lab.leader(), 'manager1');
      lab.expectEqual(
        'the terms of the managers',
        lab.managers().map((manager) => lab.term(manager)),
        [term, term, term],
      );
    },
  },
] satisfies Scenario[];
