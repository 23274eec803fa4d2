// Why a task is where it is: all nodes with all reasons, what decided between those that qualify, and what would change it.

import { untrackTask } from '../../manager/scheduler/nodes.ts';
import type { SchedulerState } from '../../manager/scheduler/state.ts';
import { judgeNodes, type NodeVerdict } from '../../manager/scheduler/verdict.ts';
import { afterPrefix, engineLabelPrefix, nodeLabelPrefix } from '../../model/constraint.ts';
import { lookupLabel } from '../../model/labels.ts';
import type { Task } from '../../model/objects.ts';
import { causesOf } from './causes.ts';
import {
  byText,
  chainOf,
  count,
  type Explanation,
  type ExplanationLink,
  listOf,
  type NodeRow,
} from './explanation.ts';
import type { Change, RunRecord } from './record.ts';
import { rowsOf, type Sight, sightOf } from './sight.ts';

/** Why a task was put on its node; undefined when nobody saw the scheduler decide it. */
export function explainPlaced(record: RunRecord, change: Change<'task'>): Explanation | undefined {
  const { event, decided } = change;
  if (event.action !== 'update' || decided === undefined) return undefined;
  const task = event.after;
  const sight = sightOf(record.worldAfter(decided.begun), decided.host);
  if (sight === undefined) return undefined;
  takeBackFrom(sight.scheduler, task.id);
  const verdicts = judgeNodes(sight.scheduler, event.before, sight.store, sight.now);
  const rows = rowsOf(record, sight, event.before, verdicts, task.nodeId);
  const name = record.taskName(task);
  const service = task.serviceAnnotations.name;
  const node = record.nodeName(task.nodeId);
  const fit = verdicts.filter(({ failing }) => failing.length === 0);
  const chosen = verdicts.find(({ nodeId }) => nodeId === task.nodeId);
  const decisive = decide(record, sight, task, fit, chosen);
  const begun = record.eventOf(decided.begun);
  const link = (sentence: string, facts: ExplanationLink['facts']): ExplanationLink => ({
    at: begun.at,
    actor: 'scheduler',
    sentence,
    facts,
    event: decided.begun,
  });
  const rejected = rows.filter((row) => row.rejected.length > 0);
  const links = [
    ...causesOf(record, change).slice(0, -1),
    ...(rejected.length === 0
      ? []
      : [link(`The scheduler rejects ${rejectedText(rejected)}.`, { rejected: rejected.length })]),
    link(
      `The scheduler compares ${listOf(
        fit.map(
          ({ nodeId, rank }) =>
            `${record.nodeName(nodeId)} (${service} ${rank.serviceTasks}, all ${rank.totalTasks})`,
        ),
        3,
      )}.`,
      { qualify: fit.length },
    ),
    link(decisive.sentence, decisive.facts),
  ];
  const ifOnly = counterfactual(record, sight, event.before, verdicts, task.nodeId);
  return {
    subject: name,
    line: decisive.line(name, node),
    chain: chainOf(links),
    nodes: rows,
    rule: {
      text: 'Filters first; then fewest tasks of the service, after any penalty for five failures; then fewest in all.',
      tag: 'src',
      reference: 'R-S14',
    },
    ...(ifOnly !== undefined && { ifOnly }),
  };
}

/** `manager1 and manager2 (drain); worker1 (down)`: by the first reason, the most frequent two. */
function rejectedText(rows: readonly NodeRow[]): string {
  const groups = new Map<string, string[]>();
  for (const { node, rejected } of rows) {
    const [why = ''] = rejected;
    groups.set(why, [...(groups.get(why) ?? []), node]);
  }
  const shown = [...groups].sort(([, a], [, b]) => b.length - a.length).slice(0, 2);
  const told = shown.map(([why, nodes]) => `${listOf(nodes.sort(byText), 3)} (${why})`);
  const others = rows.length - shown.reduce((sum, [, nodes]) => sum + nodes.length, 0);
  return [...told, ...(others > 0 ? [`${others} more`] : [])].join('; ');
}

interface Decisive {
  readonly line: (name: string, node: string) => string;
  readonly sentence: string;
  readonly facts: ExplanationLink['facts'];
}

