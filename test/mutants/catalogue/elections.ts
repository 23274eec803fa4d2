// Mutants of elections: votes, terms, timeouts, leases.

import type { Mutant } from '../mutant.ts';

export const elections: readonly Mutant[] = [
  {
    id: 'M-1',
    title: 'the vote is kept in memory only',
    file: 'src/raft/ready.ts',
    anchor: '? { term, vote, commit: log.committed }',
    replacement: '? { term, vote: 0, commit: log.committed }',
    judge: 'raft-runs',
    within: 400,
  },
  {
    id: 'M-2',
    title: 'the term is not made durable',
    file: 'src/raft/ready.ts',
    anchor: 'entries.length > 0 || term !== handedOut.term || vote !== handedOut.vote',
    replacement: 'entries.length > 0',
    judge: 'raft-runs',
    within: 10,
  },
  {
    id: 'M-7',
    title: 'votes for a candidate whose log is behind',
    file: 'src/raft/election.ts',
    anchor: 'if (!free || !isUpToDate(raft.log, request.lastIndex, request.lastTerm))',
    replacement: 'if (!free)',
    judge: 'raft-runs',
    within: 100,
  },
  {
    id: 'M-8',
    title: 'compares the length of logs before their terms',
    file: 'src/raft/log.ts',
    anchor: 'return term > ownTerm || (term === ownTerm && index >= lastIndex(log));',
    replacement: 'return index > lastIndex(log) || (index === lastIndex(log) && term >= ownTerm);',
    judge: 'raft-rough',
    within: 50,
  },
  {
    id: 'M-9',
    title: 'compares a candidate with what is committed, not with the log',
    file: 'src/raft/log.ts',
    anchor: `const ownTerm = lastTerm(log);
  return term > ownTerm || (term === ownTerm && index >= lastIndex(log));`,
    replacement: `const ownTerm = termAt(log, log.committed);
  return term > ownTerm || (term === ownTerm && index >= log.committed);`,
    judge: 'raft-runs',
    within: 200,
  },
  {
    id: 'M-10',
    title: 'votes though the leader of the term is known',
    file: 'src/raft/election.ts',
    anchor: '(raft.vote === NONE && raft.leader === NONE)',
    replacement: 'raft.vote === NONE',
    judge: 'no-vote-beside-a-leader',
    within: 1,
  },
  {
    id: 'M-11',
    title: 'votes twice in one term',
    file: 'src/raft/election.ts',
    anchor: 'raft.vote === from ||',
    replacement: 'request.term >= raft.term ||',
    judge: 'raft-runs',
    within: 20,
  },
  {
    id: 'M-12',
    title: 'counts answers instead of voters',
    file: 'src/raft/election.ts',
    anchor: `if (raft.votes.every((vote) => vote.from !== response.from)) {
    raft.votes.push({ from: response.from, granted: response.granted });
  }
  const result = countVotes(raft.progress, (id) => raft.votes.find((vote) => vote.from === id)?.granted);`,
    replacement: `raft.votes.push({ from: response.from, granted: response.granted });
  const half = raft.configuration.voters.length / 2;
  const granted = raft.votes.filter((vote) => vote.granted).length;
  const result = granted > half ? 'won' : raft.votes.length - granted > half ? 'lost' : 'pending';`,
    judge: 'a-vote-counts-once',
    within: 1,
  },
  {
    id: 'M-13',
    title: 'a quorum is half of an even number of members',
    file: 'src/raft/quorum.ts',
    anchor: 'return (voters >> 1) + 1;',
    replacement: 'return (voters + 1) >> 1;',
    judge: 'raft-runs',
    within: 20,
  },
  {
    id: 'M-26',
    title: 'any message restarts the election timeout',
    file: 'src/raft/step.ts',
    anchor: 'if (message.term > raft.term) {',
    replacement: `raft.electionElapsed = 0;
  if (message.term > raft.term) {`,
    judge: 'a-refusal-keeps-the-clock',
    within: 1,
  },
  {
    id: 'M-27',
    title: 'a vote does not restart the election timeout',
    file: 'src/raft/election.ts',
    anchor: `raft.electionElapsed = 0;
  raft.vote = from;`,
    replacement: 'raft.vote = from;',
    judge: 'a-vote-restarts-the-clock',
    within: 1,
  },
  {
    id: 'M-28',
    title: 'the election timeout is drawn once',
    file: 'src/raft/role.ts',
    anchor: 'raft.randomizedElectionTimeout = drawElectionTimeout(raft, env);',
    replacement: 'raft.randomizedElectionTimeout ||= drawElectionTimeout(raft, env);',
    judge: 'raft-liveness',
    within: 100,
  },
  {
    id: 'M-29',
    title: 'a candidate keeps the leader it stands against',
    file: 'src/raft/role.ts',
    anchor: `raft.leader = NONE;
  raft.electionElapsed = 0;`,
    replacement: 'raft.electionElapsed = 0;',
    judge: 'raft-runs',
    within: 30,
  },
  {
    id: 'M-30',
    title: 'no lease protects a leader',
    file: 'src/raft/step.ts',
    anchor: "if (isUnderLease(raft, message)) return 'ok';",
    replacement: '',
    judge: 'raft-runs',
    within: 50,
  },
  {
    id: 'M-31',
    title: 'the lease holds up a transfer',
    file: 'src/raft/step.ts',
    anchor: '!message.transfer &&',
    replacement: '',
    judge: 'a-transfer-is-not-held-up',
    within: 1,
  },
  {
    id: 'M-32',
    title: 'the quorum check does not start anew',
    file: 'src/raft/election.ts',
    anchor: 'for (const member of raft.progress) if (member.id !== raft.id) member.recentlyActive = false;',
    replacement: '',
    judge: 'a-lost-leader-steps-down',
    within: 1,
  },
  {
    id: 'M-33',
    title: 'the quorum check leaves the leader out',
    file: 'src/raft/election.ts',
    anchor: '(id) => findProgress(raft.progress, id)?.recentlyActive',
    replacement: '(id) => id !== raft.id && findProgress(raft.progress, id)?.recentlyActive',
    judge: 'a-majority-keeps-its-leader',
    within: 1,
  },
  {
    id: 'M-34',
    title: 'a heartbeat of a lower term gets no answer',
    file: 'src/raft/step.ts',
    anchor: "if (message.kind === 'append' || message.kind === 'heartbeat') {",
    replacement: "if (message.kind === 'append') {",
    judge: 'raft-liveness',
    within: 50,
  },
  {
    id: 'M-35',
    title: 'a snapshot of a lower term gets an answer',
    file: 'src/raft/step.ts',
    anchor: "if (message.kind === 'append' || message.kind === 'heartbeat') {",
    replacement:
      "if (message.kind === 'append' || message.kind === 'heartbeat' || message.kind === 'snapshot') {",
    judge: 'an-old-snapshot-gets-none',
    within: 1,
  },
];
