// Figure 8 of the Raft paper, message by message: an entry that a majority has, and that is lost all the same.
//
// Watch S1 in term 4. It has brought its entry of term 2 to three of five nodes, and knows it, but does not count it as committed: a leader
// counts only for entries of its own term. Watch why. In the first scenario S1 crashes just then: S5, whose last entry is of term 3, is ahead
// of what three nodes have, wins, and replaces the entry of term 2 everywhere. In the second S1 brings one entry of term 4 to a majority
// first: now both are committed, and S5 cannot win. That is why a new leader writes an empty entry before anything else.

import type { Lab, RaftStage, Scenario } from 'swarmlab';

const all = ['S1', 'S2', 'S3', 'S4', 'S5'];

/** Asks those named for their votes in the next term. */
function ask(stage: RaftStage, candidate: string, ...voters: readonly string[]): void {
  stage.campaign(candidate);
  for (const voter of voters) stage.exchange(candidate, voter);
}

/** How many nodes have an entry of this term at an index. */
function holders(stage: RaftStage, term: number, index: number): number {
  return all.filter((name) => stage.log(name)[index - 1] === term).length;
}

/** The figure up to its part (c). */
function untilC(lab: Lab): RaftStage {
  lab.say(
    'Five Raft nodes beside the swarm. Each has one entry, of term 1, which is committed. Entries are told as term/index.',
  );
  const stage = lab.raft(
    all.map((name) => ({ name, log: [1], commit: 1 })),
    { oneByOne: true },
  );

  lab.say('(a) S1 is elected in term 2. Its first entry, 2/2, reaches S2; then S1 crashes.');
  ask(stage, 'S1', 'S2', 'S3', 'S4', 'S5');
  stage.exchange('S1', 'S2');
  stage.crash('S1');
  lab.expectEqual('the nodes that have 2/2', holders(stage, 2, 2), 2);

  lab.say(
    '(b) S5 is elected in term 3, by S3 and S4, which have no more than it has. Its entry 3/2 reaches nobody; S5 crashes.',
  );
  ask(stage, 'S5', 'S2', 'S3', 'S4');
  lab.expect('S5 leads', stage.leads('S5'));
  stage.crash('S5');

  lab.say('(c) S1 restarts. In term 3 S3 and S4 have voted already, so it takes another round: term 4.');
  stage.restart('S1');
  ask(stage, 'S1', 'S2', 'S3', 'S4');
  lab.expect('S1 does not lead in term 3', !stage.leads('S1'));
  ask(stage, 'S1', 'S2', 'S3');
  stage.drop('S1', 'S4');
  lab.expect('S1 leads in term 4', stage.leads('S1') && stage.term('S1') === 4);

  lab.say('It goes on where it was: S2 has 2/2, and S3 gets it now.');
  stage.exchange('S1', 'S2');
  stage.exchange('S1', 'S3');
  stage.exchange('S1', 'S3');
  lab.expectEqual('the nodes that have 2/2', holders(stage, 2, 2), 3);
  lab.expectEqual('the entries that S1 counts as committed', stage.commit('S1'), 1);
  return stage;
}

/** S1 crashes, and S5 asks for votes in the terms 4 and 5. */
function returnOfS5(stage: RaftStage): void {
  stage.crash('S1');
  stage.restart('S5');
  ask(stage, 'S5', 'S2', 'S3', 'S4');
  ask(stage, 'S5', 'S2', 'S3', 'S4');
}

export default [
  {
    title: 'Figure 8 (d): an entry that a majority has is replaced',
    cluster: { managers: 1 },

    script(lab) {
      const stage = untilC(lab);
      lab.say(
        '(d) S1 crashes, and S5 restarts. In term 4 S2 and S3 have voted already; in term 5 S3 and S4 vote for it.',
      );
      returnOfS5(stage);
      lab.expect('S5 leads in term 5', stage.leads('S5') && stage.term('S5') === 5);
      lab.say('S5 makes all logs like its own. 2/2 was on three of five nodes, and goes.');
      stage.restart('S1');
      stage.heartbeat('S5');
      stage.deliverAll();
      for (const name of all) lab.expectEqual(`the log of ${name}`, stage.log(name), [1, 3, 5]);
      lab.expectEqual('the nodes that have 2/2', holders(stage, 2, 2), 0);
      lab.expectEqual('the entries that S5 counts as committed', stage.commit('S5'), 3);
    },
  },
  {
    title: 'Figure 8 (e): an entry of the own term commits what is before it',
    cluster: { managers: 1 },

    script(lab) {
      const stage = untilC(lab);
      lab.say(
        '(e) Before it crashes S1 brings 4/3, an entry of its own term, to S3, too: S1, S2 and S3 are a majority.',
      );
      stage.exchange('S1', 'S3');
      lab.expectEqual('the nodes that have 4/3', holders(stage, 4, 3), 3);
      lab.expectEqual('the entries that S1 counts as committed', stage.commit('S1'), 3);

      lab.say('S1 crashes, and S5 restarts. Its last entry, 3/2, is behind 4/3: only S4 votes for it.');
      returnOfS5(stage);
      lab.expect('S5 does not lead', !stage.leads('S5'));

      lab.say('S2 wins instead, and has what was committed.');
      ask(stage, 'S2', 'S3', 'S4', 'S5');
      lab.expect('S2 leads in term 6', stage.leads('S2') && stage.term('S2') === 6);
      stage.restart('S1');
      stage.heartbeat('S2');
      stage.deliverAll();
      for (const name of all) lab.expectEqual(`the log of ${name}`, stage.log(name), [1, 2, 4, 6]);
    },
  },
] satisfies Scenario[];
