// What decided between the nodes that could take a task: the comparison of their ranks, key by key, or the tree of preferences before it.

import { failuresThatDownRank } from '../../manager/scheduler/nodes.ts';
import type { SchedulerState } from '../../manager/scheduler/state.ts';
import type { NodeVerdict } from '../../manager/scheduler/verdict.ts';
import { afterPrefix, engineLabelPrefix, nodeLabelPrefix } from '../../model/constraint.ts';
import { lookupLabel } from '../../model/labels.ts';
import type { Node, Task } from '../../model/objects.ts';
import { byText, count, type Decider, type Facts, listOf } from './explanation.ts';
import type { RunRecord } from './record.ts';
import { compareVerdicts } from './rows.ts';
import type { Sight } from './sight.ts';

export interface Decision {
  readonly by: Decider;
  /** The whole in one line. */
  readonly line: string;
  /** One for each comparison, in the order in which they are made. */
  readonly comparisons: readonly { readonly sentence: string; readonly facts: Facts }[];
}

/** @param task as it was before it had a node, or with the node it came with */
export function decisionOf(
  record: RunRecord,
  sight: Sight,
  task: Task,
  verdicts: readonly NodeVerdict[],
  chosenId: string,
): Decision {
  const name = record.taskName(task);
  const service = task.serviceAnnotations.name;
  const node = record.nodeName(chosenId);
  const fit = verdicts.filter(({ failing }) => failing.length === 0);
  const chosen = fit.find(({ nodeId }) => nodeId === chosenId);
  if (task.nodeId !== '') {
    return {
      by: 'preset',
      line: `The scheduler confirms ${name} on ${node}: a global service has one task a node.`,
      comparisons: [
        {
          sentence: `The scheduler confirms the node that the orchestrator chose, for ${service} is global.`,
          facts: {},
        },
      ],
    };
  }
  if (chosen === undefined || fit.length === 1) {
    return {
      by: 'alone',
      line: `The scheduler puts ${name} on ${node}: it alone qualifies.`,
      comparisons: [
        {
          sentence: `The scheduler takes ${node}: it alone passes all filters.`,
          facts: { qualify: fit.length },
        },
      ],
    };
  }
  const levels = levelsOf(sight.scheduler, task, chosenId);
  if (levels.length === 0) return ranked(record, task, fit, chosen, '');
  // Ranks are compared within the branch alone.
  const leaf = levels.at(-1);
  const within = fit.filter(({ nodeId }) => leaf?.nodes.has(nodeId) === true);
  const last =
    within.length === 1
      ? `The scheduler takes ${node}: it alone qualifies there.`
      : ranked(record, task, within, chosen, ' there').comparisons[0]?.sentence;
  return {
    by: 'spread',
    line: `The scheduler puts ${name} on ${node}: it spreads ${service} over ${levels[0]?.descriptor ?? ''}.`,
    comparisons: [
      ...levels.map(({ descriptor, value, counts }) => ({
        sentence: `The scheduler spreads tasks over ${descriptor}: ${listOf(counts.map(countText))} before this one.`,
        facts: { ...Object.fromEntries(counts), taken: value },
      })),
      ...(last === undefined ? [] : [{ sentence: last, facts: { qualify: within.length } }]),
    ],
  };
}

