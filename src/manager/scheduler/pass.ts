// One pass: what is decided about the tasks that wait (R-S9, R-S11 to R-S13, R-S23), and how a decision is committed (R-S27, R-S28).

import type { Task, TaskStatus } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Decision } from './decision.ts';
import { demandOf, explain, firstRejection, newTally } from './filter.ts';
import { failureKey, trackTask, untrackTask } from './nodes.ts';
import type { Contest } from './rank.ts';
import { placeGroup, tallyOf } from './spread.ts';
import { forget, remember, type SchedulerState } from './state.ts';
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

/** Decides a job on local state, which counts the placed tasks from here on (R-S17). */
export function decide(state: SchedulerState, job: SchedulerJob, store: Reader, now: number): Decision[] {
  return job.kind === 'tick' ? decideQueue(state, store, now) : decidePreassigned(state, store, now);
}

/** Writes a decision if it still holds (R-S27), and takes back what it did to local state if not (R-S28). */
export function commitDecision(state: SchedulerState, decision: Decision, tx: Transaction): void {
  const { task, nodeId, status, held, volumes } = decision;
  const stored = tx.get('task', task.id);
  if (stored === undefined) {
    forget(state, task.id, nodeId);
    return;
  }
  const was = stored.status;
  if (was.state === status.state && was.message === status.message && was.err === status.err) return;
  // The stored task is looked at, not the decision: for a pending task the freshness of the node does not matter.
  const nodeIsFresh = was.state < TaskState.Assigned || isFresh(state, nodeId, tx);
  const unchanged = nodeIsFresh && stored.meta.version === task.meta.version;
  if (!unchanged || (volumes.length > 0 && !wantVolumes(tx, volumes, nodeId))) {
    takeBack(state, decision);
    return;
  }
  // Of an ordinary task nothing else changes, and there are many of them.
  const isPlain = held.length === 0 && stored.assignedGenericResources.length === 0 && volumes.length === 0;
  if (isPlain) {
    tx.assign('task', task.id, { status, nodeId });
  } else {
    const taken = held.length > 0 || stored.assignedGenericResources.length > 0;
    tx.assign('task', task.id, {
      status,
      nodeId,
      ...(taken && { assignedGenericResources: [...held] }),
      ...(volumes.length > 0 && { volumes: [...volumes] }),
    });
  }
  if (status.state === TaskState.Assigned) state.preassigned.delete(task.id);
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
      const status = assigned('scheduler confirmed task can run on preassigned node', now);
      remember(state, task.id, task.nodeId, TaskState.Assigned);
      // It takes no reference to its volumes, as in SwarmKit (R-S44).
      const { attachments: volumes } = chosen;
      decisions.push({ task, nodeId: task.nodeId, status, held: trackTask(info, task), volumes });
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
  const status = assigned('scheduler assigned task to node', now);
  for (const group of groups) decideGroup(state, field, group, store, status, decisions);
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
  let latest: Task[] = [];
  for (const task of state.queue.values()) {
    const { serviceId, specVersion } = task;
    if (specVersion === undefined) {
      alone.push(task);
      continue;
    }
    // Those of a group mostly come together.
    if (latest[0]?.serviceId !== serviceId || latest[0].specVersion !== specVersion) {
      latest = tasksAt(byService, serviceId, specVersion);
    }
    latest.push(task);
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

function tasksAt(
  byService: Map<string, Map<number, Task[]>>,
  serviceId: string,
  specVersion: number,
): Task[] {
  const byVersion = byService.get(serviceId) ?? new Map<number, Task[]>();
  byService.set(serviceId, byVersion);
  const tasks = byVersion.get(specVersion) ?? [];
  byVersion.set(specVersion, tasks);
  return tasks;
}

function decideGroup(
  state: SchedulerState,
  field: Field,
  { first, tasks }: Group,
  store: Reader,
  status: TaskStatus,
  decisions: Decision[],
): void {
  const now = status.timestamp;
  const contest: Contest = { serviceId: first.serviceId, failureKey: failureKey(first), now };
  const demand = demandOf(first, store, state.volumes);
  const tree = enterTree(field, first.spec.placement.spread, demand, contest);
  const deal = placeGroup(tree, demand, tasks, status);
  for (const decision of deal.placed) {
    remember(state, decision.task.id, decision.nodeId, TaskState.Assigned);
    decisions.push(decision);
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
    const { status, ...rest } = keepWaiting(task, '', now);
    decisions.push({ ...rest, status: { ...status, state: TaskState.Shutdown } });
  }
}

function assigned(message: string, timestamp: number): TaskStatus {
  return { state: TaskState.Assigned, timestamp, message, err: '' };
}

/** The task stays as it is, but for the reason. */
function keepWaiting(task: Task, err: string, timestamp: number): Decision {
  const { state, message } = task.status;
  // It has nothing else in its status: agents know nothing of it yet.
  return { task, nodeId: task.nodeId, status: { state, timestamp, message, err }, held: [], volumes: [] };
}

/** Takes back all that a job has decided, what was written before it failed as well: the events of that set it right again (R-S29). */
export function takeBackAll(state: SchedulerState, decisions: readonly Decision[]): void {
  for (const decision of decisions) takeBack(state, decision);
}

function takeBack(state: SchedulerState, { task, nodeId }: Decision): void {
  const info = state.nodes.get(nodeId);
  if (info !== undefined) untrackTask(info, task.id);
  releaseVolumes(state.volumes, task.id);
  remember(state, task.id, task.nodeId, task.status.state);
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
