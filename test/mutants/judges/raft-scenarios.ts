// Scenarios of one Raft node or a few, for bugs that a random run shows too seldom or only by being slow.

import {
  campaign,
  findProgress,
  lastIndex,
  propose,
  proposeConfigurationChange,
  reportSnapshot,
  reportUnreachable,
  tick,
  transferLeadership,
} from '../../../src/raft/index.ts';
import { Cluster, LONGEST, type Packet, type Raft } from '../../raft/cluster.ts';
import { runTicks } from '../../raft/runs.ts';
import {
  accepted,
  append,
  ask,
  drain,
  heartbeat,
  nodeWith,
  rejected,
  vote,
  voteRequest,
} from '../../raft/single.ts';
import { hold, judgeOf } from '../judge.ts';

function ticks(raft: Raft, count: number): void {
  for (let passed = 0; passed < count; passed += 1) tick(raft, LONGEST);
}

function grants(messages: readonly Packet[]): boolean {
  return messages.some((message) => message.kind === 'vote-response' && message.granted);
}

/** A request for a vote that the log of the voter does not stand against. */
function request(from: number, term: number, transfer = false): Packet {
  return voteRequest({ from, term, lastIndex: 9, lastTerm: 1, transfer });
}

/** Node 1, leader of term 2 with a log of five entries, its peers being probed. */
function leaderOfThree(): Raft {
  const raft = nodeWith([1, 1, 1, 1]);
  campaign(raft, LONGEST);
  drain(raft);
  ask(raft, vote(2, 2, true));
  hold(raft.role === 'leader', 'two votes of three make a leader');
  return raft;
}

function appends(messages: readonly Packet[]): number[] {
  return messages.flatMap((message) => (message.kind === 'append' ? [message.previousIndex] : []));
}

