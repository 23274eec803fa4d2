// How far a service is: what one look at its tasks says, as docker's progress prints it on something that is no terminal. Pure: what was seen
// before is data that each look takes and gives.

import type { Service, Task } from '../../engine/api.ts';
import { assert } from '../../sim/assert.ts';
import { CommandFailure } from '../failure.ts';
import { compareText, shortId } from '../human.ts';

/** What the looks so far have left behind. */
export interface TaskProgress {
  /** The first look at tasks was had. */
  readonly started: boolean;
  /** All tasks ran at the last look; progress is not told again until one does not. */
  readonly done: boolean;
  /** Slots in the order in which they were first seen: the first is shown as 1. */
  readonly slots: readonly number[];
  /** Of a global job: the nodes it runs on, as its first tasks had it. */
  readonly nodes: readonly string[];
}

export interface Look {
  readonly progress: TaskProgress;
  readonly lines: readonly string[];
  readonly converged: boolean;
}

/** Everything a look sees besides the service. */
export interface Sight {
  readonly tasks: readonly Task[];
  /** Nodes that are not down. */
  readonly activeNodes: ReadonlySet<string>;
  /** The service is going back to the spec it had. */
  readonly rollingBack: boolean;
}

export const noProgress: TaskProgress = { started: false, done: false, slots: [], nodes: [] };

/** The states that are told, in their order; tasks in other states are not looked at. */
const states: readonly string[] = [
  'new',
  'allocated',
  'pending',
  'assigned',
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
  'complete',
  'shutdown',
  'failed',
  'rejected',
];
const running = states.indexOf('running');
/** Services with more tasks are told in one line. */
const mostLines = 20;
const longestError = 75;

/** Progress can be told of the service. */
export function hasKnownMode({ Spec: { Mode } }: Service): boolean {
  const { Replicated, Global, ReplicatedJob, GlobalJob } = Mode;
  return Replicated?.Replicas !== undefined || (Global ?? ReplicatedJob ?? GlobalJob) !== undefined;
}

/**
 * @param first the service as it was at the first look, which says what kind it is and, of a job, how much of it is wanted
 * @throws CommandFailure for a service that is not of that kind any more
 */
export function lookAt(progress: TaskProgress, first: Service, service: Service, sight: Sight): Look {
  assert(hasKnownMode(first), 'progress is told of services of known modes');
  const { Global, ReplicatedJob, GlobalJob } = first.Spec.Mode;
  if (GlobalJob !== undefined) return lookAtGlobalJob(progress, service, sight);
  if (Global !== undefined) return lookAtGlobal(progress, sight);
  if (ReplicatedJob !== undefined) {
    return lookAtReplicatedJob(
      progress,
      { concurrent: ReplicatedJob.MaxConcurrent ?? 0, total: ReplicatedJob.TotalCompletions ?? 0 },
      iterationTasks(sight.tasks, first),
    );
  }
  const { Replicas: replicas } = service.Spec.Mode.Replicated ?? {};
  if (replicas === undefined) throw new CommandFailure('no replica count');
  return lookAtReplicated(progress, replicas, sight);
}

function lookAtReplicated(progress: TaskProgress, replicas: number, sight: Sight): Look {
  const lines: string[] = [];
  if (!progress.started) {
    lines.push(overall(0, replicas, sight));
    if (replicas <= mostLines) {
      for (let slot = 1; slot <= replicas; slot++) lines.push(`${slot}/${replicas}:  `);
    }
  }
  const current = currentTasks(sight.tasks, ({ Slot = 0 }) => Slot, sight.activeNodes);
  const bySlot = [...current].sort(([a], [b]) => a - b);
  const wasDone = progress.done && bySlot.every(([, task]) => task.Status.State === 'running');
  const slots = [
    ...progress.slots,
    ...bySlot.map(([slot]) => slot).filter((s) => !progress.slots.includes(s)),
  ];
  if (!wasDone && replicas <= mostLines) {
    for (const [slot, task] of bySlot) {
      const shown = slots.indexOf(slot) + 1;
      if (shown <= replicas) lines.push(...errorLine(`${shown}/${replicas}`, task));
    }
  }
  const count = bySlot.filter(([, task]) => isRunning(task)).length;
  if (!wasDone) lines.push(overall(count, replicas, sight));
  const converged = count === replicas;
  return {
    progress: { ...progress, started: true, done: wasDone || converged, slots },
    lines,
    converged,
  };
}

/** The nodes of a global service are those its tasks are on: all its tasks are made at once. */
function lookAtGlobal(progress: TaskProgress, sight: Sight): Look {
  const byNode = [...currentTasks(sight.tasks, ({ NodeID = '' }) => NodeID)].sort(([a], [b]) =>
    compareText(a, b),
  );
  const total = byNode.length;
  if (!progress.started && total === 0) {
    return { progress, lines: ['overall progress: waiting for new tasks'], converged: false };
  }
  const lines = progress.started ? [] : [overall(0, total, sight)];
  const wasDone = progress.done && byNode.every(([, task]) => task.Status.State === 'running');
  const onActive = byNode.filter(([node]) => sight.activeNodes.has(node));
  if (!wasDone && total <= mostLines) {
    for (const [node, task] of onActive) lines.push(...errorLine(shortId(node), task));
  }
  const count = onActive.filter(([, task]) => isRunning(task)).length;
  if (!wasDone) lines.push(overall(count, total, sight));
  const converged = count === total;
  return { progress: { ...progress, started: true, done: wasDone || converged }, lines, converged };
}