/** The comparison by rank (R-S14): the first key in which the chosen one is better than the next best. */
function ranked(
  record: RunRecord,
  task: Task,
  fit: readonly NodeVerdict[],
  chosen: NodeVerdict,
  where: string,
): Decision {
  const name = record.taskName(task);
  const service = task.serviceAnnotations.name;
  const node = record.nodeName(chosen.nodeId);
  const { failures, serviceTasks, totalTasks } = chosen.rank;
  const rivals = fit.filter(({ nodeId }) => nodeId !== chosen.nodeId);
  const better = rivals.filter((rival) => compareVerdicts(rival, chosen) < 0);
  const names = (nodes: readonly NodeVerdict[]) =>
    listOf(
      nodes.map(({ nodeId }) => record.nodeName(nodeId)),
      3,
    );
  const decided = (by: Decider, line: string, sentence: string, facts: Facts): Decision => ({
    by,
    line: `The scheduler puts ${name} on ${node}: ${line}.`,
    comparisons: [{ sentence: `The scheduler ${sentence}${where}.`, facts }],
  });
  if (better.length > 0) {
    return decided(
      'turn',
      'it deals the group out in turn',
      `deals the tasks of a group out in turn, and it is the turn of ${node}`,
      { serviceTasks, totalTasks, better: better.length },
    );
  }
  const onFailures = rivals.filter(({ rank }) => rank.failures === failures);
  const onService = onFailures.filter(({ rank }) => rank.serviceTasks === serviceTasks);
  const onAll = onService.filter(({ rank }) => rank.totalTasks === totalTasks);
  const line = `fewest ${service} tasks (${serviceTasks}) among ${count(fit.length, 'node')} that ${fit.length === 1 ? 'qualifies' : 'qualify'}`;
  if (onFailures.length === 0) {
    const least = Math.min(...rivals.map(({ rank }) => rank.failures));
    return decided(
      'failures',
      `the others failed ${service} ${least} times or more`,
      `puts nodes with ${failuresThatDownRank} failures of ${service} in 5 minutes last: ${node} has fewer`,
      { failures, least, limit: failuresThatDownRank },
    );
  }
  if (onService.length === 0) {
    return decided(
      'tasks of the service',
      line,
      `takes ${node}: no other node that qualifies has as few as ${serviceTasks}`,
      { serviceTasks, qualify: fit.length },
    );
  }
  if (onAll.length === 0) {
    return decided(
      'tasks in all',
      line,
      `breaks the tie with ${names(onService)}: ${node} has the fewest tasks in all, ${totalTasks}`,
      { serviceTasks, totalTasks, tied: onService.length },
    );
  }
  return decided('node ID', line, `finds ${node} equal to ${names(onAll)}, and takes the lower ID`, {
    serviceTasks,
    totalTasks,
    tied: onAll.length,
  });
}

/** One level of the tree of preferences, as far as it leads to the chosen node (R-S16). */
interface Level {
  readonly descriptor: string;
  /** The branch that was taken. */
  readonly value: string;
  /** Active tasks of the service by branch; those of nodes that do not qualify count too (R-S21). */
  readonly counts: readonly (readonly [value: string, tasks: number])[];
  /** The nodes of that branch. */
  readonly nodes: ReadonlySet<string>;
}

function levelsOf(scheduler: SchedulerState, task: Task, chosenId: string): readonly Level[] {
  const chosen = scheduler.nodes.get(chosenId);
  const levels: Level[] = [];
  let nodes = [...scheduler.nodes.values()];
  for (const descriptor of task.spec.placement.spread) {
    const valueIn = branchOf(descriptor);
    // Anything but a label adds no level.
    if (valueIn === undefined || chosen === undefined) continue;
    const counts = new Map<string, number>();
    for (const { node, activeByService } of nodes) {
      const value = valueIn(node);
      counts.set(value, (counts.get(value) ?? 0) + (activeByService.get(task.serviceId) ?? 0));
    }
    const value = valueIn(chosen.node);
    nodes = nodes.filter(({ node }) => valueIn(node) === value);
    levels.push({
      descriptor,
      value,
      counts: [...counts].sort(([a], [b]) => byText(a, b)),
      nodes: new Set(nodes.map(({ node }) => node.id)),
    });
  }
  return levels;
}

/** The value of a label, by which nodes are told apart; without the label as with an empty one. */
function branchOf(descriptor: string): ((node: Node) => string) | undefined {
  const nodeLabel = afterPrefix(descriptor, nodeLabelPrefix);
  if (nodeLabel !== undefined) return ({ spec }) => lookupLabel(spec.labels, nodeLabel) ?? '';
  const engineLabel = afterPrefix(descriptor, engineLabelPrefix);
  if (engineLabel === undefined) return undefined;
  return ({ description }) => lookupLabel(description?.engineLabels ?? [], engineLabel) ?? '';
}

function valueText(value: string): string {
  return value === '' ? 'no value' : value;
}

function countText([value, tasks]: readonly [string, number]): string {
  return `${valueText(value)} ${tasks}`;
}
