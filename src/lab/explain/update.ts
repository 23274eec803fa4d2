// Why an update goes as it does: what the updater counts, what it compares, and what it waits for.

import type { SwarmWorld } from '../../cluster/types.ts';
import { second } from '../../model/duration.ts';
import type { Service } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import { formatTime } from '../time.ts';
import { causesOf } from './causes.ts';
import { chainOf, count, type Explanation, type ExplanationLink, seconds } from './explanation.ts';
import { type Change, type RunRecord, type SeenUpdate, stateOf } from './record.ts';
import { explainStuck } from './stuck.ts';

/** An updater with what became of the tasks it made. */
interface Work {
  readonly seen: SeenUpdate;
  readonly slots: number;
  readonly counted: number;
  /** The ends of tasks it made, with failure, oldest first. */
  readonly crashes: readonly Change<'task'>[];
  readonly ratio: number;
  readonly limit: number;
}

/** Undefined when no updater was seen at work for this service, or its status says nothing. */
export function explainUpdate(record: RunRecord, service: Service): Explanation | undefined {
  const state = service.updateStatus?.state;
  const all = record.updates.filter(({ update }) => update.service.id === service.id);
  // A rollback is explained by the update that failed.
  const isRollback =
    state === 'rollback_started' || state === 'rollback_completed' || state === 'rollback_paused';
  const seen =
    (isRollback && state !== 'rollback_paused'
      ? all.findLast(({ update }) => !update.rollingBack && update.failed.size > 0)
      : undefined) ?? all.at(-1);
  if (seen === undefined || state === undefined) return undefined;
  const work = workOf(record, seen);
  switch (state) {
    case 'completed':
      return explainCompleted(record, service, work);
    case 'updating':
      return explainUpdating(record, service, work);
    case 'rollback_completed':
    case 'rollback_started':
      // Asked for by a command, nothing has failed.
      return work.counted === 0
        ? undefined
        : explainStopped(record, service, work, `rolls ${service.spec.name} back`);
    default:
      return explainStopped(
        record,
        service,
        work,
        `pauses ${state === 'rollback_paused' ? 'the rollback of ' : ''}${service.spec.name}`,
      );
  }
}

function workOf(record: RunRecord, seen: SeenUpdate): Work {
  const { update } = seen;
  const crashes = record
    .changesOf('task')
    .filter(
      ({ event }) =>
        update.made.has(event.id) &&
        event.action === 'update' &&
        (event.after.status.state === TaskState.Failed || event.after.status.state === TaskState.Rejected) &&
        event.before.status.state !== event.after.status.state,
    );
  const counted = update.failed.size;
  const slots = update.slots.length;
  const ratio = slots === 0 ? 0 : counted / slots;
  return { seen, slots, counted, crashes, ratio, limit: update.config.maxFailureRatio };
}

function comparison({ counted, slots, ratio, limit }: Work): string {
  const greater = Math.fround(ratio) > Math.fround(limit);
  return `${counted} of ${slots} = ${ratio.toFixed(2)}, ${greater ? 'greater' : 'not greater'} than ${limit.toFixed(2)}`;
}

function factsOf({ counted, slots, ratio, limit, crashes, seen }: Work): ExplanationLink['facts'] {
  return { counted, slots, ratio, limit, crashes: crashes.length, monitor: seen.update.window };
}

/** The command that began the update. */
function beginning(record: RunRecord, { seen }: Work): readonly ExplanationLink[] {
  const began = record
    .changesOf('service')
    .findLast(
      ({ event, seq, decided }) =>
        event.id === seen.update.service.id &&
        decided?.job.reactor === 'control' &&
        !record.isBefore(seen.seq, seq),
    );
  return began === undefined ? [] : causesOf(record, began);
}

/** How the tasks that failed came to their ends, told of the first. */
function crashLinks(record: RunRecord, crashes: readonly Change<'task'>[]): readonly ExplanationLink[] {
  const [first] = crashes;
  return first === undefined ? [] : causesOf(record, first);
}

