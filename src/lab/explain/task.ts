// What a task does, waits for or came to; and what a service waits for whose tasks do not all run.

import type { SwarmWorld } from '../../cluster/types.ts';
import { defaultRestartDelay } from '../../model/defaults.ts';
import { isJob } from '../../model/job.ts';
import type { Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState, taskStateName } from '../../model/state.ts';
import { seatsOf, wantedCount } from '../converged.ts';
import { causesOf } from './causes.ts';
import { explainLeader } from './election.ts';
import { chainOf, count, type Explanation, type ExplanationLink, seconds } from './explanation.ts';
import { explainJob } from './job.ts';
import { explainPlaced } from './placement.ts';
import type { Change, RunRecord } from './record.ts';
import { lastSilence } from './silence.ts';
import { explainNew } from './unallocated.ts';
import { explainUpdate } from './update.ts';
import { explainWaiting } from './waiting.ts';
import { quoted } from './words.ts';

/** The task of the last change of an ID. */
function lastRecord({ event }: Change<'task'>): Task {
  return event.action === 'remove' ? event.before : event.after;
}

/** The task of an ID, or of a name such as `web.3` the newest: of those that are not to stop, if there are any. Its changes in order. */
export function findTask(record: RunRecord, subject: string): readonly Change<'task'>[] {
  const changes = record.changesOf('task');
  const state = record.state();
  const named = changes.filter(
    ({ event }) => event.action === 'create' && record.taskName(event.after) === subject,
  );
  const found =
    changes.findLast(({ event }) => event.id === subject) ??
    named.findLast(({ event }) => isWanted(state?.get('task', event.id))) ??
    named.at(-1);
  return found === undefined ? [] : changes.filter(({ event }) => event.id === found.event.id);
}

function isWanted(task: Task | undefined): boolean {
  return task !== undefined && task.desiredState <= TaskState.Complete;
}

export function explainTask(record: RunRecord, changes: readonly Change<'task'>[]): Explanation | undefined {
  const last = changes.at(-1);
  if (last === undefined) return undefined;
  const task = lastRecord(last);
  return explainTwoInOneSeat(record, task) ?? explainOne(record, task, changes, last);
}

/** Why a task is on its node, whatever has become of it since, or why it waits for one. */
export function explainPlacement(
  record: RunRecord,
  changes: readonly Change<'task'>[],
): Explanation | undefined {
  const last = changes.at(-1);
  if (last === undefined) return undefined;
  const task = lastRecord(last);
  const placed = placementOf(changes);
  if (placed !== undefined) return explainPlaced(record, placed) ?? explainTask(record, changes);
  return task.status.state === TaskState.Pending && last.event.action !== 'remove'
    ? explainWaiting(record, task)
    : explainTask(record, changes);
}

/** The change that gave a task its node, or confirmed it there. One that never was may have ended all the same. */
function placementOf(changes: readonly Change<'task'>[]): Change<'task'> | undefined {
  return changes.findLast(
    ({ event }) =>
      event.action === 'update' &&
      event.before.status.state < TaskState.Assigned &&
      event.after.status.state === TaskState.Assigned,
  );
}

function explainOne(
  record: RunRecord,
  task: Task,
  changes: readonly Change<'task'>[],
  last: Change<'task'>,
): Explanation {
  const name = record.taskName(task);
  const { state } = task.status;
  if (isTerminal(state)) return explainEnded(record, task, last);
  if (last.event.action === 'remove') {
    return {
      subject: name,
      line: `${name} is gone: it was deleted before it had ended.`,
      chain: chainOf(causesOf(record, last)),
      next: 'Nothing.',
    };
  }
  if (task.desiredState === TaskState.Ready) return explainParked(record, task, last);
  if (state === TaskState.New) return explainNew(record, task, last);
  if (state === TaskState.Pending) return explainWaiting(record, task);
  const placed = placementOf(changes);
  const placement = placed && explainPlaced(record, placed);
  if (state === TaskState.Running && placement !== undefined) return placement;
  const node = record.nodeName(task.nodeId);
  return {
    subject: name,
    line: `${name} is ${taskStateName(state)}${node === '' ? '' : ` on ${node}`}, and is to be ${taskStateName(task.desiredState)}.`,
    chain: chainOf(causesOf(record, last)),
    ...(placement?.nodes && { nodes: placement.nodes }),
  };
}

