// Figure 7 of the Raft paper, message by message: a leader comes to power in term 8, and six followers have six different logs.
//
// Watch the leader find out where each log parts from its own. It asks whether an entry is there, and a follower that says no adds which
// term it has and where; so the leader skips a whole term instead of one entry, and needs at most two appends for each follower. One step
// at a time, as the paper has it, they would be 25. Watch what is lost: (c), (d) and (f) have entries that no majority ever had, and give
// them up. The two followers whose logs are ahead, (c) and (d), do not vote for the leader; it wins without them.

import type { Scenario } from 'swarmlab';

const leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

/** Name, log, and how many appends it takes until its log is the leader's. */
const followers = [
  { name: 'a', log: [1, 1, 1, 4, 4, 5, 5, 6, 6], appends: 2 },
  { name: 'b', log: [1, 1, 1, 4], appends: 2 },
  { name: 'c', log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], appends: 1 },
  { name: 'd', log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], appends: 1 },
  { name: 'e', log: [1, 1, 1, 4, 4, 4, 4], appends: 2 },
  { name: 'f', log: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], appends: 2 },
];

export default {
  title: 'Figure 7: six followers, six logs, and one leader that makes them all the same',
  cluster: { managers: 1 },

  script(lab) {
    lab.say(
      'Seven Raft nodes beside the swarm, with the logs of the figure. A log is told by the terms of its entries.',
    );
    const stage = lab.raft([
      { name: 'leader', log: leader, term: 7 },
      ...followers.map(({ name, log }) => ({ name, log, term: 7 })),
    ]);

    lab.say('The node at the top asks for votes in term 8. A node votes for it if its own log is not ahead.');
    stage.campaign('leader');
    for (const { name } of followers) {
      stage.exchange('leader', name);
      if (name === 'b') lab.expect('three votes of seven are not enough', !stage.leads('leader'));
    }
    lab.expect('five votes of seven are enough', stage.leads('leader'));
    const made = [...leader, 8];
    lab.expectEqual('the log of the leader, with the first entry of its term', stage.log('leader'), made);

    for (const { name, log, appends } of followers) {
      lab.say(`Follower (${name}) has ${log.join(' ')}.`);
      let needed = 0;
      while (stage.log(name).join() !== made.join()) {
        stage.exchange('leader', name);
        needed++;
      }
      lab.expectEqual(`the appends until its log is the leader's`, needed, appends);
    }

    lab.say('All logs are the same. What is under way now tells everybody that it is committed.');
    stage.deliverAll();
    lab.expectEqual(
      'the committed entries of each',
      followers.map(({ name }) => stage.commit(name)),
      [11, 11, 11, 11, 11, 11],
    );
  },
} satisfies Scenario;