/** When the updater was last seen to act: its status was written. */
function statusChange(record: RunRecord, service: Service): Change<'service'> | undefined {
  return record
    .changesOf('service')
    .findLast(
      ({ event }) =>
        event.id === service.id &&
        event.action === 'update' &&
        event.before.updateStatus?.state !== event.after.updateStatus?.state,
    );
}

/** The event in which the updater counted a failure last. */
function countedIn(record: RunRecord, { seen }: Work): { readonly at: number; readonly event: number } {
  const event = [...seen.counted.values()].at(-1) ?? seen.seq;
  return { at: record.eventOf(event).at, event };
}

function updaterLink(
  at: number,
  event: number,
  sentence: string,
  facts: ExplanationLink['facts'],
): ExplanationLink {
  return { at, actor: 'updater', sentence, facts, event };
}

function explainCompleted(record: RunRecord, service: Service, work: Work): Explanation {
  const { name } = service.spec;
  const { crashes, counted, slots, seen } = work;
  const { window, config } = seen.update;
  const written = statusChange(record, service);
  const at = written?.at ?? seen.at;
  const event = written?.seq ?? seen.seq;
  const monitor = seconds(window);
  const facts = factsOf(work);
  const late = crashes.length - counted;
  const otherwise = late > 0 ? withLongerMonitor(record, service, work) : undefined;
  const line =
    config.failureAction === 'continue' && crashes.length > 0
      ? `The updater reports completed: with failure action continue it counts no crashes (${crashes.length} so far).`
      : counted > 0
        ? `${counted} of ${slots} updated tasks failed; the updater completes: ${work.ratio.toFixed(2)} is not greater than ${work.limit.toFixed(2)}.`
        : late > 0
          ? `The updater reports completed: the ${late === 1 ? 'crash' : `${late} crashes`} came after the monitor period.`
          : `The updater reports completed: ${count(slots, 'slot')} updated, none failed within ${monitor}.`;
  return {
    subject: name,
    line,
    chain: chainOf([
      ...beginning(record, work).slice(0, 1),
      ...crashLinks(record, crashes),
      updaterLink(
        at,
        event,
        `The updater counts failures within its monitor period of ${monitor}: ${counted} of ${slots}.`,
        facts,
      ),
      updaterLink(at, event, `The updater compares ${comparison(work)}, and completes.`, facts),
    ]),
    rule: {
      text: 'Only failures before a task runs, or within the monitor period after, count.',
      tag: 'src',
      reference: 'R-O85',
    },
    next:
      late > 0
        ? 'The restart supervisor restarts what ends. The update is over and does not pause or roll back.'
        : 'Nothing: the update is over.',
    ...(otherwise !== undefined && { ifOnly: otherwise }),
    ...(late > 0 && {
      youCan: 'Watch longer than the tasks take to end, with docker service update --update-monitor.',
    }),
  };
}

/** What becomes of the update when it is watched until its first task has ended: tried in another run, and told if it is another end. */
function withLongerMonitor(record: RunRecord, service: Service, { seen, crashes }: Work): string | undefined {
  const { update } = seen;
  const [first] = crashes;
  const upAt = first && update.made.get(first.event.id)?.upAt;
  if (first === undefined || upAt === undefined || update.config.failureAction === 'continue')
    return undefined;
  const monitor = Math.ceil((2 * (first.at - upAt)) / (5 * second)) * 5 * second;
  let changed = false;
  const other = record.worldIf(
    (input) => {
      if (input.kind !== 'command' || input.body.kind !== 'node.call') return input;
      const { call } = input.body;
      if (call.method !== 'service.update' || call.serviceId !== service.id) return input;
      const { spec } = call;
      if (spec.task.container.image !== update.service.spec.task.container.image) return input;
      changed = true;
      const watched = { ...call, spec: { ...spec, update: { ...update.config, monitor } } };
      return { ...input, body: { ...input.body, call: watched } };
    },
    (world) => isStopped(world, service.id),
  );
  if (!changed || !isStopped(other, service.id)) return undefined;
  const does = update.config.failureAction === 'pause' ? 'pauses' : 'rolls back';
  return `With --update-monitor ${monitor / second}s the updater ${does} at ${formatTime(other.now)}.`;
}

