// One pass: what is decided about the tasks that wait (R-S9, R-S11 to R-S13, R-S23), and how a decision is committed (R-S27, R-S28).

import type { Task, VolumeAttachment } from '../../model/objects.ts';
import type { GenericResource } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import { demandOf, explain, firstRejection, newTally } from './filter.ts';
import { failureKey, trackTask, untrackTask } from './nodes.ts';
import type { Contest } from './rank.ts';
import { type Placement, placeGroup, tallyOf } from './spread.ts';
import { forget, type SchedulerState } from './state.ts';
import { enterTree, type Field, settleGroup, surveyNodes } from './tree.ts';
import { chooseVolumes, releaseVolumes, wantVolumes } from './volumes.ts';

/** Preassigned tasks go first, in a batch of their own (R-S6, R-S7). */
export type SchedulerJob = { readonly kind: 'preassigned' } | { readonly kind: 'tick' };

export interface Pass {
  /** The job at work, then those that follow it in this pass. */
  jobs: readonly SchedulerJob[];
  /** What the job at work has decided; undefined until the writer first calls for it. */
  decisions: readonly Decision[] | undefined;
  /** How many of `decisions` have been dealt with. */
  done: number;
}

/** What is to become of a task. */
export interface Decision {
  /** The task as it was when this was decided. */
  readonly task: Task;
  /** Where it is counted from now on; empty when it has not been placed. */
  readonly nodeId: string;
  readonly state: TaskState;
  readonly message: string;
  readonly err: string;
  readonly timestamp: number;
  readonly held: readonly GenericResource[];
  readonly volumes: readonly VolumeAttachment[];
}

/** Decides a job on local state, which counts the placed tasks from here on (R-S17). */
export function decide(state: SchedulerState, job: SchedulerJob, store: Reader, now: number): Decision[] {
  return job.kind === 'tick' ? decideQueue(state, store, now) : decidePreassigned(state, store, now);
}

/** Writes a decision if it still holds (R-S27), and takes back what it did to local state if not (R-S28). */
export function commitDecision(state: SchedulerState, decision: Decision, tx: Transaction): void {
  const { task, nodeId } = decision;
  const stored = tx.get('task', task.id);
  if (stored === undefined) {
    forget(state, task.id, nodeId);
    return;
  }
  const { status } = stored;
  if (status.state === decision.state && status.message === decision.message && status.err === decision.err) {
    return;
  }
  // The stored task is looked at, not the decision: for a pending task the freshness of the node does not matter.
  const nodeIsFresh = status.state < TaskState.Assigned || isFresh(state, nodeId, tx);
  const unchanged = nodeIsFresh && stored.meta.version === task.meta.version;
  if (!unchanged || !wantVolumes(tx, decision.volumes, nodeId)) {
    takeBack(state, decision);
    return;
  }
  const { state: next, timestamp, message, err, held } = decision;
  // A task that waits has nothing else in its status: agents know nothing of it yet.
  const written = { state: next, timestamp, message, err };
  if (held.length > 0 || stored.assignedGenericResources.length > 0) {
    tx.assign('task', task.id, { status: written, nodeId, assignedGenericResources: [...held] });
  } else {
    tx.assign('task', task.id, { status: written, nodeId });
  }
  if (decision.volumes.length > 0) {
    tx.update('task', task.id, (draft) => {
      draft.volumes = [...decision.volumes];
    });
  }
  if (decision.state === TaskState.Assigned) state.preassigned.delete(task.id);
}

function decidePreassigned(state: SchedulerState, store: Reader, now: number): Decision[] {
  const decisions: Decision[] = [];
  for (const task of [...state.preassigned.values()].sort(comparePreassigned)) {
    const info = state.nodes.get(task.nodeId);
    if (info === undefined) continue;
    const demand = demandOf(task, store, state.volumes);
    const rejection = firstRejection(demand, info);
    const chosen = chooseVolumes(demand.volumes, task, info.node);
    if (rejection < 0 && 'missing' in chosen) {
      const err = `cannot find volume to satisfy mount with source ${chosen.missing}`;
      decisions.push(keepWaiting(task, err, now));
    } else if (rejection < 0 && 'attachments' in chosen) {
      const message = 'scheduler confirmed task can run on preassigned node';
      // It takes no reference to its volumes, as in SwarmKit (R-S44).
      const { attachments: volumes } = chosen;
      decisions.push(place(state, { task, info, held: trackTask(info, task), volumes }, message, now));
    } else {
      const tally = newTally();
      tally[rejection] = 1;
      decisions.push(keepWaiting(task, explain(tally), now));
    }
  }
  return decisions;
}

function decideQueue(state: SchedulerState, store: Reader, now: number): Decision[] {
  const decisions: Decision[] = [];
  const groups = takeGroups(state);
  const services = new Set<string>();
  for (const group of groups) services.add(group.first.serviceId);
  const field = surveyNodes(state.nodes.values(), services);
  for (const group of groups) decideGroup(state, field, group, store, now, decisions);
  return decisions;
}

