// Random runs of a Raft group. The run of a seed is the first that fast-check draws from it.

import fc from 'fast-check';
import { propose } from '../../../src/raft/index.ts';
import { Checker } from '../../raft/checker.ts';
import type { Cluster } from '../../raft/cluster.ts';
import {
  act,
  CHANGING_MEMBERS,
  FIXED_MEMBERS,
  leaderOf,
  ROUGH,
  type Run,
  runOf,
  runTicks,
  start,
} from '../../raft/runs.ts';
import { hold, type Judge, judgeOf } from '../judge.ts';
import { watchPromises } from './promises.ts';

/** Ticks of peace within which a leader must be there: many elections, with the timeout of the runs. */
const peace = 150;

function play(run: Run): { readonly cluster: Cluster; readonly checker: Checker } {
  const cluster = start(run);
  watchPromises(cluster);
  const checker = new Checker(cluster);
  for (const action of run.actions) {
    act(cluster, action);
    checker.check();
  }
  return { cluster, checker };
}

/** After the faults somebody leads, commits what is in its log and whatever is proposed, and all follow. */
function recover(run: Run): void {
  const { cluster, checker } = play(run);
  for (const { raft, saving } of cluster.hosts) if (saving !== null) cluster.finish(raft.id);
  runTicks(cluster, peace, []);
  const leader = leaderOf(cluster);
  if (leader === undefined) throw new Error(`nobody leads after ${peace} ticks without faults`);
  const { log } = leader;
  hold(log.applied === log.baseIndex + log.entries.length, 'entries of the leader are never committed');
  hold(propose(leader, cluster.env, 'at last') === 'ok', 'the leader takes no proposal');
  runTicks(cluster, 3, []);
  checker.check();
  for (const { raft, content } of cluster.hosts.slice(0, run.voters)) {
    hold(content.endsWith('at last'), `node ${raft.id} does not catch up though nothing is in its way`);
  }
}

function judgeRuns(runs: fc.Arbitrary<Run>, run: (drawn: Run) => void): Judge {
  return judgeOf((seed) => {
    for (const drawn of fc.sample(runs, { numRuns: 1, seed })) run(drawn);
  });
}

export const raftRuns = {
  'raft-runs': judgeRuns(runOf(FIXED_MEMBERS), play),
  'raft-rough': judgeRuns(runOf(ROUGH, 3), play),
  'raft-members': judgeRuns(runOf(CHANGING_MEMBERS), play),
  'raft-liveness': judgeRuns(runOf(FIXED_MEMBERS), recover),
};
