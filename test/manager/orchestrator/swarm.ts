// A stand-in for scheduler, dispatcher and agents: one reactor that places tasks and moves them through their
// states in given times. Every state is reported in a transaction of its own, at once, unless the node is
// down.

import type { Leader, Reactor } from '../../../src/manager/leader.ts';
import { matches, parseConstraints } from '../../../src/model/constraint.ts';
import type { Node, Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { assert } from '../../../src/sim/assert.ts';
import type { Reader } from '../../../src/store/reader.ts';
import type { Transaction } from '../../../src/store/transaction.ts';

/** How a container fares. */
export type Fate =
  | { readonly at: 'prepare' | 'start' }
  | { readonly at: 'run'; readonly after: number; readonly code: number };

type Step = 'prepare' | 'start' | 'stop';
type Lasting = number | ((task: Task) => number);

export interface SwarmOptions {
  /** Microseconds each step takes, for all tasks or for each; 0 when absent. */
  readonly prepare?: Lasting;
  readonly start?: Lasting;
  readonly stop?: Lasting;
  /**
   * Decides at each step whether the container fails there. Containers run for ever when this is absent or
   * gives undefined.
   */
  readonly fate?: (task: Task, at: Fate['at']) => Fate | undefined;
  /** Overrides the first placement of a slot. */
  readonly place?: (task: Task) => string | undefined;
}

interface Container {
  state: TaskState;
  message: string;
  err: string;
  /** What the agent has been told. */
  desired: TaskState;
  busy: 'prepare' | 'start' | 'run' | 'stop' | undefined;
  timer: number | undefined;
}

type SwarmTimer =
  | { readonly taskId: string; readonly done: Step }
  | { readonly taskId: string; readonly exit: number };
type SwarmJob =
  | { readonly kind: 'place'; readonly taskId: string }
  | {
      readonly kind: 'report';
      readonly taskId: string;
      readonly state: TaskState;
      readonly message: string;
      readonly err: string;
    };
interface SwarmState {
  readonly containers: Map<string, Container>;
  readonly waiting: Set<string>;
}
type SwarmLeader = Leader<SwarmTimer, SwarmJob>;

export interface Swarm {
  readonly reactor: Reactor<SwarmState, SwarmTimer, SwarmJob>;
  /** Makes running containers exit. Takes effect when jobs next run. */
  exit(code: number, which: (task: Task) => boolean): void;
}

export function createSwarm(options: SwarmOptions = {}): Swarm {
  const { prepare = 0, start = 0, stop = 0, fate, place } = options;
  const lasting = { prepare, start, stop };
  const lastingFor = (task: Task, step: Step) => {
    const time = lasting[step];
    return typeof time === 'number' ? time : time(task);
  };
  const placedOnce = new Set<string>();
  const failing = new Map<string, Fate>();
  // Containers outlive a change of leadership.
  const state: SwarmState = { containers: new Map(), waiting: new Set() };
  let leader: SwarmLeader | undefined;

  function begin(leader: SwarmLeader, task: Task, container: Container, step: Step): void {
    container.busy = step;
    if (step !== 'stop') {
      const failure = fate?.(task, step);
      if (failure !== undefined) failing.set(task.id, failure);
    }
    const duration = lastingFor(task, step);
    if (duration === 0) finish(leader, task, container, step);
    else container.timer = leader.later(duration, { taskId: task.id, done: step });
  }

  function finish(leader: SwarmLeader, task: Task, container: Container, step: Step): void {
    container.busy = undefined;
    container.timer = undefined;
    if (failing.get(task.id)?.at === step) {
      const failed = step === 'prepare' ? TaskState.Rejected : TaskState.Failed;
      move(leader, task, container, failed, container.message, `${step} failed`);
    } else if (step === 'prepare') {
      move(leader, task, container, TaskState.Ready, 'prepared');
    } else if (step === 'stop') {
      move(leader, task, container, TaskState.Shutdown, 'shutdown');
    } else {
      move(leader, task, container, TaskState.Running, 'started');
      container.busy = 'run';
      const end = fate?.(task, 'run');
      if (end?.at === 'run') container.timer = leader.later(end.after, { taskId: task.id, exit: end.code });
    }
    advance(leader, task, container);
  }

  function ended(leader: SwarmLeader, task: Task, container: Container, code: number): void {
    container.busy = undefined;
    container.timer = undefined;
    if (code === 0) move(leader, task, container, TaskState.Complete, 'finished');
    else move(leader, task, container, TaskState.Failed, container.message, `task: non-zero exit (${code})`);
  }

  function move(
    leader: SwarmLeader,
    task: Task,
    container: Container,
    to: TaskState,
    message: string,
    err = '',
  ): void {
    container.state = to;
    container.message = message;
    container.err = err;
    report(leader, task, container);
  }

  function report(leader: SwarmLeader, task: Task, { state, message, err }: Container): void {
    if (isDown(leader.store, task.nodeId)) return;
    leader.request({ kind: 'report', taskId: task.id, state, message, err });
  }

  /** The agent's step function (orchestration reference, 1.4). */
  function advance(leader: SwarmLeader, task: Task, container: Container): void {
    const { desired } = container;
    if (container.state >= TaskState.Complete) return;
    if (desired >= TaskState.Shutdown) {
      if (container.busy === 'stop') return;
      if (container.timer !== undefined) leader.cancel(container.timer);
      if (container.state >= TaskState.Starting) {
        begin(leader, task, container, 'stop');
      } else {
        container.busy = undefined;
        move(leader, task, container, TaskState.Shutdown, 'shutdown');
      }
      return;
    }
    if (container.busy !== undefined) return;
    if (container.state === TaskState.Assigned) {
      move(leader, task, container, TaskState.Accepted, 'accepted');
      move(leader, task, container, TaskState.Preparing, 'preparing');
      begin(leader, task, container, 'prepare');
    } else if (container.state === TaskState.Ready && desired > TaskState.Ready) {
      move(leader, task, container, TaskState.Starting, 'starting');
      begin(leader, task, container, 'start');
    }
  }

  function hear(leader: SwarmLeader, task: Task): void {
    if (isDown(leader.store, task.nodeId)) return;
    let container = state.containers.get(task.id);
    if (container === undefined) {
      if (task.status.state < TaskState.Assigned || task.status.state >= TaskState.Complete) return;
      container = {
        state: TaskState.Assigned,
        message: '',
        err: '',
        desired: task.desiredState,
        busy: undefined,
        timer: undefined,
      };
      state.containers.set(task.id, container);
    }
    container.desired = task.desiredState;
    advance(leader, task, container);
  }

  const reactor: Reactor<SwarmState, SwarmTimer, SwarmJob> = {
    start(started) {
      leader = started;
      for (const task of leader.store.list('task')) {
        const container = state.containers.get(task.id);
        // Timers died with the leadership; what was under way begins anew.
        if (container?.timer !== undefined && container.busy !== 'run' && container.busy !== undefined) {
          container.timer = leader.later(lastingFor(task, container.busy), {
            taskId: task.id,
            done: container.busy,
          });
        }
        if (task.status.state < TaskState.Assigned) leader.request({ kind: 'place', taskId: task.id });
        else hear(leader, task);
      }
      return state;
    },
    change(leader, state, event) {
      if (event.kind === 'task' && event.action === 'create') {
        if (event.after.status.state < TaskState.Assigned)
          leader.request({ kind: 'place', taskId: event.id });
        else hear(leader, event.after);
      }
      if (event.kind === 'task' && event.action === 'update') {
        const { before, after } = event;
        if (before.status.state < TaskState.Assigned && after.status.state === TaskState.Assigned) {
          hear(leader, after);
        } else if (before.desiredState !== after.desiredState) {
          if (after.status.state < TaskState.Assigned) leader.request({ kind: 'place', taskId: after.id });
          else hear(leader, after);
        }
      }
      if (event.kind === 'task' && event.action === 'remove') {
        const container = state.containers.get(event.id);
        if (container?.timer !== undefined) leader.cancel(container.timer);
        state.containers.delete(event.id);
        state.waiting.delete(event.id);
      }
      if (event.kind === 'node' && event.action !== 'remove') {
        for (const taskId of state.waiting) leader.request({ kind: 'place', taskId });
        const back = event.action === 'update' && event.before.status.state === 'down';
        if (!back || event.after.status.state === 'down') return;
        for (const task of leader.store.tasksOfNode(event.id)) {
          const container = state.containers.get(task.id);
          if (container !== undefined) report(leader, task, container);
          hear(leader, task);
        }
      }
    },
    commit() {},
    timer(leader, state, timer) {
      const task = leader.store.get('task', timer.taskId);
      const container = state.containers.get(timer.taskId);
      if (task === undefined || container === undefined) return;
      if ('exit' in timer) ended(leader, task, container, timer.exit);
      else finish(leader, task, container, timer.done);
    },
    write(leader, state, job, tx) {
      const task = tx.get('task', job.taskId);
      if (task === undefined) return 'done';
      if (job.kind === 'report') {
        // A lower state than the stored one is dropped (R-O1).
        if (job.state < task.status.state) return 'done';
        tx.update('task', task.id, ({ status }) => {
          status.state = job.state;
          status.message = job.message;
          status.err = job.err;
          status.timestamp = tx.now;
          status.appliedAt = tx.now;
        });
      } else {
        placeTask(leader, state, task, tx);
      }
      return 'done';
    },
    written() {},
  };

  function placeTask(leader: SwarmLeader, state: SwarmState, task: Task, tx: Transaction): void {
    if (task.desiredState >= TaskState.Remove || task.status.state >= TaskState.Assigned) return;
    if (task.status.state === TaskState.New) {
      setStatus(tx, task.id, TaskState.Pending, 'pending task scheduling');
      leader.request({ kind: 'place', taskId: task.id });
      return;
    }
    const nodeId = task.nodeId === '' ? chooseNode(tx, task) : readyNode(tx, task.nodeId);
    if (nodeId !== undefined) {
      state.waiting.delete(task.id);
      tx.update('task', task.id, (draft) => {
        draft.nodeId = nodeId;
      });
      setStatus(tx, task.id, TaskState.Assigned, 'scheduler assigned task to node');
      return;
    }
    state.waiting.add(task.id);
    const service = tx.get('service', task.serviceId);
    const outdated = service !== undefined && service.specVersion > (task.specVersion ?? 0);
    if (task.desiredState === TaskState.Shutdown && task.nodeId === '' && outdated) {
      setStatus(tx, task.id, TaskState.Shutdown, task.status.message);
    }
  }

  function chooseNode(tx: Transaction, task: Task): string | undefined {
    const slot = `${task.serviceId}/${task.slot}`;
    const wanted = placedOnce.has(slot) ? undefined : place?.(task);
    placedOnce.add(slot);
    if (wanted !== undefined) return wanted;
    const { constraints, maxReplicas } = task.spec.placement;
    const ranked: { id: string; own: number; all: number }[] = [];
    for (const node of tx.list('node')) {
      const tasks = tx
        .tasksOfNode(node.id)
        .filter(({ status: { state } }) => state >= TaskState.Assigned && state <= TaskState.Running);
      const wantedTasks = tasks.filter(({ desiredState }) => desiredState <= TaskState.Complete);
      const own = wantedTasks.filter(({ serviceId }) => serviceId === task.serviceId).length;
      const used = tasks.reduce((sum, other) => sum + other.spec.reservations.memoryBytes, 0);
      const free = (node.description?.resources.memoryBytes ?? 0) - used;
      if (!isReady(node) || !matches(parseConstraints(constraints), node)) continue;
      if (task.spec.reservations.memoryBytes > free || (maxReplicas > 0 && own >= maxReplicas)) continue;
      ranked.push({ id: node.id, own, all: wantedTasks.length });
    }
    return ranked.sort((a, b) => a.own - b.own || a.all - b.all)[0]?.id;
  }

  return {
    reactor,
    exit(code, which) {
      assert(leader !== undefined, 'the swarm has started');
      for (const [taskId, container] of state.containers) {
        const task = leader.store.get('task', taskId);
        if (task === undefined || container.busy !== 'run' || !which(task)) continue;
        if (container.timer !== undefined) leader.cancel(container.timer);
        ended(leader, task, container, code);
      }
    },
  };
}

function isReady(node: Node): boolean {
  return node.status.state === 'ready' && node.spec.availability === 'active';
}

function isDown(reader: Reader, nodeId: string): boolean {
  return reader.get('node', nodeId)?.status.state === 'down';
}

function readyNode(reader: Reader, nodeId: string): string | undefined {
  const node = reader.get('node', nodeId);
  return node !== undefined && isReady(node) ? nodeId : undefined;
}

function setStatus(tx: Transaction, taskId: string, state: TaskState, message: string): void {
  tx.update('task', taskId, ({ status }) => {
    status.state = state;
    status.message = message;
    status.err = '';
    status.timestamp = tx.now;
  });
}