function lookAtReplicatedJob(
  progress: TaskProgress,
  { concurrent, total }: { readonly concurrent: number; readonly total: number },
  tasks: readonly Task[],
): Look {
  const digits = String(concurrent).length;
  const active = (count: number, completed: number): string => {
    const wanted = Math.min(total - completed, concurrent);
    return `active tasks: ${String(count).padStart(digits)} out of ${String(wanted).padStart(digits)} tasks`;
  };
  const lines: string[] = [];
  if (!progress.started) {
    if (total === 0) lines.push('job progress: 0 out of 0 complete');
    lines.push(active(0, 0));
    if (total <= mostLines) for (let i = 1; i <= total; i++) lines.push(`${i}/${total}:  `);
  }
  const bySlot = leastAdvanced(tasks, ({ Slot = 0 }) => Slot);
  let activeTasks = 0;
  let completeTasks = 0;
  // Slots are looked for from 0 on, as many as there are tasks; a slot without a task is no task in no state, which counts as active.
  for (let slot = 0; slot < bySlot.size; slot++) {
    const task = bySlot.get(slot);
    if (task !== undefined && total <= mostLines) lines.push(...errorLine(`${slot + 1}/${total}`, task));
    if (task === undefined || rank(task.Status.State) <= running) activeTasks++;
    if (task?.Status.State === 'complete') completeTasks++;
  }
  if (total === 0) lines.push(`job progress: ${completeTasks} out of 0 complete`);
  lines.push(active(activeTasks, completeTasks));
  return { progress: { ...progress, started: true }, lines, converged: completeTasks === total };
}

function lookAtGlobalJob(progress: TaskProgress, service: Service, { tasks, activeNodes }: Sight): Look {
  if (!progress.started && tasks.length === 0 && activeNodes.size > 0) {
    return { progress, lines: ['job progress: waiting for tasks'], converged: false };
  }
  const own = iterationTasks(tasks, service);
  const nodes = progress.started ? progress.nodes : [...new Set(own.map(({ NodeID = '' }) => NodeID))];
  const byNode = leastAdvanced(
    own.filter(({ NodeID = '' }) => nodes.includes(NodeID)),
    ({ NodeID = '' }) => NodeID,
  );
  const total = nodes.length;
  const shown = [...byNode].sort(([a], [b]) => compareText(a, b));
  const errors = total > mostLines ? [] : shown.flatMap(([node, task]) => errorLine(node, task));
  const complete = shown.filter(([, task]) => task.Status.State === 'complete').length;
  // Without tasks the count is no bar, and is told.
  const count = total === 0 ? ['job progress: 0 out of 0 complete'] : [];
  return {
    progress: { ...progress, started: true, nodes },
    lines: [...(progress.started ? [] : count), ...errors, ...count],
    converged: complete === total,
  };
}

/** Tasks of the iteration a job is in; earlier ones are over. */
function iterationTasks(tasks: readonly Task[], { JobStatus }: Service): readonly Task[] {
  const current = JobStatus?.JobIteration.Index ?? 0;
  return tasks.filter(
    ({ JobIteration }) => JobIteration !== undefined && (JobIteration.Index ?? 0) === current,
  );
}

/**
 * One task of each place: that with the lowest desired state, as a task that restarts has it, and of two such the one that came less far,
 * as it is while an update starts tasks first. With `activeNodes`, a task elsewhere takes no place.
 */
function currentTasks<Place>(
  tasks: readonly Task[],
  placeOf: (task: Task) => Place,
  activeNodes?: ReadonlySet<string>,
): ReadonlyMap<Place, Task> {
  const current = new Map<Place, Task>();
  for (const task of tasks) {
    const desired = rank(task.DesiredState);
    const observed = rank(task.Status.State);
    if (desired < 0 || observed < 0) continue;
    const other = current.get(placeOf(task));
    if (other !== undefined) {
      const ahead = desired - rank(other.DesiredState) || observed - rank(other.Status.State);
      if (ahead >= 0) continue;
    }
    if (activeNodes !== undefined && task.NodeID && !activeNodes.has(task.NodeID)) continue;
    current.set(placeOf(task), task);
  }
  return current;
}

/** One task of each place: that which came least far. */
function leastAdvanced<Place>(
  tasks: readonly Task[],
  placeOf: (task: Task) => Place,
): ReadonlyMap<Place, Task> {
  const least = new Map<Place, Task>();
  for (const task of tasks) {
    const observed = rank(task.Status.State);
    if (observed < 0 || rank(task.DesiredState) < 0) continue;
    const other = least.get(placeOf(task));
    if (other === undefined || rank(other.Status.State) > observed) least.set(placeOf(task), task);
  }
  return least;
}

function rank(state: string | undefined): number {
  return states.indexOf(state ?? '');
}

function isRunning({ DesiredState, Status }: Task): boolean {
  return Status.State === 'running' && rank(DesiredState) <= running;
}

function overall(count: number, total: number, { rollingBack }: Sight): string {
  return `overall progress: ${rollingBack ? 'rolling back update: ' : ''}${count} out of ${total} tasks`;
}

/** What went wrong with a task; how far it came is a bar, which is drawn on terminals alone. */
function errorLine(place: string, { Status: { Err: error = '' } }: Task): readonly string[] {
  if (error === '') return [];
  const line = error.replaceAll('\n', ' ');
  return [`${place}: ${line.length > longestError ? `${line.slice(0, longestError - 1)}…` : line}`];
}
