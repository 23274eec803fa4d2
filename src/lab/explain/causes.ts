// From a committed change back to where its chain of causes begins: a command, an injected fault or a timer. The world knows during which event
// each event was made; this adds what it cannot know: which of the changes that were committed then is the one that mattered.

import type { Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import { assert } from '../../sim/assert.ts';
import type { ExplanationLink, Root } from './explanation.ts';
import type { Change, Event, RunRecord } from './record.ts';
import { lastSilence } from './silence.ts';
import { changeLink, rootLink } from './words.ts';

/** The kind of root an event is: nothing came before, or it is a timer that runs for its own sake. */
export function rootOf({ kind, body }: Event): Root | undefined {
  if (kind === 'command' || kind === 'fault') return kind;
  if (kind !== 'timer') return undefined;
  switch (body.kind) {
    case 'manager.tick':
    case 'agent.heartbeat':
      return 'timer';
    case 'agent.container':
      return body.what === 'ended' || body.what === 'probe' || body.what === 'probe-timeout'
        ? 'timer'
        : undefined;
    case 'manager.reactor': {
      const { kind: timer } = body.timer;
      return timer === 'expire' || timer === 'orphan' || timer === 'watch' || timer === 'rest'
        ? 'timer'
        : undefined;
    }
    default:
      return undefined;
  }
}

/** The links from the root of a change to the change itself, oldest first. */
export function causesOf(record: RunRecord, change: Change): readonly ExplanationLink[] {
  // A task that has lived many lives has a long past: it is walked, not recursed into.
  const links: ExplanationLink[] = [];
  for (let at = change; ; ) {
    const link = changeLink(record, at);
    if (link !== undefined) links.push(link);
    const before = stepBefore(record, at);
    if ('root' in before) return [...rootLinks(record, before.root), ...links.reverse()];
    assert(record.isBefore(before.change.seq, at.seq), 'a cause comes before its effect');
    at = before.change;
  }
}

/** The change that a change follows from, or the event where its chain begins. */
function stepBefore(
  record: RunRecord,
  change: Change,
): { readonly change: Change } | { readonly root: Event } {
  const earlier = earlierChange(record, change);
  if (earlier !== undefined) return { change: earlier };
  let event = record.eventOf(triggerOf(record, change));
  while (rootOf(event) === undefined) {
    const relevant = mostRelevant(change, record.changesIn(event.seq));
    if (relevant !== undefined && record.isBefore(relevant.seq, change.seq)) return { change: relevant };
    assert(event.cause > 0, 'a chain of causes ends in a command or a fault at the latest');
    event = record.eventOf(event.cause);
  }
  return { root: event };
}

/** A root; before the end of a node's grace what silenced the node, if something did. */
function rootLinks(record: RunRecord, event: Event): readonly ExplanationLink[] {
  const root = rootLink(record, event);
  const { body } = event;
  if (body.kind !== 'manager.reactor' || body.timer.kind !== 'expire') return [root];
  const silence = lastSilence(record, record.nodeName(body.timer.nodeId), event.seq);
  return silence === undefined ? [root] : [silence.link, root];
}

/** The earlier change that a change follows from, where the record says so better than events do. */
function earlierChange(record: RunRecord, change: Change): Change | undefined {
  const { event, decided } = change;
  if (event.kind !== 'task' || event.action !== 'update') return undefined;
  const { before, after } = event;
  const last = (test: (earlier: Change) => boolean) =>
    record.lastChange(change, (earlier) => earlier.seq !== change.seq && test(earlier));
  const ofTask = (earlier: Change) => earlier.event.kind === 'task' && earlier.event.id === after.id;
  switch (decided?.job.reactor) {
    case 'allocator':
      return last(ofTask);
    case 'scheduler':
      return last((earlier) => ofTask(earlier) || letsPlace(earlier, after));
    case 'dispatcher':
      if (!isTerminal(after.status.state)) return last(ofTask);
      // Told to stop, it stops.
      return after.desiredState > TaskState.Running
        ? last((earlier) => ofTask(earlier) && stops(earlier))
        : undefined;
    default:
      // Its delayed start is over.
      return before.desiredState === TaskState.Ready && after.desiredState === TaskState.Running
        ? last(ofTask)
        : undefined;
  }
}

/** Whether a change may have let a waiting task be placed where it is. */
function letsPlace({ event }: Change, { nodeId }: Task): boolean {
  if (nodeId === '' || event.action !== 'update') return false;
  if (event.kind === 'node') return event.id === nodeId;
  return event.kind === 'task' && event.after.nodeId === nodeId && isTerminal(event.after.status.state);
}

function stops({ event }: Change): boolean {
  if (event.kind !== 'task' || event.action !== 'update') return false;
  return event.before.desiredState <= TaskState.Running && event.after.desiredState > TaskState.Running;
}

/** The event that made somebody want a change. */
function triggerOf(record: RunRecord, change: Change): number {
  const { event, decided, seq } = change;
  if (decided === undefined) return record.eventOf(seq).cause || seq;
  if (decided.job.reactor !== 'dispatcher' || event.action === 'remove') return decided.requested;
  if (event.kind === 'node' && event.after.status.state === 'unknown') return decided.requested;
  const { id, after } = event;
  const said = record.lastEvent(decided.begun, ({ body }) => {
    if (event.kind === 'node' && event.after.status.state === 'down') {
      return body.kind === 'manager.reactor' && body.timer.kind === 'expire' && body.timer.nodeId === id;
    }
    if (body.kind !== 'call') return false;
    const { call } = body;
    if (event.kind === 'node') return call.method === 'dispatcher.session' && call.nodeId === id;
    return (
      call.method === 'dispatcher.report' &&
      'status' in after &&
      call.updates.some(({ taskId, status }) => taskId === id && status.state === after.status.state)
    );
  });
  return said?.seq ?? decided.requested;
}

/** Of the changes committed in one event the one that led to `change`: what is nearest to it. */
function mostRelevant(change: Change, committed: readonly Change[]): Change | undefined {
  const nearness = (other: Change): number => {
    if (other.event.kind === change.event.kind && other.event.id === change.event.id) return 5;
    const task = taskOf(change);
    const otherTask = taskOf(other);
    if (task !== undefined) {
      if (otherTask?.serviceId === task.serviceId && isSameSeat(task, otherTask)) return 4;
      if (other.event.kind === 'node') return 3;
      if (other.event.kind === 'service' && other.event.id === task.serviceId) return 2;
      if (otherTask?.serviceId === task.serviceId) return 1;
    }
    if (change.event.kind === 'service' && otherTask?.serviceId === change.event.id) return 1;
    return 0;
  };
  let best: Change | undefined;
  for (const other of committed) {
    const near = nearness(other);
    if (near > 0 && (best === undefined || near > nearness(best))) best = other;
  }
  return best;
}

function taskOf({ event }: Change): Task | undefined {
  if (event.kind !== 'task') return undefined;
  return event.action === 'remove' ? event.before : event.after;
}

function isSameSeat(a: Task, b: Task): boolean {
  return a.slot === 0 ? a.nodeId === b.nodeId : a.slot === b.slot;
}