/** It has ended: how, and whether another takes its place. */
function explainEnded(record: RunRecord, task: Task, last: Change<'task'>): Explanation {
  const name = record.taskName(task);
  const { err, state } = task.status;
  const policy = task.spec.restart;
  const ended =
    record
      .changesOf('task')
      .findLast(
        ({ event }) =>
          event.id === task.id &&
          event.action === 'update' &&
          !isTerminal(event.before.status.state) &&
          isTerminal(event.after.status.state),
      ) ?? last;
  const lives = record
    .changesOf('task')
    .flatMap(({ event }) =>
      event.action === 'create' && record.taskName(event.after) === name ? [event.after] : [],
    );
  const made = lives.filter(({ specVersion }) => specVersion === task.specVersion).length;
  const most = policy?.maxAttempts ?? 0;
  const isLatest = lives.at(-1)?.id === task.id;
  const spent = isLatest && most > 0 && made - 1 >= most && task.desiredState > TaskState.Running;
  const how = `${name} is ${taskStateName(state)} on ${record.nodeName(task.nodeId) || 'no node'}`;
  const why = err === '' ? `${how}.` : `${how}: ${quoted(err)}.`;
  return {
    subject: name,
    line: spent
      ? `${name} stays down: its ${count(most, 'restart attempt')} of ${most} are used up.`
      : // A long error is told in the chain alone.
        why.split(' ').length <= 18
        ? why
        : `${how}.`,
    chain: chainOf([
      ...causesOf(record, ended),
      ...(spent
        ? [
            {
              at: last.at,
              actor: 'restart supervisor',
              sentence: `The restart supervisor counts ${most} of ${most} attempts, and makes no more.`,
              facts: { attempts: made - 1, most },
              event: last.seq,
            } satisfies ExplanationLink,
          ]
        : []),
    ]),
    rule: {
      text: 'The restart policy of the ended task decides whether another takes its place.',
      tag: 'src',
      reference: spent ? 'R-O111' : task.desiredState === TaskState.Ready ? 'R-O113' : 'R-O115',
    },
    next: spent ? 'Nothing, until the service is updated.' : nextAfterEnd(task),
  };
}

function nextAfterEnd({ spec: { restart }, status, desiredState, jobIteration }: Task): string {
  if (jobIteration !== undefined && status.state === TaskState.Complete) {
    return 'Nothing: it has done its part of the job.';
  }
  const condition = restart?.condition ?? 'any';
  if (condition === 'none' || (condition === 'on-failure' && status.state === TaskState.Complete)) {
    return `Nothing: the restart condition is ${condition}.`;
  }
  if (desiredState === TaskState.Ready) {
    return 'The restart supervisor replaces it when its own restart delay is over.';
  }
  return desiredState <= (jobIteration === undefined ? TaskState.Running : TaskState.Complete)
    ? 'The orchestrator replaces it, if the service still wants it.'
    : 'Nothing: the task is history.';
}

/** It waits in its delayed start. */
function explainParked(record: RunRecord, task: Task, last: Change<'task'>): Explanation {
  const name = record.taskName(task);
  const created = record
    .changesOf('task')
    .find(({ event }) => event.id === task.id && event.action === 'create');
  const delay = task.spec.restart?.delay ?? defaultRestartDelay;
  const waited = record.world.now - (created?.at ?? last.at);
  const text = seconds(delay);
  return {
    subject: name,
    line: `${name} waits for its restart delay of ${text}, or for its predecessor to stop.`,
    chain: chainOf([
      ...causesOf(record, created ?? last),
      {
        at: created?.at ?? last.at,
        actor: 'restart supervisor',
        sentence: `The restart supervisor waits ${text} from the end of the old task to the start of the new.`,
        facts: { delay, waited },
        event: (created ?? last).seq,
      },
    ]),
    rule: {
      text: 'A replacement starts when its delay is over and the old task has stopped.',
      tag: 'src',
      reference: 'R-O112',
    },
    next: `The restart supervisor lets ${name} start.`,
  };
}