/** Tasks of one service and spec version, or one task without a version. */
interface Group {
  readonly first: Task;
  readonly tasks: readonly Task[];
}

/**
 * Empties the queue into groups of one service and spec version each; tasks without a version come last and alone (R-S11, R-S12).
 * Groups by service ID and version, their tasks by slot and ID (reference, section 8).
 */
function takeGroups(state: SchedulerState): readonly Group[] {
  const byService = new Map<string, Map<number, Task[]>>();
  const alone: Task[] = [];
  for (const task of state.queue.values()) {
    const { serviceId, specVersion } = task;
    if (specVersion === undefined) {
      alone.push(task);
      continue;
    }
    const byVersion = byService.get(serviceId);
    const tasks = byVersion?.get(specVersion);
    if (tasks !== undefined) tasks.push(task);
    else if (byVersion !== undefined) byVersion.set(specVersion, [task]);
    else byService.set(serviceId, new Map([[specVersion, [task]]]));
  }
  state.queue.clear();
  const groups: Group[] = [];
  for (const [, byVersion] of [...byService].sort(([a], [b]) => compareText(a, b))) {
    for (const [, tasks] of [...byVersion].sort(([a], [b]) => a - b)) {
      const [first] = tasks.sort(compareQueued);
      if (first !== undefined) groups.push({ first, tasks });
    }
  }
  for (const task of alone.sort(compareQueued)) groups.push({ first: task, tasks: [task] });
  return groups;
}

function decideGroup(
  state: SchedulerState,
  field: Field,
  { first, tasks }: Group,
  store: Reader,
  now: number,
  decisions: Decision[],
): void {
  const contest: Contest = { serviceId: first.serviceId, failureKey: failureKey(first), now };
  const tree = enterTree(field, first.spec.placement.spread, contest);
  const deal = placeGroup(tree, demandOf(first, store, state.volumes), tasks);
  for (const placement of deal.placed) {
    decisions.push(place(state, placement, 'scheduler assigned task to node', now));
  }
  if (deal.placed.length < tasks.length) {
    const explanation = explain(tallyOf(deal, field, contest));
    const err = explanation === '' ? 'no suitable node' : `no suitable node (${explanation})`;
    for (const task of tasks.slice(deal.placed.length))
      decideLeftOver(state, task, err, store, now, decisions);
  }
  settleGroup(field, tree, contest);
}

/** What becomes of a queued task for which there is no node (R-S23). */
function decideLeftOver(
  state: SchedulerState,
  task: Task,
  err: string,
  store: Reader,
  now: number,
  decisions: Decision[],
): void {
  const service = store.get('service', task.serviceId);
  if (service === undefined) return;
  if (task.specVersion === undefined || service.specVersion <= task.specVersion) {
    state.queue.set(task.id, task);
    decisions.push(keepWaiting(task, err, now));
  } else if (task.status.state === TaskState.Pending && task.desiredState >= TaskState.Shutdown) {
    decisions.push({ ...keepWaiting(task, '', now), state: TaskState.Shutdown });
  }
}

function place(
  state: SchedulerState,
  { task, info, held, volumes }: Placement,
  message: string,
  timestamp: number,
): Decision {
  const nodeId = info.node.id;
  state.known.set(task.id, { nodeId, state: TaskState.Assigned });
  return { task, nodeId, state: TaskState.Assigned, message, err: '', timestamp, held, volumes };
}

/** The task stays as it is, but for the reason. */
function keepWaiting(task: Task, err: string, timestamp: number): Decision {
  const { state, message } = task.status;
  return { task, nodeId: task.nodeId, state, message, err, timestamp, held: [], volumes: [] };
}

/** Takes back all that a job has decided, what was written before it failed as well: the events of that set it right again (R-S29). */
export function takeBackAll(state: SchedulerState, decisions: readonly Decision[]): void {
  for (const decision of decisions) takeBack(state, decision);
}

function takeBack(state: SchedulerState, { task, nodeId }: Decision): void {
  const info = state.nodes.get(nodeId);
  if (info !== undefined) untrackTask(info, task.id);
  releaseVolumes(state.volumes, task.id);
  state.known.set(task.id, { nodeId: task.nodeId, state: task.status.state });
  if (task.nodeId === '') state.queue.set(task.id, task);
  else state.preassigned.set(task.id, task);
}

function isFresh(state: SchedulerState, nodeId: string, tx: Transaction): boolean {
  const info = state.nodes.get(nodeId);
  const stored = tx.get('node', nodeId);
  return info !== undefined && stored !== undefined && stored.meta.version === info.node.meta.version;
}

function comparePreassigned(a: Task, b: Task): number {
  return compareText(a.nodeId, b.nodeId) || compareText(a.serviceId, b.serviceId) || compareText(a.id, b.id);
}

function compareQueued(a: Task, b: Task): number {
  return compareText(a.serviceId, b.serviceId) || a.slot - b.slot || (a.id < b.id ? -1 : 1);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
