// Why a node has no task of a service that has one on every node: the orchestrator asks less of nodes than the scheduler does, and asks
// first. Also which nodes such a service has tasks on at all.

import { isUnusable, meetsConstraints } from '../../manager/orchestrator/placement.ts';
import { judgeNodes } from '../../manager/scheduler/verdict.ts';
import { isJob } from '../../model/job.ts';
import type { Node, Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState, taskStateName } from '../../model/state.ts';
import { causesOf } from './causes.ts';
import {
  chainOf,
  type Explanation,
  type ExplanationLink,
  listOf,
  type NodeRow,
  type Rule,
} from './explanation.ts';
import type { Change, RunRecord } from './record.ts';
import { remedyText, rowsOf } from './rows.ts';
import { sightOf } from './sight.ts';

/** Whether a service has a task on every node, rather than so many in all. */
export function isOnEveryNode({ spec }: Service): boolean {
  return spec.mode.kind === 'global' || spec.mode.kind === 'global-job';
}

/** On which nodes a global service has tasks, and why not on the others. */
export function explainEveryNode(record: RunRecord, service: Service): Explanation {
  const { name } = service.spec;
  const seats = seatsOf(record, service);
  const without = seats.filter(({ seat }) => seat.task === undefined);
  const lead = `${name} has tasks on ${seats.length - without.length} of ${seats.length} nodes`;
  const told = listOf(without.map(({ node, seat }) => `${record.nodeName(node.id)} (${seat.reason})`));
  const created = record.changesOf('service').find(({ event }) => event.id === service.id);
  return {
    subject: name,
    line:
      without.length === 0
        ? `${lead}.`
        : inShort(`${lead}, not on ${told}.`, `${lead}; the orchestrator leaves ${without.length} out.`),
    chain: chainOf([
      ...(created === undefined ? [] : causesOf(record, created)),
      ...without.slice(0, 4).flatMap(({ node, seat }) => seatLinks(record, service, node, seat)),
    ]),
    nodes: seats.map(({ row }) => row),
    rule: ruleOf(service),
  };
}

/** Why one node has no task of a global service. Undefined when it has one. */
export function explainAbsent(record: RunRecord, service: Service, nodeId: string): Explanation | undefined {
  if (record.state()?.get('node', nodeId) === undefined) return explainGone(record, service, nodeId);
  const found = seatsOf(record, service).find(({ node }) => node.id === nodeId);
  if (found === undefined || found.seat.task !== undefined) return undefined;
  const { node, seat, row } = found;
  const host = record.nodeName(node.id);
  const { name } = service.spec;
  return {
    subject: `${host} for ${name}`,
    line: inShort(
      `The orchestrator keeps no task of ${name} on ${host}: ${seat.reason}.`,
      `The orchestrator keeps no task of ${name} on ${host}.`,
    ),
    chain: chainOf(seatLinks(record, service, node, seat)),
    nodes: [row],
    rule: ruleOf(service),
    next: seat.next,
    ...(row.ifOnly && { ifOnly: `With ${remedyText(row.ifOnly)}, ${host} qualifies for ${name}.` }),
    ...(seat.youCan && { youCan: seat.youCan }),
  };
}

function explainGone(record: RunRecord, service: Service, nodeId: string): Explanation {
  const host = record.nodeName(nodeId);
  const { name } = service.spec;
  const removed = record
    .changesOf('node')
    .findLast(({ event }) => event.id === nodeId && event.action === 'remove');
  return {
    subject: `${host} for ${name}`,
    line: `${host} is no node of the swarm, so ${name} has no task there.`,
    chain: chainOf(removed === undefined ? [] : causesOf(record, removed)),
    rule: ruleOf(service),
    next: 'Nothing, until the machine joins.',
  };
}

/** Every node with what it has of the service, and what the filters of the scheduler would say of it. */
function seatsOf(
  record: RunRecord,
  service: Service,
): readonly { readonly node: Node; readonly seat: Seat; readonly row: NodeRow }[] {
  const leader = record.leader();
  const sight = leader && sightOf(record.world, leader[0]);
  if (sight === undefined) return [];
  const task = taskOf(service);
  const verdicts = judgeNodes(sight.scheduler, task, sight.store, sight.now);
  const rows = rowsOf(record, sight, task, verdicts, '');
  return verdicts.flatMap(({ nodeId }, i) => {
    const node = sight.store.get('node', nodeId);
    const found = rows[i];
    if (node === undefined || found === undefined) return [];
    const tasks = [...sight.store.tasksOfService(service.id)].filter((each) => each.nodeId === nodeId);
    const constraint = found.rejected.find((reason) => reason.startsWith('constraint ')) ?? 'constraint';
    const seat = seatOf(service, node, tasks, constraint);
    const { ifOnly, ...row } = found;
    return seat.task === undefined
      ? [{ node, seat, row: { ...found, rejected: row.rejected.length > 0 ? row.rejected : [seat.reason] } }]
      : [{ node, seat, row: { ...row, rejected: [] } }];
  });
}