/** The containers that run for a seat, whatever the managers know of them. */
function containersOf(
  record: RunRecord,
  world: SwarmWorld,
  name: string,
): readonly { readonly host: string; readonly task: Task }[] {
  return world.hostNames().flatMap((host) => {
    const state = world.stateOf(host);
    if (state?.role !== 'node') return [];
    return [...(state.agent?.containers.values() ?? [])].flatMap(({ phase, taskId }) => {
      const task = state.agent?.tasks.get(taskId)?.task;
      return phase === 'running' && task !== undefined && record.taskName(task) === name
        ? [{ host, task }]
        : [];
    });
  });
}

/** A machine that no manager reaches keeps its container, and another runs for the same seat. */
function explainTwoInOneSeat(record: RunRecord, task: Task): Explanation | undefined {
  const name = record.taskName(task);
  const running = task.slot === 0 ? [] : containersOf(record, record.world, name);
  const state = record.state();
  const isMeant = (id: string) =>
    (state?.get('task', id)?.desiredState ?? TaskState.Remove) <= TaskState.Running;
  const old = running.find(({ task: each, host }) => {
    const node = state?.get('node', each.nodeId);
    return !isMeant(each.id) && node?.status.state === 'down' && record.world.isUp(host);
  });
  const fresh = running.find(({ task: each }) => isMeant(each.id));
  if (old === undefined || fresh === undefined) return undefined;
  const { host } = old;
  const blow = lastSilence(record, host, record.last.seq);
  const runs = record
    .changesOf('task')
    .findLast(
      ({ event }) =>
        event.id === fresh.task.id &&
        event.action === 'update' &&
        event.after.status.state === TaskState.Running,
    );
  const created = record
    .changesOf('task')
    .find(({ event }) => event.id === fresh.task.id && event.action === 'create');
  const down = record
    .changesOf('node')
    .findLast(
      ({ event }) =>
        event.id === old.task.nodeId && event.action === 'update' && event.after.status.state === 'down',
    );
  const said = (change: Change | undefined) =>
    change === undefined ? [] : causesOf(record, change).slice(-1);
  return {
    subject: name,
    line: `${name} runs twice: ${host} cannot hear the managers and keeps its copy.`,
    chain: chainOf([
      ...(blow ? [blow.link] : down ? causesOf(record, down) : []),
      ...said(down),
      ...said(created),
      ...said(runs),
      {
        at: record.world.now,
        actor: 'agent',
        sentence: `The agent of ${host} still runs ${name}: its last orders say so.`,
        facts: { containers: running.length },
        event: record.last.seq,
      },
    ]),
    ...(blow && { since: { at: blow.event.at, what: blow.what } }),
    rule: {
      text: 'A slot may have more than one container during a partition.',
      tag: 'docs',
      reference: 'R-O20',
    },
    next: `On healing, the agent of ${host} gets its list without ${name} and stops it.`,
    youCan: 'Guard unique work in the data store, not by the slot number.',
  };
}

