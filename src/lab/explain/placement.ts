// Why a task is where it is: all nodes with all reasons, what decided between those that qualify, and what would change it.

import { untrackTask } from '../../manager/scheduler/nodes.ts';
import type { SchedulerState } from '../../manager/scheduler/state.ts';
import { judgeNodes } from '../../manager/scheduler/verdict.ts';
import { causesOf } from './causes.ts';
import { decisionOf } from './decision.ts';
import {
  byText,
  chainOf,
  type Decider,
  type Explanation,
  type ExplanationLink,
  listOf,
  type NodeRow,
} from './explanation.ts';
import type { Change, RunRecord } from './record.ts';
import { remedyText, rowsOf } from './rows.ts';
import { sightOf } from './sight.ts';

/** Why a task was put on its node; undefined when nobody saw the scheduler decide it. */
export function explainPlaced(record: RunRecord, change: Change<'task'>): Explanation | undefined {
  const { event, decided } = change;
  if (event.action !== 'update' || decided === undefined) return undefined;
  const task = event.after;
  const sight = sightOf(record.worldAfter(decided.begun), decided.host);
  if (sight === undefined) return undefined;
  takeBackFrom(sight.scheduler, task.id);
  const all = judgeNodes(sight.scheduler, event.before, sight.store, sight.now);
  // A task that comes with its node is looked at there alone.
  const verdicts =
    event.before.nodeId === '' ? all : all.filter(({ nodeId }) => nodeId === event.before.nodeId);
  const rows = rowsOf(record, sight, event.before, verdicts, task.nodeId);
  const service = task.serviceAnnotations.name;
  const fit = verdicts.filter(({ failing }) => failing.length === 0);
  const decision = decisionOf(record, sight, event.before, verdicts, task.nodeId);
  const begun = record.eventOf(decided.begun);
  const link = (sentence: string, facts: ExplanationLink['facts']): ExplanationLink => ({
    at: begun.at,
    actor: 'scheduler',
    sentence,
    facts,
    event: decided.begun,
  });
  const rejected = rows.filter((row) => row.rejected.length > 0);
  const rivals = fit.map(
    ({ nodeId, rank }) =>
      `${record.nodeName(nodeId)} (${service} ${rank.serviceTasks}, all ${rank.totalTasks})`,
  );
  const links = [
    ...causesOf(record, change).slice(0, -1),
    ...(rejected.length === 0
      ? []
      : [link(`The scheduler rejects ${rejectedText(rejected)}.`, { rejected: rejected.length })]),
    ...(decision.by === 'preset'
      ? []
      : [link(`The scheduler compares ${listOf(rivals, 3)}.`, { qualify: fit.length })]),
    ...decision.comparisons.map(({ sentence, facts }) => link(sentence, facts)),
  ];
  const ahead = rows.filter(({ ifOnly }) => ifOnly?.outcome === 'comes first');
  const runnerUp = ahead.find(({ rejected: reasons }) => reasons.length === 0) ?? ahead[0];
  return {
    subject: record.taskName(task),
    line: decision.line,
    chain: chainOf(links),
    nodes: rows,
    decidedBy: decision.by,
    rule: ruleOf(decision.by),
    ...(runnerUp?.ifOnly && {
      ifOnly: `With ${remedyText(runnerUp.ifOnly)}, ${runnerUp.node} comes first.`,
    }),
  };
}

function ruleOf(by: Decider): NonNullable<Explanation['rule']> {
  switch (by) {
    case 'preset':
      return {
        text: 'A task that comes with its node is checked there, and never put elsewhere.',
        tag: 'src',
        reference: 'R-S10',
      };
    case 'spread':
      return {
        text: 'Filters first; then the values of the preference get equally many; then nodes are compared within one.',
        tag: 'src',
        reference: 'R-S21',
      };
    default:
      return {
        text: 'Filters first; then fewest tasks of the service, after any penalty for five failures; then fewest in all.',
        tag: 'src',
        reference: 'R-S14',
      };
  }
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

/** Takes back what the pass at work decided from `taskId` on, so that the nodes are as they were when the task's turn came. */
function takeBackFrom(scheduler: SchedulerState, taskId: string): void {
  const decisions = scheduler.pass?.decisions ?? [];
  const turn = decisions.findIndex(({ task }) => task.id === taskId);
  for (const { task, nodeId } of turn < 0 ? [] : decisions.slice(turn).reverse()) {
    const info = scheduler.nodes.get(nodeId);
    if (info !== undefined) untrackTask(info, task.id);
  }
}
