// The task managers of a node: each moves one task on, step by step, towards the state that is desired of it (orchestration reference, 1.4).
// The local status is the true one and only goes forward (R-R180, R-O1).

import { second } from '../model/duration.ts';
import { equalAssignments } from '../model/equal.ts';
import { ParseFailure } from '../model/failure.ts';
import { imageName } from '../model/image-behaviour.ts';
import type { LogLine } from '../model/messages.ts';
import type { Task, TaskStatus } from '../model/objects.ts';
import type { PortConfig } from '../model/spec.ts';
import { isTerminal, TaskState } from '../model/state.ts';
import { expandContainerSpec } from '../model/template.ts';
import { assert } from '../sim/assert.ts';
import {
  type Container,
  createContainer,
  logKey,
  recoverContainer,
  startContainer,
  stopContainer,
} from './container.ts';
import type { AgentContext } from './context.ts';
import { filesOf } from './files.ts';
import { demandImage, type PullEnd } from './images.ts';
import { demandVolumes, missingSource, wrongMount } from './mounts.ts';
import type { AgentState, LocalTask } from './state.ts';
import { hasVolumes } from './volumes.ts';

/** An operation that was broken off, or failed for now, is tried again after this (R-O6). */
const retryPause = second;
/** Where the ports begin that a node gives to those who ask for any. */
const firstFreePort = 32_768;

/**
 * How a step ended: the task has moved on; waits for something under way; has nothing to do until its assignment changes; or must be
 * tried again later.
 */
type Step = 'moved' | 'busy' | 'parked' | 'retry';

/** Takes on a task that was not here. */
export function startTask(context: AgentContext, state: AgentState, task: Task): void {
  const local: LocalTask = { task, busy: false, retry: undefined };
  state.tasks.set(task.id, local);
  saveTask(context, task);
  run(context, state, local);
}

/** Makes a task manager from the disk, at the task's last recorded status, without moving it (R-R190). */
export function recoverTask(
  context: AgentContext,
  state: AgentState,
  task: Task,
  lines: readonly LogLine[],
): void {
  state.tasks.set(task.id, { task, busy: false, retry: undefined });
  const { state: at } = task.status;
  // One that had ended is of use for its lines alone.
  if (at < TaskState.Ready || (isTerminal(at) && lines.length === 0)) return;
  const ran = at === TaskState.Running || isTerminal(at);
  state.containers.set(task.id, recoverContainer(context, task, ran, lines));
}

/** A new assignment of a task that is here. One that lowers the desired state, or differs in status alone, is ignored (R-O2, R-R180). */
export function updateTask(context: AgentContext, state: AgentState, local: LocalTask, assigned: Task): void {
  if (assigned.desiredState < local.task.desiredState || equalAssignments(assigned, local.task)) return;
  local.task = { ...assigned, status: local.task.status };
  saveTask(context, local.task);
  if (!local.busy) {
    run(context, state, local);
    return;
  }
  // What is under way is no longer waited for; that counts as a failure for now (R-O7).
  pause(context, local);
}

/** The task is no longer this node's: its container is stopped and removed, its status forgotten (R-R178). */
export function removeTask(context: AgentContext, state: AgentState, local: LocalTask): void {
  const { id } = local.task;
  if (local.retry !== undefined) context.cancel(local.retry);
  state.tasks.delete(id);
  context.erase(taskKey(id));
  const container = state.containers.get(id);
  if (container === undefined) return;
  container.leaving = true;
  stopContainer(context, container);
  dropContainer(context, state, container);
}

/** A pause is over. */
export function retryTask(context: AgentContext, state: AgentState, taskId: string): void {
  const local = state.tasks.get(taskId);
  assert(local !== undefined, 'the timers of a task end with it');
  local.retry = undefined;
  run(context, state, local);
}

/** Something has happened in the container of a task. */
export function containerChanged(context: AgentContext, state: AgentState, container: Container): void {
  if (container.leaving) dropContainer(context, state, container);
  const local = state.tasks.get(container.taskId);
  if (local?.busy) run(context, state, local);
}

