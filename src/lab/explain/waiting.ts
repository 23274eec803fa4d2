// Why a task waits for a node: every filter that stands in its way, with the numbers, and what would let it through.

import { demandOf, type FilterName } from '../../manager/scheduler/filter.ts';
import { judgeNodes, type NodeVerdict } from '../../manager/scheduler/verdict.ts';
import type { Task } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import { assert } from '../../sim/assert.ts';
import { causesOf } from './causes.ts';
import { byText, chainOf, count, type Explanation, type ExplanationLink, listOf } from './explanation.ts';
import { findingsOf } from './findings.ts';
import type { RunRecord } from './record.ts';
import { remedyText, rowsOf } from './rows.ts';
import { portHolders, reservers, type Sight, sightOf } from './sight.ts';

/** Why a task waits for a node, or to be let onto the one that it came with. */
export function explainWaiting(record: RunRecord, task: Task): Explanation {
  const name = record.taskName(task);
  const changes = record.changesOf('task').filter(({ event }) => event.id === task.id);
  const last = changes.at(-1);
  const leader = record.leader();
  const links = last === undefined ? [] : causesOf(record, last);
  const sight = leader === undefined ? undefined : sightOf(record.world, leader[0]);
  if (sight === undefined) {
    return {
      subject: name,
      line: `${name} waits: no manager leads, so nobody places tasks.`,
      chain: chainOf(links),
      next: 'Nothing, until a manager leads.',
    };
  }
  const all = judgeNodes(sight.scheduler, task, sight.store, sight.now);
  // A task of a global service has nowhere else to go.
  const verdicts = task.nodeId === '' ? all : all.filter(({ nodeId }) => nodeId === task.nodeId);
  const rows = rowsOf(record, sight, task, verdicts, '');
  if (isForgotten(sight, task)) {
    const toStop = task.desiredState > TaskState.Complete;
    return {
      subject: name,
      line: toStop
        ? `${name} waits, and nobody looks at it: it was to stop when this manager took over.`
        : `${name} waits, and nobody looks at it again: it was refused after an update of its service.`,
      chain: chainOf(links),
      nodes: rows,
      rule: toStop
        ? { text: 'A new leader leaves alone what waits and is to stop.', tag: 'src', reference: 'R-S3' }
        : {
            text: 'A waiting task of an older spec is tried once more, and then no more.',
            tag: 'src',
            reference: 'R-S38',
          },
      ...(toStop
        ? { next: 'Nothing: it goes with the history of its slot.' }
        : {
            next: 'Nothing, until it is replaced or another manager leads.',
            youCan: `Force an update: docker service update --force ${task.serviceAnnotations.name}.`,
          }),
    };
  }
  const nearest = rows
    .filter((row) => row.ifOnly !== undefined)
    .sort((a, b) => (a.ifOnly?.changes.length ?? 0) - (b.ifOnly?.changes.length ?? 0))[0];
  const ifOnly = nearest?.ifOnly && `With ${remedyText(nearest.ifOnly)}, ${nearest.node} takes ${name}.`;
  const { err } = task.status;
  const details = obstacles(record, sight, task, verdicts);
  const at = last?.at ?? record.world.now;
  const event = last?.seq ?? record.last.seq;
  const line = `${name} waits: ${err === '' ? 'the scheduler has not looked at it yet' : err}.`;
  return {
    subject: name,
    line:
      line.split(' ').length <= 18
        ? line
        : `${name} waits: each of ${count(verdicts.length, 'node')} fails a filter of the scheduler.`,
    chain: chainOf([
      ...links,
      ...details.slice(0, 3).map(
        ({ sentence, facts }): ExplanationLink => ({
          at,
          actor: 'scheduler',
          sentence,
          facts,
          event,
        }),
      ),
    ]),
    nodes: rows,
    rule: {
      text: 'A task waits until a node changes, a reservation is freed or the spec changes.',
      tag: 'src',
      reference: 'R-S23',
    },
    next: 'Nothing, for ever, unless one of these happens.',
    ...(ifOnly && { ifOnly }),
    ...(details.length > 0 && {
      youCan: details
        .slice(0, 2)
        .map(({ remedy }) => remedy)
        .join(' '),
    }),
  };
}