/** The update of a service, or why it does not converge, or that it has. */
export function explainService(record: RunRecord, service: Service): Explanation {
  const { name, mode } = service.spec;
  const state = record.state();
  const tasks = [...(state?.tasksOfService(service.id) ?? [])].filter(
    ({ desiredState }) => desiredState <= TaskState.Running,
  );
  const running = tasks.filter(({ status }) => status.state === TaskState.Running);
  const wanted = state === undefined || isJob(mode) ? tasks.length : wantedCount(state, service);
  if (record.leader() === undefined) {
    return {
      ...explainLeader(record),
      subject: name,
      line: `${name} stays as it is, for no manager leads: ${running.length} of ${wanted} ran by the last record.`,
    };
  }
  if (isJob(mode)) return explainJob(record, service);
  const missing = tasks.find(({ status }) => status.state !== TaskState.Running);
  const update = explainUpdate(record, service);
  if (update !== undefined) return update;
  if (missing !== undefined) {
    const changes = findTask(record, missing.id);
    const why = explainTask(record, changes);
    if (why !== undefined) {
      const cause =
        missing.status.state === TaskState.Pending
          ? 'waits for a node'
          : `is ${taskStateName(missing.status.state)}`;
      return {
        ...why,
        subject: name,
        line: `${name} runs ${running.length} of ${wanted} tasks: ${record.taskName(missing)} ${cause}.`,
      };
    }
  }
  const double = running.find(({ id, slot, nodeId }) =>
    running.some((other) => other.id < id && other.slot === slot && (slot !== 0 || other.nodeId === nodeId)),
  );
  if (double !== undefined && !isUpdated(record, service))
    return explainOverfull(record, service, double, running.length);
  const last = record
    .changesOf('task')
    .findLast(
      ({ event }) => (event.action === 'remove' ? event.before : event.after).serviceId === service.id,
    );
  const created = record.changesOf('service').findLast(({ event }) => event.id === service.id);
  const change: Change | undefined = last ?? created;
  const resting = tasks.length < wanted ? restingTask(record, service) : undefined;
  const ended = resting && explainTask(record, findTask(record, resting.id));
  if (resting !== undefined && ended !== undefined) {
    const line = `${name} runs ${running.length} of ${wanted} tasks: ${record.taskName(resting)} is not replaced.`;
    return { ...ended, subject: name, line };
  }
  return {
    subject: name,
    line: `${name} runs ${running.length} of ${wanted} tasks${running.length >= wanted ? ': nothing is left to do' : ''}.`,
    chain: chainOf(change === undefined ? [] : causesOf(record, change)),
    rule: {
      text: 'The orchestrator compares what is wanted with what is there, at every change.',
      tag: 'docs',
      reference: 'R-O38',
    },
  };
}

/** A slot has kept two tasks from a start-first update that ended without a word: nobody looks at slots of its own accord. */
function explainOverfull(record: RunRecord, service: Service, double: Task, running: number): Explanation {
  const { name } = service.spec;
  const seat = record.taskName(double);
  const created = findTask(record, double.id)[0];
  return {
    subject: name,
    line: `${name} runs ${count(running, 'task')}, for ${seat} runs twice, and nobody trims it.`,
    chain: chainOf(created === undefined ? [] : causesOf(record, created)),
    rule: {
      text: 'A slot with several tasks that are to run is trimmed to one by the next updater.',
      tag: 'src',
      reference: 'R-O79',
    },
    next: 'Nothing, until the service is updated.',
    youCan: `Update the service: docker service update --label-add trim=1 ${name}.`,
  };
}

/** Whether an updater is at work, be it without a status. */
function isUpdated(record: RunRecord, { id }: Service): boolean {
  const reactors = record.leader()?.[1].leadership?.reactors;
  if (reactors === undefined) return false;
  return reactors.replicated.updates.active.has(id) || reactors.global.updates.active.has(id);
}

/** The task that ended last of those that hold their slots, or nodes, and that nobody replaces (R-O21). */
function restingTask(record: RunRecord, service: Service): Task | undefined {
  const state = record.state();
  if (state === undefined) return undefined;
  const stored = state.tasksOfService(service.id);
  const isGlobal = service.spec.mode.kind === 'global';
  const seats = new Set(isGlobal ? seatsOf(state, service).map(({ id }) => id) : []);
  const placeOf = ({ slot, nodeId }: Task) => (isGlobal ? nodeId : slot);
  const served = new Set(stored.filter(isWanted).map(placeOf));
  return stored
    .filter((task) => isTerminal(task.status.state) && !served.has(placeOf(task)))
    .filter(({ nodeId }) => !isGlobal || seats.has(nodeId))
    .sort((a, b) => b.status.timestamp - a.status.timestamp)[0];
}
