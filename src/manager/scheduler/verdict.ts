// Why a task runs where it does, or nowhere: every node with every filter that rejects it, and the keys by which nodes are ranked.
// For explanations only: nothing is decided here.

import type { Task } from '../../model/objects.ts';
import type { Reader } from '../../store/reader.ts';
import { demandOf, type FilterName, rejections } from './filter.ts';
import { failureKey } from './nodes.ts';
import { compareNodes, rankNodes } from './rank.ts';
import type { SchedulerState } from './state.ts';
import { volumesWithout } from './volumes.ts';

export interface NodeVerdict {
  readonly nodeId: string;
  /** In pipeline order; empty when the node could take the task. The first is the one that `Status.Err` counts. */
  readonly failing: readonly FilterName[];
  /** The keys of R-S14, most significant first; smaller is better. Failures below five read 0. */
  readonly rank: { readonly failures: number; readonly serviceTasks: number; readonly totalTasks: number };
}

/**
 * What the scheduler would say of each node for `task`, best ranked first, those that reject it among them. A task that is counted on
 * a node already counts against itself there.
 */
export function judgeNodes(
  state: SchedulerState,
  task: Task,
  store: Reader,
  now: number,
): readonly NodeVerdict[] {
  const demand = demandOf(task, store, volumesWithout(state.volumes, task.id));
  const contest = { serviceId: task.serviceId, failureKey: failureKey(task), now };
  return rankNodes(state.nodes.values(), contest)
    .sort(compareNodes)
    .map(({ info, failures, serviceTasks, totalTasks }) => ({
      nodeId: info.node.id,
      failing: rejections(demand, info),
      rank: { failures, serviceTasks, totalTasks },
    }));
}
