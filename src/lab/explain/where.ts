// Why here, and why not there: the placement of a task or of a service's tasks, and one node's part in it.

import type { Service } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import { explainAbsent, explainEveryNode, isOnEveryNode } from './absence.ts';
import type { Decider, Explanation, NodeRow } from './explanation.ts';
import type { RunRecord } from './record.ts';
import { remedyText } from './rows.ts';
import { explainPlacement, explainService, findTask } from './task.ts';

/** Why a task is where it is; of a service the nodes of its tasks, or the placement of its latest one. Undefined for what is neither. */
export function explainWhere(record: RunRecord, subject: string): Explanation | undefined {
  const service = record.state()?.findByName('service', subject);
  if (service === undefined) return explainPlacement(record, findTask(record, subject));
  if (isOnEveryNode(service)) return explainEveryNode(record, service);
  const task = findTask(record, latestTask(record, service));
  return explainPlacement(record, task) ?? explainService(record, service);
}

/** Why a task, or a service's, is not on a node. Undefined when there is no such node, task or service. */
export function explainWhyNot(record: RunRecord, host: string, subject: string): Explanation | undefined {
  const nodeId = record.nodeId(host);
  if (nodeId === undefined) return undefined;
  const service = record.state()?.findByName('service', subject);
  if (service !== undefined && isOnEveryNode(service)) {
    const seat = explainAbsent(record, service, nodeId) ?? explainWhere(record, `${subject}.${host}`);
    return seat ?? explainService(record, service);
  }
  const explanation = explainWhere(record, subject);
  const row = explanation?.nodes?.find(({ node }) => node === host);
  if (explanation?.nodes === undefined || row?.chosen === true) return explanation;
  const { ifOnly: _, youCan: __, ...placement } = explanation;
  const chosen = explanation.nodes.find((each) => each.chosen);
  return {
    ...placement,
    subject: `${host} for ${explanation.subject}`,
    line: whyNot(host, explanation, row, chosen),
    nodes: [row, chosen].filter((each) => each !== undefined),
    ...(row?.ifOnly && {
      ifOnly: `With ${remedyText(row.ifOnly)}, ${host} ${row.ifOnly.outcome === 'qualifies' ? 'qualifies' : 'comes first'}.`,
    }),
  };
}

function whyNot(
  host: string,
  { subject: name, decidedBy }: Explanation,
  row: NodeRow | undefined,
  chosen: NodeRow | undefined,
): string {
  if (decidedBy === 'preset')
    return `The orchestrator made ${name} for ${chosen?.node}, and for no other node.`;
  if (row === undefined) return `${host} was no node of the swarm when the scheduler looked at ${name}.`;
  if (row.rejected.length > 0) {
    const reasons = `${host} does not qualify for ${name}: ${row.rejected.join('; ')}.`;
    return reasons.split(' ').length <= 18
      ? reasons
      : `${host} does not qualify for ${name}: ${row.rejected.length} filters of the scheduler reject it.`;
  }
  if (chosen === undefined) return `${host} qualifies for ${name}, which has no node yet.`;
  return `${host} qualifies for ${name}, but ${chosen.node} comes first: ${comparison(row, chosen, decidedBy)}.`;
}

/** The first key in which the chosen node is better, unless ranks did not decide. */
function comparison(row: NodeRow, chosen: NodeRow, by: Decider | undefined): string {
  if (by === 'spread') return 'preferences are spread over before tasks are counted';
  if (by === 'turn') return 'the group is dealt out in turn';
  if (row.failures !== chosen.failures) return `${chosen.failures} failures to ${row.failures}`;
  if (row.serviceTasks !== chosen.serviceTasks) {
    return `${chosen.serviceTasks} of the service's tasks to ${row.serviceTasks}`;
  }
  if (row.allTasks !== chosen.allTasks) return `${chosen.allTasks} tasks in all to ${row.allTasks}`;
  return 'it has the lower ID';
}

/** The newest task of a service that is meant to run, by ID: one without a node before one that has one. */
function latestTask(record: RunRecord, { id }: Service): string {
  const tasks = [...(record.state()?.tasksOfService(id) ?? [])].filter(
    ({ desiredState }) => desiredState <= TaskState.Complete,
  );
  const waiting = tasks.filter(({ nodeId }) => nodeId === '');
  const [latest] = (waiting.length > 0 ? waiting : tasks).sort(
    (a, b) => b.meta.createdAt - a.meta.createdAt || b.slot - a.slot,
  );
  return latest?.id ?? '';
}
