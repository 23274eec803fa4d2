// The matrix of nodes and filters for a task: what every filter finds of every node, and what would have to change for another node to get
// the task. Each change is tried on a copy of what the scheduler knew, and told only if it works.

import { demandOf } from '../../manager/scheduler/filter.ts';
import { failuresThatDownRank, type NodeInfo } from '../../manager/scheduler/nodes.ts';
import { judgeNodes, type NodeVerdict } from '../../manager/scheduler/verdict.ts';
import { volumesWithout } from '../../manager/scheduler/volumes.ts';
import type { Task } from '../../model/objects.ts';
import { count, listOf, type NodeRow, type Remedy } from './explanation.ts';
import { findingsOf, type Match, withTasks } from './findings.ts';
import type { RunRecord } from './record.ts';
import { portHolders, type Sight } from './sight.ts';

/** @param chosenId the node that got the task; empty when none did */
export function rowsOf(
  record: RunRecord,
  sight: Sight,
  task: Task,
  verdicts: readonly NodeVerdict[],
  chosenId: string,
): readonly NodeRow[] {
  const chosen = verdicts.find(({ nodeId }) => nodeId === chosenId);
  const demand = demandOf(task, sight.store, volumesWithout(sight.scheduler.volumes, task.id));
  return verdicts.map((verdict): NodeRow => {
    const { nodeId, rank } = verdict;
    const info = sight.scheduler.nodes.get(nodeId);
    const findings =
      info === undefined
        ? []
        : findingsOf({ task, info }, demand, (port) => listOf(portHolders(record, sight, nodeId, port)));
    const remedies = findings.filter(({ verdict: found }) => found === 'rejects');
    const ifOnly =
      info === undefined || nodeId === chosenId
        ? undefined
        : remedies.length > 0
          ? remedyOf(sight, { task, info }, remedies, chosen)
          : chosen && firstOf(record, sight, { task, info }, verdict, chosen);
    return {
      node: record.nodeName(nodeId),
      checks: findings.map(({ filter, verdict: found, text }) => ({ filter, verdict: found, finding: text })),
      rejected: remedies.map(({ reason }) => reason),
      failures: rank.failures,
      serviceTasks: rank.serviceTasks,
      allTasks: rank.totalTasks,
      chosen: nodeId === chosenId,
      ...(ifOnly && { ifOnly }),
    };
  });
}

/** What would let a rejected node through all filters. */
function remedyOf(
  sight: Sight,
  match: Match,
  rejecting: ReturnType<typeof findingsOf>,
  chosen: NodeVerdict | undefined,
): Remedy | undefined {
  const remedies = rejecting.flatMap((finding) => finding.remedies);
  const changed = remedies.reduce((before, { change }) => change(before), match);
  const verdict = judge(sight, changed);
  if (verdict === undefined || verdict.failing.length > 0) return undefined;
  const first = chosen !== undefined && isRanked(match.task) && compareVerdicts(verdict, chosen) < 0;
  return { changes: remedies.map(({ what }) => what), outcome: first ? 'comes first' : 'qualifies' };
}

/** What would make a node that qualifies rank before the one that was chosen: the fewest tasks less that do it, or more on the other. */
function firstOf(
  record: RunRecord,
  sight: Sight,
  match: Match,
  { rank }: NodeVerdict,
  chosen: NodeVerdict,
): Remedy | undefined {
  if (!isRanked(match.task)) return undefined;
  const { serviceId, serviceAnnotations } = match.task;
  const most = chosen.rank;
  const failing = rank.failures > most.failures;
  const forgiven = failing ? forgive(match) : match;
  const few = Math.min(rank.serviceTasks, most.serviceTasks);
  const fewer = withTasks(forgiven, serviceId, few);
  const tries: {
    readonly changes: readonly string[];
    readonly match: Match;
    readonly rival?: NodeVerdict;
  }[] = [];
  const lessFailures = failing ? [`fewer than ${failuresThatDownRank} failures`] : [];
  const lessTasks = few < rank.serviceTasks ? [`${count(few, 'task')} of ${serviceAnnotations.name}`] : [];
  tries.push({ changes: [...lessFailures, ...lessTasks], match: fewer });
  for (const total of [most.totalTasks, most.totalTasks - 1]) {
    if (total < few || total >= fewer.info.active) continue;
    tries.push({
      changes: [...lessFailures, ...lessTasks, `${count(total, 'task')} in all`],
      match: { ...fewer, info: { ...fewer.info, active: total } },
    });
  }
  const more = fewer.info.active - most.totalTasks + (match.info.node.id < chosen.nodeId ? 0 : 1);
  tries.push({
    changes: [
      ...lessFailures,
      ...lessTasks,
      `${count(more, 'task')} more on ${record.nodeName(chosen.nodeId)}`,
    ],
    match: fewer,
    rival: { ...chosen, rank: { ...most, totalTasks: most.totalTasks + more } },
  });
  for (const { changes, match: changed, rival = chosen } of tries) {
    const verdict = judge(sight, changed);
    if (changes.length > 0 && verdict?.failing.length === 0 && compareVerdicts(verdict, rival) < 0) {
      return { changes, outcome: 'comes first' };
    }
  }
  return undefined;
}

/** Whether nodes compete for a task: not when it came with its node, nor when a tree of preferences comes before ranks. */
function isRanked(task: Task): boolean {
  return task.nodeId === '' && task.spec.placement.spread.length === 0;
}

function forgive({ task, info }: Match): Match {
  return { task, info: { ...info, failures: new Map() } };
}

/** What the scheduler would say of one node as it has been changed. */
function judge({ scheduler, store, now }: Sight, { task, info }: Match): NodeVerdict | undefined {
  const nodes = new Map<string, NodeInfo>([[info.node.id, info]]);
  return judgeNodes({ ...scheduler, nodes }, task, store, now)[0];
}

/** The order of nodes that qualify (R-S14): below 0 when `a` comes first. */
export function compareVerdicts(a: NodeVerdict, b: NodeVerdict): number {
  return (
    a.rank.failures - b.rank.failures ||
    a.rank.serviceTasks - b.rank.serviceTasks ||
    a.rank.totalTasks - b.rank.totalTasks ||
    (a.nodeId < b.nodeId ? -1 : 1)
  );
}

/** `1.5 CPU more free and label zone=b`. */
export function remedyText({ changes }: Remedy): string {
  return listOf(changes, 3);
}