/**
 * Whether a waiting task is in no queue: an update had made it one of an older spec when there was no node for it, were it rolled back
 * since; or the leader has never taken it up.
 */
function isForgotten({ scheduler }: Sight, task: Task): boolean {
  return task.nodeId === '' && scheduler.pass === undefined && !scheduler.queue.has(task.id);
}

interface Obstacle {
  readonly sentence: string;
  readonly facts: ExplanationLink['facts'];
  readonly remedy: string;
}

const lacking = {
  plugins: 'a plugin missing',
  platform: 'another platform',
  volumes: 'no cluster volume that fits',
} as const;

/** The filters that stand in the way, each with its numbers, the one that rejects most nodes first. */
function obstacles(
  record: RunRecord,
  sight: Sight,
  task: Task,
  verdicts: readonly NodeVerdict[],
): readonly Obstacle[] {
  const byFilter = new Map<FilterName, NodeVerdict[]>();
  for (const verdict of verdicts) {
    for (const filter of verdict.failing) {
      byFilter.set(filter, [...(byFilter.get(filter) ?? []), verdict]);
    }
  }
  return [...byFilter]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([filter, rejecting]): Obstacle => {
      const names = listOf(rejecting.map(({ nodeId }) => record.nodeName(nodeId)).sort(byText));
      const facts = { nodes: rejecting.length };
      const [first] = rejecting;
      const info = first && sight.scheduler.nodes.get(first.nodeId);
      switch (filter) {
        case 'ready':
          return {
            sentence: `The scheduler skips ${names}: not ready, or not active.`,
            facts,
            remedy: 'Bring such a node back, or make it active.',
          };
        case 'constraints': {
          const [constraint = ''] = task.spec.placement.constraints;
          const all = task.spec.placement.constraints.length;
          return {
            sentence: `The scheduler finds ${all === 1 ? `constraint "${constraint}"` : `${all} constraints`} not met by ${names}.`,
            facts: { ...facts, constraint },
            remedy: 'Label another node, or change the constraint.',
          };
        }
        case 'resources': {
          assert(first !== undefined && info !== undefined, 'a filter that rejects has rejected a node');
          const { nanoCpus, memoryBytes } = task.spec.reservations;
          const short = findingsOf({ task, info }, demandOf(task, sight.store), () => '').find(
            (finding) => finding.filter === filter,
          );
          const holders = [
            ...(nanoCpus > info.nanoCpus ? reservers(record, sight, first.nodeId, 'cpu') : []),
            ...(memoryBytes > info.memoryBytes ? reservers(record, sight, first.nodeId, 'memory') : []),
          ];
          return {
            sentence: `The scheduler finds ${short?.reason} on ${record.nodeName(first.nodeId)}.`,
            facts: {
              ...facts,
              nanoCpus: info.nanoCpus,
              wantedCpus: nanoCpus,
              memoryBytes: info.memoryBytes,
              wantedBytes: memoryBytes,
            },
            remedy: `Lower the reservation, or stop what reserves it${holders.length === 0 ? '' : ` (${listOf(holders)})`}.`,
          };
        }
        case 'host ports': {
          const [port = ''] = demandOf(task, sight.store).hostPorts;
          const holders = rejecting.flatMap(({ nodeId }) => portHolders(record, sight, nodeId, port));
          return {
            sentence: `The scheduler finds host port ${port} held by ${listOf(holders)}.`,
            facts: { ...facts, port },
            remedy: 'Free the port, or add a node.',
          };
        }
        case 'max replicas':
          return {
            sentence: `The scheduler finds the limit of ${task.spec.placement.maxReplicas} a node reached on ${names}.`,
            facts: { ...facts, limit: task.spec.placement.maxReplicas },
            remedy: 'Raise the limit, or add a node.',
          };
        default:
          return {
            sentence: `The scheduler finds ${lacking[filter]} on ${names}.`,
            facts,
            remedy: 'Add a node that fits.',
          };
      }
    });
}
