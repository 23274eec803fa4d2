// Managers that disturb: one with a bad cable, one that is deaf, and one that was removed while it was away. How many elections does it cost?
//
// Watch the bad cable: each time it is mended the swarm has an election, three of three times, for the manager comes back in a later term.
// With pre-vote it is none. Watch the deaf manager, which can speak but not hear: it asks for votes all the time, and the others do not even
// answer, for they hear their leader. It disturbs only when it is healed. Watch the removed one: whatever term it is in, nobody listens to it.

import type { Lab, Scenario } from 'swarmlab';

/** A manager that does not lead. */
function follower(lab: Lab): string {
  return lab.managers().find((name) => name !== lab.leader()) ?? '';
}

/** The leader and its term, once nothing has changed for a minute. */
function settled(lab: Lab): { readonly leader: string; readonly term: number } {
  const leader = lab.untilLeader();
  const term = lab.term(leader);
  lab.wait('1m');
  lab.expectEqual('the leader, a minute later', lab.leader(), leader);
  lab.expectEqual('its term', lab.term(leader), term);
  return { leader, term };
}

/** Cuts a follower off for 40 s, three times. Returns how many elections were won. */
function badCable(lab: Lab): number {
  let elections = 0;
  for (const time of ['first', 'second', 'third']) {
    const before = settled(lab);
    const name = follower(lab);
    lab.say(`${name} loses its cable for the ${time} time, for 40 s.`);
    lab.isolate(name);
    lab.wait('40s');
    lab.expectEqual('the leader meanwhile', lab.leader(), before.leader);
    lab.heal();
    // Long enough for the next heartbeat, and for its answer.
    lab.wait('2s');
    const next = lab.untilLeader('5m');
    if (lab.term(next) > before.term) elections++;
  }
  settled(lab);
  return elections;
}

export default [
  {
    title: 'Disruptive servers: a bad cable costs an election each time it is mended',
    cluster: { managers: 3 },
    script(lab) {
      lab.expectEqual('the elections', badCable(lab), 3);
    },
  },
  {
    title: 'Disruptive servers: with pre-vote a bad cable costs none',
    cluster: { managers: 3, preVote: true },
    script(lab) {
      lab.expectEqual('the elections', badCable(lab), 0);
    },
  },
  {
    title: 'Disruptive servers: a deaf manager is not heard',
    cluster: { managers: 3 },

    script(lab) {
      const { term } = settled(lab);
      lab.say(
        'Nothing reaches manager3 any more, but it can send. It asks everybody for votes, in ever later terms.',
      );
      lab.cut(['manager1', 'manager2'], ['manager3']);
      lab.wait('2m');
      const asked = lab.term('manager3') - term;
      // The first time 9 to 20 s after the last heartbeat, then every 10 to 19 s.
      lab.expect(`it asked 6 to 12 times, namely ${asked} times`, asked >= 6 && asked <= 12);

      lab.say('Who has heard its leader within ten seconds ignores such a request, and its term.');
      lab.expectEqual('the leader', lab.leader(), 'manager1');
      lab.expectEqual('the terms of the others', [lab.term('manager1'), lab.term('manager2')], [term, term]);

      lab.say('It hears again: now it answers the leader with its term, and that costs an election.');
      lab.heal();
      lab.until('the leader to step down', () => lab.leader() === undefined, '5s');
      const next = lab.untilLeader('5m');
      lab.expect('the new term is later than those of manager3', lab.term(next) > term + asked);
      settled(lab);
    },
  },
  {
    title: 'Disruptive servers: a removed manager is not listened to',
    cluster: { managers: 3 },

    script(lab) {
      const { term } = settled(lab);
      lab.say('manager3 is cut off, and given up: demoted and removed. It cannot know.');
      lab.isolate('manager3');
      lab.untilNode('manager3', 'down');
      lab.node.demote('manager3');
      lab.wait('10s');
      lab.node.remove('manager3');
      lab.until('manager3 to have asked for votes', () => lab.term('manager3') > term);

      lab.say('The cable is mended. manager3 is in a later term than the leader, and asks for votes.');
      lab.heal();
      lab.until('manager3 to hear that it was removed', () => !lab.managers().includes('manager3'), '1m');
      lab.say(
        'It was told that it is no member any more, and has given up its part of Raft. There was no election.',
      );
      lab.wait('2m');
      lab.expectEqual('the leader', lab.leader(), 'manager1');
      lab.expectEqual('the terms of the others', [lab.term('manager1'), lab.term('manager2')], [term, term]);
    },
  },
] satisfies Scenario[];
