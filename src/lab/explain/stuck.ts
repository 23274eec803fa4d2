// Why an update does not go on: it waits for a task that waits for a node, and that is no failure.

import type { Service, Task } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import { causesOf } from './causes.ts';
import { chainOf, type Explanation, type ExplanationLink, listOf } from './explanation.ts';
import type { RunRecord, SeenUpdate } from './record.ts';
import { portHolders, sightOf } from './sight.ts';
import { explainWaiting } from './waiting.ts';

/**
 * Why an updater that is at work stands still; undefined when it does not.
 * @param beginning the command that began the update
 */
export function explainStuck(
  record: RunRecord,
  service: Service,
  seen: SeenUpdate,
  beginning: readonly ExplanationLink[],
): Explanation | undefined {
  return explainCircle(record, service, seen, beginning) ?? explainPending(record, service, seen, beginning);
}

/** A new task without a node: nobody waits for it but the updater, and that without end. */
function explainPending(
  record: RunRecord,
  service: Service,
  { update }: SeenUpdate,
  beginning: readonly ExplanationLink[],
): Explanation | undefined {
  const state = record.state();
  const waiting = [...update.lanes.values()]
    .map(({ taskId }) => state?.get('task', taskId))
    .find((task): task is Task => task?.status.state === TaskState.Pending && task.status.err !== '');
  if (waiting === undefined) return undefined;
  const why = explainWaiting(record, waiting);
  const task = record.taskName(waiting);
  const { name } = service.spec;
  const long = `The update of ${name} waits for ${task}: ${waiting.status.err}.`;
  const unwanted = waiting.desiredState > TaskState.Running;
  const { at, seq } = record.last;
  return {
    ...why,
    subject: name,
    line: unwanted
      ? `The update of ${name} waits for ${task}, which nobody wants and no node takes.`
      : long.split(' ').length <= 18
        ? long
        : `The update of ${name} waits for ${task}, which waits for a node.`,
    chain: chainOf([
      ...beginning,
      ...why.chain.filter(({ root }) => root === undefined).slice(-3),
      link(at, seq, `The updater waits until ${task} runs or has ended, with no time limit.`),
    ]),
    rule: {
      text: 'Pending is not a failure, and the updater has no time limit: no failure action fires.',
      tag: 'src',
      reference: 'R-O80',
    },
    next: `Nothing, for ever, unless ${task} gets a node or the service is updated again.`,
  };
}

function link(at: number, event: number, sentence: string): ExplanationLink {
  return { at, actor: 'updater', sentence, facts: {}, event };
}

/** Start-first with a host port: the new task waits for the old one, which waits for the new one. */
function explainCircle(
  record: RunRecord,
  service: Service,
  { update, at: seenAt, seq }: SeenUpdate,
  beginning: readonly ExplanationLink[],
): Explanation | undefined {
  const state = record.state();
  const leader = record.leader();
  const sight = leader && sightOf(record.world, leader[0]);
  if (update.config.order !== 'start-first' || state === undefined || sight === undefined) return undefined;
  const waiting = [...update.made.keys()]
    .map((id) => state.get('task', id))
    .find(
      (task): task is Task =>
        task?.status.state === TaskState.Pending && task.status.err.includes('host-mode port'),
    );
  if (waiting === undefined) return undefined;
  const name = record.taskName(waiting);
  const port = waiting.endpoint?.ports.find(({ publishMode }) => publishMode === 'host');
  const text = port === undefined ? '' : `${port.protocol}/${port.publishedPort}`;
  const holders = [...sight.scheduler.nodes.keys()].flatMap((nodeId) =>
    portHolders(record, sight, nodeId, text),
  );
  const pending = record.changesOf('task').findLast(({ event }) => event.id === waiting.id);
  const at = pending?.at ?? record.last.at;
  const event = pending?.seq ?? record.last.seq;
  return {
    subject: service.spec.name,
    line: `The update of ${service.spec.name} waits for ${name} (new), which waits for a port held by ${name} (old).`,
    chain: chainOf([
      ...beginning,
      link(seenAt, seq, `The updater goes start-first: it stops ${name} (old) only when ${name} (new) runs.`),
      {
        at,
        actor: 'scheduler',
        sentence: `The scheduler finds host port ${text} busy: ${listOf(holders)}.`,
        facts: { port: text, holders: holders.length },
        event,
      },
      ...(pending === undefined ? [] : causesOf(record, pending).slice(-1)),
      link(at, event, `The updater never stops ${name} (old), for ${name} (new) never runs.`),
    ]),
    rule: {
      text: 'Pending is not a failure, and the updater has no time limit: no failure action fires.',
      tag: 'src',
      reference: 'R-O80',
    },
    next: 'Nothing, for ever, unless a port becomes free.',
    youCan: 'Set --update-order stop-first, or add a node.',
  };
}