export const raftScenarios = {
  'no-vote-beside-a-leader': judgeOf(() => {
    const raft = nodeWith([1]);
    ask(raft, heartbeat({ from: 2, term: 1 }));
    hold(
      !grants(ask(raft, request(3, 1))),
      'a vote was given though the leader of the term is known (R-R61)',
    );
  }),

  'a-refusal-keeps-the-clock': judgeOf(() => {
    const raft = nodeWith([1, 1]);
    ticks(raft, 10);
    hold(!grants(ask(raft, voteRequest({ from: 2, term: 1 }))), 'a candidate with less got a vote');
    ticks(raft, 9);
    hold(raft.role === 'candidate', 'a refused candidate kept others from standing (R-R64)');
  }),

  'a-vote-restarts-the-clock': judgeOf(() => {
    const raft = nodeWith([1, 1]);
    ticks(raft, 18);
    hold(grants(ask(raft, request(2, 1))), 'a vote was refused without reason');
    ticks(raft, 18);
    hold(raft.role === 'follower', 'a voter stood against its own candidate at once (R-R64)');
  }),

  'a-transfer-is-not-held-up': judgeOf(() => {
    const cluster = new Cluster(3, { config: { checkQuorum: true } });
    cluster.elect(1);
    runTicks(cluster, 2, []);
    transferLeadership(cluster.raft(1), cluster.env, 2);
    cluster.settle();
    hold(cluster.raft(2).role === 'leader', 'leadership was not handed over (R-R94)');
  }),

  'a-lost-leader-steps-down': judgeOf(() => {
    const cluster = new Cluster(3, { config: { checkQuorum: true } });
    cluster.elect(1);
    runTicks(cluster, 21, [1]);
    hold(cluster.raft(1).role !== 'leader', 'a leader that reaches nobody goes on for ever (I-19)');
  }),

  'a-majority-keeps-its-leader': judgeOf(() => {
    const cluster = new Cluster(3, { config: { checkQuorum: true } });
    cluster.elect(1);
    runTicks(cluster, 60, [3]);
    hold(cluster.raft(1).role === 'leader', 'a leader with a majority was deposed by its own check (R-R88)');
  }),

  'an-old-snapshot-gets-none': judgeOf(() => {
    const raft = nodeWith([1], { config: { checkQuorum: true }, hardState: { term: 5 } });
    const { configuration } = raft;
    const snapshot = { index: 1, term: 1, configuration, data: '' };
    const answers = ask(raft, { kind: 'snapshot', from: 2, to: 1, term: 1, snapshot });
    hold(answers.length === 0, 'a late snapshot was answered and deposes a leader (R-R59)');
  }),

  'a-stale-rejection-is-ignored': judgeOf(() => {
    const raft = leaderOfThree();
    hold(appends(ask(raft, rejected(2, 2, 4, 2, 1)))[0] === 2, 'a rejection did not lead back to its hint');
    hold(ask(raft, rejected(2, 2, 4, 2, 1)).length === 0, 'a stale rejection was answered (R-R77, E-31)');
  }),

  'a-rejection-spares-what-matches': judgeOf(() => {
    const raft = leaderOfThree();
    ask(raft, accepted(2, 2, 5));
    reportUnreachable(raft, 2);
    ask(raft, rejected(2, 2, 5, 1, 1));
    const { match = 0, next = 0 } = findProgress(raft.progress, 2) ?? {};
    hold(match < next, 'a rejection led back behind what matches (R-R77)');
  }),

  'a-failed-snapshot-is-sent-again': judgeOf(() => {
    const cluster = new Cluster(3);
    cluster.elect(1, [3]);
    propose(cluster.raft(1), cluster.env, 'x');
    cluster.settle([3]);
    cluster.snapshot(1);
    ask(cluster.raft(1), { kind: 'heartbeat-response', from: 3, to: 1, term: 1, context: '' });
    reportSnapshot(cluster.raft(1), 3, false);
    const { state, match = 0, next = 0 } = findProgress(cluster.raft(1).progress, 3) ?? {};
    hold(state === 'probe', 'a leader that hears of a failed snapshot probes (R-R81)');
    hold(next === match + 1, 'a leader goes on behind a snapshot that never arrived (R-R81)');
  }),

  'a-new-member-has-time': judgeOf(() => {
    const cluster = new Cluster(1, { spares: 1, config: { checkQuorum: true } });
    cluster.elect(1);
    const leader = cluster.raft(1);
    ticks(leader, 9);
    const operations = [{ type: 'add-voter', id: 2 }] as const;
    const change = { form: 'single', transition: 'auto', operations, context: null } as const;
    proposeConfigurationChange(leader, cluster.env, change);
    cluster.settle([2]);
    hold(leader.configuration.voters.length === 2, 'one member alone may add another');
    tick(leader, cluster.env);
    hold(leader.role === 'leader', 'a member that has just been added counted as lost (R-R83)');
  }),

  'a-vote-counts-once': judgeOf(() => {
    const raft = nodeWith([1], { voters: [1, 2, 3, 4, 5] });
    campaign(raft, LONGEST);
    drain(raft);
    ask(raft, vote(2, 2, true));
    ask(raft, vote(2, 2, true));
    hold(raft.role === 'candidate', 'a vote that came twice counted twice (R-R65)');
  }),

  'only-what-matches-is-acknowledged': judgeOf(() => {
    const raft = nodeWith([1, 1, 1, 1]);
    const [answer] = ask(raft, append({ term: 2, previousIndex: 2, previousTerm: 1, commit: 4 }));
    hold(raft.log.committed === 2, 'a follower committed entries of which nothing is known (R-R70)');
    hold(
      answer?.kind === 'append-response' && answer.index === 2,
      'a follower acknowledged more than matches (R-R70)',
    );
  }),

  'late-acknowledgements-are-void': judgeOf(() => {
    const raft = leaderOfThree();
    ask(raft, accepted(2, 1, 5));
    hold(raft.log.committed === 0, 'what was acknowledged in an earlier term counted in this one (§5.1)');
  }),

  'an-older-snapshot-is-not-installed': judgeOf(() => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    propose(cluster.raft(1), cluster.env, 'x');
    cluster.settle();
    cluster.snapshot(2);
    const { term, log, configuration } = cluster.raft(2);
    const { committed } = log;
    const snapshot = { index: 1, term: 1, configuration, data: '' };
    cluster.receive({ kind: 'snapshot', from: 1, to: 2, term, snapshot });
    hold(log.committed === committed, 'a snapshot took back what was committed (I-4)');
  }),

  'a-snapshot-replaces-the-log': judgeOf(() => {
    const raft = nodeWith([1, 1, 1, 1, 1]);
    const { configuration } = raft;
    const snapshot = { index: 3, term: 2, configuration, data: '' };
    ask(raft, { kind: 'snapshot', from: 2, to: 1, term: 2, snapshot });
    hold(lastIndex(raft.log) === 3, 'entries that conflict with a snapshot outlived it (§7, I-7)');
  }),
};