/** Whether the failure action of an update has fired. */
function isStopped(world: SwarmWorld, serviceId: string): boolean {
  const state = stateOf(world)?.get('service', serviceId)?.updateStatus?.state;
  return state === 'paused' || state === 'rollback_started' || state === 'rollback_paused';
}

function explainUpdating(record: RunRecord, service: Service, work: Work): Explanation {
  const stuck = explainStuck(record, service, work.seen, beginning(record, work).slice(0, 1));
  if (stuck !== undefined) return stuck;
  const { name } = service.spec;
  const { counted, slots, seen, ratio, limit, crashes } = work;
  const { update } = seen;
  const dealt = update.next - update.lanes.size;
  const facts = { ...factsOf(work), dealt };
  if (counted > 0) {
    const { at, event } = countedIn(record, work);
    const action = update.config.failureAction;
    return {
      subject: name,
      line: `${counted} of ${slots} updated tasks failed; the updater goes on: ${ratio.toFixed(2)} is not greater than ${limit.toFixed(2)}.`,
      chain: chainOf([
        ...beginning(record, work).slice(0, 1),
        ...crashLinks(
          record,
          crashes.filter(({ event: { id } }) => update.failed.has(id)),
        ),
        updaterLink(
          at,
          event,
          `The updater counts it: within the monitor period of ${seconds(update.window)}.`,
          facts,
        ),
        updaterLink(at, event, `The updater compares ${comparison(work)}, and goes on.`, facts),
      ]),
      rule: {
        text: 'The failure action needs a ratio greater than the limit.',
        tag: 'src',
        reference: 'R-O88',
      },
      next: `One more counted failure makes ${((counted + 1) / slots).toFixed(2)}${(counted + 1) / slots > limit ? ` and triggers ${action}` : ''}.`,
    };
  }
  return {
    subject: name,
    line: `The updater of ${name} has dealt with ${dealt} of ${slots} slots, ${update.lanes.size} at work.`,
    chain: chainOf([
      ...beginning(record, work),
      updaterLink(
        record.last.at,
        record.last.seq,
        `The updater is ${update.phase}: ${update.lanes.size} at work, ${slots - update.next} to come.`,
        facts,
      ),
    ]),
    rule: {
      text: 'The updater replaces so many slots at a time, and watches them for the monitor period.',
      tag: 'docs',
      reference: 'R-O78',
    },
    next: `The updater completes ${seconds(update.window)} after the last slot, if no more fail.`,
  };
}

function explainStopped(record: RunRecord, service: Service, work: Work, does: string): Explanation {
  const { seen, crashes, ratio, limit, counted, slots } = work;
  const { update } = seen;
  const written = statusChange(record, service);
  const facts = factsOf(work);
  const deciding = crashes.filter(({ event }) => update.failed.has(event.id)).at(-1);
  const { at, event } = countedIn(record, work);
  const { name } = service.spec;
  const paused = does.startsWith('pauses');
  return {
    subject: name,
    line: `The updater ${does}: ${counted} of ${slots} updated tasks failed, ${ratio.toFixed(2)} > ${limit.toFixed(2)}.`,
    chain: chainOf([
      ...beginning(record, work).slice(0, 1),
      ...(deciding === undefined ? [] : causesOf(record, deciding)),
      updaterLink(
        at,
        event,
        `The updater compares ${comparison(work)}: failure action ${update.config.failureAction}.`,
        facts,
      ),
      ...(written === undefined ? [] : causesOf(record, written).slice(-1)),
    ]),
    rule: {
      text: 'The failure action fires when failures in the slots of this update exceed the ratio.',
      tag: 'src',
      reference: 'R-O88',
    },
    next: nextOf(service, paused),
    ...(paused && {
      youCan:
        service.previousSpec === undefined
          ? 'Go on with docker service update; no previous spec is left to go back to.'
          : `Go on with docker service update, or back with docker service rollback ${name}.`,
    }),
  };
}

function nextOf({ updateStatus }: Service, paused: boolean): string {
  if (paused) return 'Nothing, until you change the service: tasks that were updated stay as they are.';
  return updateStatus?.state === 'rollback_completed'
    ? 'Nothing: the rollback is over.'
    : 'The updater brings every slot back to the previous spec.';
}