/** A pull has ended: those who wait for it go on, or are rejected with the registry's reason (R-O8). */
export function imageChanged(context: AgentContext, state: AgentState, end: PullEnd | undefined): void {
  if (end === undefined) return;
  for (const local of state.tasks.values()) {
    const { status, spec } = local.task;
    if (!local.busy || status.state !== TaskState.Preparing || imageName(spec.container.image) !== end.name) {
      continue;
    }
    if (end.error === '') {
      run(context, state, local);
    } else {
      local.busy = false;
      fail(context, state, local, end.error);
    }
  }
}

/** A cluster volume is ready: those who wait for it go on. */
export function volumesChanged(context: AgentContext, state: AgentState): void {
  for (const local of state.tasks.values()) {
    const { status, volumes } = local.task;
    if (local.busy && volumes !== undefined && status.state === TaskState.Preparing)
      run(context, state, local);
  }
}

/** Moves a task on as far as it goes. */
export function run(context: AgentContext, state: AgentState, local: LocalTask): void {
  if (local.retry !== undefined) context.cancel(local.retry);
  local.retry = undefined;
  let step: Step;
  do {
    step = advance(context, state, local);
  } while (step === 'moved');
  local.busy = step === 'busy';
  if (step === 'retry') pause(context, local);
}

function pause(context: AgentContext, local: LocalTask): void {
  local.busy = false;
  local.retry = context.later(retryPause, { kind: 'agent.retry', taskId: local.task.id });
}

function advance(context: AgentContext, state: AgentState, local: LocalTask): Step {
  const { desiredState, status } = local.task;
  const at = status.state;
  if (desiredState >= TaskState.Shutdown) {
    return at >= TaskState.Complete ? 'parked' : shutDown(context, state, local);
  }
  if (at > desiredState) return 'parked';
  switch (at) {
    case TaskState.Assigned: {
      const wrong = wrongSpec(context, local.task);
      if (wrong !== undefined) {
        return move(context, state, local, TaskState.Rejected, 'resolving controller failed', wrong);
      }
      return move(context, state, local, TaskState.Accepted, 'accepted');
    }
    case TaskState.Accepted:
      return move(context, state, local, TaskState.Preparing, 'preparing');
    case TaskState.Preparing:
      return prepare(context, state, local);
    case TaskState.Ready:
      if (at >= desiredState) return 'parked';
      return move(context, state, local, TaskState.Starting, 'starting');
    case TaskState.Starting:
      return start(context, state, local);
    case TaskState.Running:
      return wait(context, state, local);
    default:
      return 'parked';
  }
}

function prepare(context: AgentContext, state: AgentState, local: LocalTask): Step {
  // A container of the same name that is still being removed is in the way.
  if (state.containers.has(local.task.id)) return 'retry';
  const { mounts } = expandContainerSpec(local.task.spec.container, local.task, context.description());
  demandVolumes(context, mounts);
  if (!hasVolumes(state, local.task)) return 'busy';
  if (!demandImage(context, state, local.task)) return 'busy';
  const missing = missingSource(context, mounts);
  if (missing !== undefined) return fail(context, state, local, missing);
  state.containers.set(local.task.id, createContainer(context, local.task));
  return move(context, state, local, TaskState.Ready, 'prepared');
}

function start(context: AgentContext, state: AgentState, local: LocalTask): Step {
  const container = state.containers.get(local.task.id);
  if (container === undefined) return fail(context, state, local, noContainer(local.task));
  switch (container.phase) {
    case 'created':
      return startWithFiles(context, state, local, container);
    case 'starting':
      return 'busy';
    case 'running':
      // With a health check, a task is not running before the first healthy probe (R-O8).
      if (container.health.status === 'starting') return 'busy';
      if (container.health.status !== 'unhealthy') break;
      stopContainer(context, container);
      return 'busy';
    case 'exited':
      if (container.startError !== '') {
        return fail(context, state, local, `starting container failed: ${container.startError}`);
      }
      if (container.exitCode !== 0) return fail(context, state, local, exitError(container));
      break;
  }
  return move(context, state, local, TaskState.Running, 'started');
}

function startWithFiles(
  context: AgentContext,
  state: AgentState,
  local: LocalTask,
  container: Container,
): Step {
  const found = filesOf(state, local.task);
  if ('error' in found) return fail(context, state, local, `starting container failed: ${found.error}`);
  startContainer(context, container, found.files);
  return 'busy';
}