/** A task as the orchestrator would make it next. */
function taskOf({ id, meta, spec, specVersion }: Service): Task {
  return {
    id: '',
    meta,
    annotations: { name: spec.name, labels: [] },
    serviceAnnotations: { name: spec.name, labels: spec.labels },
    serviceId: id,
    slot: 0,
    nodeId: '',
    spec: spec.task,
    specVersion,
    desiredState: TaskState.Running,
    status: { state: TaskState.Pending, timestamp: 0, message: '', err: '' },
    networks: [],
    assignedGenericResources: [],
  };
}

function inShort(long: string, short: string): string {
  return long.split(' ').length <= 18 ? long : short;
}

/** What a node has of a global service. */
interface Seat {
  /** The task that is to run there, or for a job the one that has done its work. */
  readonly task?: Task;
  /** Why there is none; of a task its state. */
  readonly reason: string;
  readonly next: string;
  readonly youCan?: string;
}

function seatOf(service: Service, node: Node, tasks: readonly Task[], constraint: string): Seat {
  const { name, mode, task: wanted } = service.spec;
  const job = mode.kind === 'global-job';
  const current = tasks.findLast(
    ({ desiredState, jobIteration }) =>
      desiredState <= TaskState.Complete && (!job || jobIteration === service.jobStatus?.iteration),
  );
  if (current !== undefined) {
    return { task: current, reason: taskStateName(current.status.state), next: '' };
  }
  const { state } = node.status;
  const { availability } = node.spec;
  if (!meetsConstraints(wanted.placement.constraints, node)) {
    return {
      reason: constraint,
      next: `Nothing, until the node meets the constraints of ${name}.`,
      youCan: 'Give the node what the constraint asks for, or change the constraint.',
    };
  }
  if (isUnusable(node) || (job && (state !== 'ready' || availability !== 'active'))) {
    const up = availability === 'active';
    return {
      reason: up ? state : availability,
      next: job
        ? 'The orchestrator looks at the job again when one of its tasks ends or it is updated.'
        : 'The orchestrator creates a task as soon as the node is up and not drained.',
      youCan: up ? 'Bring the node back.' : 'Make the node active.',
    };
  }
  if (availability === 'pause') {
    return {
      reason: 'pause',
      next: 'The orchestrator creates a task when the node is active again.',
      youCan: 'Make the node active.',
    };
  }
  const dead = tasks.findLast(({ status }) => isTerminal(status.state));
  if (dead !== undefined && !job) {
    return {
      reason: 'its last task ended and the restart policy allows no other',
      next: 'Nothing, until the service is updated.',
      youCan: `Force an update: docker service update --force ${name}.`,
    };
  }
  return job
    ? {
        reason: 'it came after the job was looked at',
        next: 'The orchestrator looks at the job again when one of its tasks ends or it is updated.',
      }
    : { reason: 'the orchestrator has not looked yet', next: 'The orchestrator creates a task.' };
}

/** How it came about: the change of the node or of the service that came last, and what the orchestrator makes of it. */
function seatLinks(
  record: RunRecord,
  service: Service,
  node: Node,
  { reason }: Seat,
): readonly ExplanationLink[] {
  const cause: Change | undefined = record.changes.findLast(
    ({ event }) =>
      (event.kind === 'node' && event.id === node.id && matters(event)) ||
      (event.kind === 'service' && event.id === service.id && (event.action === 'create' || matters(event))),
  );
  if (cause === undefined) return [];
  return [
    ...causesOf(record, cause),
    {
      at: cause.at,
      actor: 'orchestrator',
      sentence: `The orchestrator leaves ${record.nodeName(node.id)} out: ${reason}.`,
      facts: {},
      event: cause.seq,
    },
  ];
}

/** Whether a change of a node or a service may change who gets a task. */
function matters(event: Change<'node' | 'service'>['event']): boolean {
  if (event.action !== 'update') return event.action === 'create';
  if (event.kind === 'service') return event.before.specVersion !== event.after.specVersion;
  const { before, after } = event;
  return (
    before.status.state !== after.status.state ||
    before.role !== after.role ||
    before.spec.availability !== after.spec.availability ||
    before.spec.labels !== after.spec.labels
  );
}

function ruleOf({ spec }: Service): Rule {
  return isJob(spec.mode)
    ? {
        text: 'A global job looks at nodes when it is created or updated, or one of its tasks ends.',
        tag: 'src',
        reference: 'R-O65',
      }
    : {
        text: 'A global service has one task on every node that is up, not drained, and meets its constraints.',
        tag: 'src',
        reference: 'R-O49',
      };
}