/** What decided between the nodes that qualify. */
function decide(
  record: RunRecord,
  sight: Sight,
  task: Task,
  fit: readonly NodeVerdict[],
  chosen: NodeVerdict | undefined,
): Decisive {
  const service = task.serviceAnnotations.name;
  const node = record.nodeName(task.nodeId);
  const among = count(fit.length, 'node');
  if (task.slot === 0) {
    return {
      line: (name, on) => `The scheduler confirms ${name} on ${on}: a global service has one task a node.`,
      sentence: `The scheduler confirms the node that the orchestrator chose, for ${service} is global.`,
      facts: {},
    };
  }
  const { spread } = task.spec.placement;
  if (spread.length > 0) {
    const [descriptor = ''] = spread;
    const counts = branches(sight.scheduler, task.serviceId, descriptor);
    const shown = counts.map(([value, n]) => `${value === '' ? 'no value' : value} ${n}`);
    return {
      line: (name, on) => `The scheduler puts ${name} on ${on}: it spreads ${service} over ${descriptor}.`,
      sentence: `The scheduler spreads tasks over ${descriptor}: ${listOf(shown)} before this one.`,
      facts: Object.fromEntries(counts),
    };
  }
  if (fit.length <= 1 || chosen === undefined) {
    return {
      line: (name, on) => `The scheduler puts ${name} on ${on}: it alone qualifies.`,
      sentence: `The scheduler takes ${node}: it alone passes all filters.`,
      facts: { qualify: fit.length },
    };
  }
  const rivals = fit.filter(({ nodeId }) => nodeId !== chosen.nodeId);
  const { failures, serviceTasks, totalTasks } = chosen.rank;
  const better = rivals.filter(({ rank }) => compareRanks(rank, chosen.rank) < 0);
  if (better.length > 0) {
    return {
      line: (name, on) => `The scheduler puts ${name} on ${on}: it deals the group out in turn.`,
      sentence: `The scheduler deals the tasks of a group out in turn, and it is the turn of ${node}.`,
      facts: { serviceTasks, totalTasks, better: better.length },
    };
  }
  const onService = rivals.filter(
    ({ rank }) => rank.failures === failures && rank.serviceTasks === serviceTasks,
  );
  const onAll = onService.filter(({ rank }) => rank.totalTasks === totalTasks);
  const line = (name: string, on: string) =>
    `The scheduler puts ${name} on ${on}: fewest ${service} tasks (${serviceTasks}) among ${among} that ${fit.length === 1 ? 'qualifies' : 'qualify'}.`;
  if (onService.length === 0) {
    return {
      line,
      sentence: `The scheduler takes ${node}: no other node that qualifies has as few as ${serviceTasks}.`,
      facts: { serviceTasks, qualify: fit.length },
    };
  }
  const names = listOf(
    onService.map(({ nodeId }) => record.nodeName(nodeId)),
    3,
  );
  if (onAll.length === 0) {
    return {
      line,
      sentence: `The scheduler breaks the tie with ${names}: ${node} has the fewest tasks in all, ${totalTasks}.`,
      facts: { serviceTasks, totalTasks, tied: onService.length },
    };
  }
  return {
    line,
    sentence: `The scheduler finds ${node} equal to ${listOf(
      onAll.map(({ nodeId }) => record.nodeName(nodeId)),
      3,
    )}, and takes the lower ID.`,
    facts: { serviceTasks, totalTasks, tied: onAll.length },
  };
}

/** Takes back what the pass at work decided from `taskId` on, so that the nodes are as they were when the task's turn came. */
function takeBackFrom(scheduler: SchedulerState, taskId: string): void {
  const decisions = scheduler.pass?.decisions ?? [];
  const turn = decisions.findIndex(({ task }) => task.id === taskId);
  for (const { task, nodeId } of turn < 0 ? [] : decisions.slice(turn).reverse()) {
    const info = scheduler.nodes.get(nodeId);
    if (info !== undefined) untrackTask(info, task.id);
  }
}

type Rank = NodeVerdict['rank'];

function compareRanks(a: Rank, b: Rank): number {
  return a.failures - b.failures || a.serviceTasks - b.serviceTasks || a.totalTasks - b.totalTasks;
}

/** What would have put the task on the runner-up: tried on what the scheduler knew, and told only if it works. */
function counterfactual(
  record: RunRecord,
  sight: Sight,
  task: Task,
  verdicts: readonly NodeVerdict[],
  chosenId: string,
): string | undefined {
  const chosen = verdicts.find(({ nodeId }) => nodeId === chosenId);
  const rival = verdicts.find(({ nodeId, failing }) => nodeId !== chosenId && failing.length === 0);
  const info = rival && sight.scheduler.nodes.get(rival.nodeId);
  if (chosen === undefined || rival === undefined || info === undefined || task.slot === 0) return undefined;
  const sameService = rival.rank.serviceTasks === chosen.rank.serviceTasks;
  const wanted = sameService ? chosen.rank.totalTasks - 1 : chosen.rank.serviceTasks - 1;
  if (wanted < 0 || task.spec.placement.spread.length > 0) return undefined;
  const name = record.nodeName(rival.nodeId);
  if (sameService) info.active = wanted;
  else info.activeByService.set(task.serviceId, wanted);
  const [first] = judgeNodes(sight.scheduler, task, sight.store, sight.now).filter(
    ({ failing }) => failing.length === 0,
  );
  if (first?.nodeId !== rival.nodeId) return undefined;
  const what = sameService ? 'in all' : `of ${task.serviceAnnotations.name}`;
  return `With ${count(wanted, 'task')} ${what}, ${name} comes first.`;
}

/** Active tasks of a service by the values of the label it is spread over, by value. */
function branches(
  scheduler: SchedulerState,
  serviceId: string,
  descriptor: string,
): readonly (readonly [string, number])[] {
  const ofNode = afterPrefix(descriptor, nodeLabelPrefix);
  const ofEngine = afterPrefix(descriptor, engineLabelPrefix);
  const counts = new Map<string, number>();
  for (const { node, activeByService } of scheduler.nodes.values()) {
    const labels = ofNode === undefined ? (node.description?.engineLabels ?? []) : node.spec.labels;
    const value = lookupLabel(labels, ofNode ?? ofEngine ?? '') ?? '';
    counts.set(value, (counts.get(value) ?? 0) + (activeByService.get(serviceId) ?? 0));
  }
  return [...counts].sort(([a], [b]) => byText(a, b));
}