function wait(context: AgentContext, state: AgentState, local: LocalTask): Step {
  const container = state.containers.get(local.task.id);
  if (container === undefined) return fail(context, state, local, noContainer(local.task));
  if (container.phase !== 'exited') {
    if (container.health.status === 'unhealthy') stopContainer(context, container);
    return 'busy';
  }
  if (container.exitCode !== 0) return fail(context, state, local, exitError(container));
  return move(context, state, local, TaskState.Complete, 'finished');
}

function shutDown(context: AgentContext, state: AgentState, local: LocalTask): Step {
  const container = state.containers.get(local.task.id);
  if (container !== undefined && !container.leaving) {
    stopContainer(context, container);
    if (container.phase === 'starting' || container.phase === 'running') return 'busy';
  }
  return move(context, state, local, TaskState.Shutdown, 'shutdown');
}

function exitError(container: Container): string {
  const cause = container.health.status === 'unhealthy' ? ': dockerexec: unhealthy container' : '';
  return `task: non-zero exit (${container.exitCode})${cause}`;
}

/** Why the container of a task cannot be described, if so. */
function wrongSpec(context: AgentContext, { spec: { container }, ...task }: Task): string | undefined {
  const mount = wrongMount(container.mounts);
  if (mount !== undefined) return mount;
  try {
    expandContainerSpec(container, task, context.description());
    return undefined;
  } catch (error) {
    if (error instanceof ParseFailure) return error.message;
    throw error;
  }
}

/** The container has the task's name (R-O11). */
function noContainer(task: Task): string {
  return `No such container: ${task.annotations.name}`;
}

/** A fatal error: rejected before starting, failed after; the message stays (R-O6). */
function fail(context: AgentContext, state: AgentState, local: LocalTask, err: string): Step {
  const { status } = local.task;
  const to = status.state < TaskState.Starting ? TaskState.Rejected : TaskState.Failed;
  return move(context, state, local, to, status.message, err);
}

function move(
  context: AgentContext,
  state: AgentState,
  local: LocalTask,
  to: TaskState,
  message: string,
  err = '',
): Step {
  const { task } = local;
  assert(task.status.state < to, 'the state of a task only goes forward');
  const container = state.containers.get(task.id);
  const status: TaskStatus = {
    state: to,
    timestamp: context.now(),
    message,
    err,
    ...(container &&
      to >= TaskState.Starting && {
        container: { id: container.id, pid: container.pid, exitCode: container.exitCode },
      }),
    ...(to === TaskState.Running && { ports: bindPorts(state, task) }),
  };
  local.task = { ...task, status };
  saveTask(context, local.task);
  state.reports.set(task.id, status);
  return 'moved';
}

/** The host-mode ports of a task; who asks for any port gets the lowest that is free. */
function bindPorts(state: AgentState, task: Task): readonly PortConfig[] {
  const taken = new Set<number>();
  for (const { task: other } of state.tasks.values()) {
    if (isTerminal(other.status.state)) continue;
    for (const { publishedPort } of other.status.ports ?? []) taken.add(publishedPort);
  }
  const asked = task.endpoint?.ports.filter(({ publishMode }) => publishMode === 'host') ?? [];
  return asked.map((port) => {
    let { publishedPort } = port;
    if (publishedPort === 0) {
      publishedPort = firstFreePort;
      while (taken.has(publishedPort)) publishedPort += 1;
      taken.add(publishedPort);
    }
    return { ...port, publishedPort };
  });
}

/** Where a task lies on the disk. */
export function taskKey(taskId: string): string {
  return `task/${taskId}`;
}

function saveTask(context: AgentContext, task: Task): void {
  context.save(taskKey(task.id), { kind: 'task', task });
}

/** Forgets a container and what it has written, unless it runs. One whose task is gone goes when it has stopped. */
export function dropContainer(context: AgentContext, state: AgentState, container: Container): void {
  if (container.phase !== 'created' && container.phase !== 'exited') return;
  state.containers.delete(container.taskId);
  if (container.lines.length > 0) context.erase(logKey(container.taskId));
}
