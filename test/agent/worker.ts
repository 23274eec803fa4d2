// One worker with a clock, a disk, a registry and a manager that can be made silent: all an agent sees of the world, for its tests.

import {
  type AgentContext,
  type AgentEvent,
  type AgentRecord,
  type AgentState,
  bootAgent,
  handleAgent,
  startAgent,
  stopAgent,
} from '../../src/agent/agent.ts';
import {
  bootRegistry,
  handlePull,
  handleRegistryTimer,
  type RegistryTimer,
} from '../../src/agent/registry.ts';
import { defaultTaskSpec } from '../../src/model/defaults.ts';
import { millisecond } from '../../src/model/duration.ts';
import {
  behaviourOf,
  createBehaviours,
  type ImageBehaviour,
  setBehaviour,
} from '../../src/model/image-behaviour.ts';
import type {
  AssignedVolume,
  Assignments,
  DispatcherCall,
  DispatcherReply,
  ManagerPeer,
  TaskReport,
} from '../../src/model/messages.ts';
import type { NodeDescription, Task } from '../../src/model/objects.ts';
import type { ContainerSpec } from '../../src/model/spec.ts';
import { TaskState } from '../../src/model/state.ts';
import { description } from '../manager/dispatcher/desk.ts';
import { makeNode, makeTask, type TaskFields } from '../manager/fixtures.ts';

export const nodeId = 'n1';
/** How long a message takes, either way. */
export const latency = millisecond;

const meta = { version: 0, createdAt: 0, updatedAt: 0 };
const node = { ...makeNode({ id: nodeId }), meta };

/** A task as a manager assigns it. */
export function task(
  id: string,
  fields: Partial<TaskFields> & { container?: Partial<ContainerSpec> } = {},
): Task {
  const { container, ...rest } = fields;
  const spec = defaultTaskSpec('app');
  return {
    ...makeTask({
      id,
      nodeId,
      state: TaskState.Assigned,
      annotations: { name: `app.1.${id}`, labels: [] },
      spec: { ...spec, container: { ...spec.container, ...container } },
      ...rest,
    }),
    meta,
  };
}

type Due = { readonly id: number; readonly at: number; readonly fire: () => void; readonly host: boolean };

export interface Worker {
  agent: AgentState;
  readonly context: AgentContext;
  readonly disk: Map<string, AgentRecord>;
  readonly registry: ReturnType<typeof bootRegistry>;
  /** Every call the agent has made, with its time and the manager. */
  readonly calls: { readonly at: number; readonly manager: string; readonly call: DispatcherCall }[];
  /** Named volumes. */
  readonly volumes: Set<string>;
  /** Every pull. */
  readonly pulls: { readonly at: number; readonly image: string }[];
  /** Every status that has reached a manager. */
  readonly reports: (TaskReport & { readonly at: number })[];
  managers: readonly ManagerPeer[];
  description: NodeDescription;
  runsManager: boolean;
  /** What becomes of a message to the manager (`call`), from it (`reply`) or to the registry (`pull`). */
  lost: (what: 'call' | 'reply' | 'pull') => boolean;
  /** The heartbeat period the manager answers with. */
  period: number;
  now(): number;
  advance(duration: number): void;
  script(image: string, behaviour: ImageBehaviour): void;
  /** Tells the agent of a new or changed task. */
  assign(...tasks: Task[]): void;
  /** Raises the desired state of assigned tasks. */
  desire(desired: TaskState, ...ids: string[]): void;
  unassign(...ids: string[]): void;
  /** Tells the agent of cluster volumes that have been brought to it. */
  bring(...volumes: AssignedVolume[]): void;
  /** Tells it to let them go. */
  take(...volumeIds: string[]): void;
  /** The manager forgets its sessions, as a new leader. */
  changeLeader(): void;
  /** The number of the next message that the test delivers on the streams of the session. */
  nextSequence(): number;
  /** A message of the manager's as it is, at once. */
  deliver(reply: DispatcherReply): void;
  event(event: AgentEvent): void;
  /** The machine dies and comes back: only the disk is left. */
  crash(): void;
  stop(): void;
  /** State, message and error of a task on the node. */
  shown(id: string): string;
  /** Tasks whose containers run. */
  running(): string[];
}

/** @param outside takes the calls in place of the worker's own manager, which then says nothing. */
export function createWorker(outside?: (call: DispatcherCall) => void): Worker {
  let now = 0;
  let lastTimer = 0;
  let due: Due[] = [];
  let boots = 0;
  const behaviours = createBehaviours();
  const draws = new Map<string, number>();

  function later(delay: number, fire: () => void, host = false): number {
    if (!Number.isSafeInteger(delay) || delay < 0) throw new Error(`bad delay ${delay}`);
    due.push({ id: ++lastTimer, at: now + delay, fire, host });
    return lastTimer;
  }

  function random(stream: string, bound: number): number {
    let drawn =
      draws.get(stream) ?? [...stream].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 99_991, 7);
    drawn = (drawn * 48_271) % 2_147_483_647;
    draws.set(stream, drawn);
    return drawn % bound;
  }

  /** Something that reaches the host unless it has died meanwhile. */
  function arrive(what: 'reply' | 'pull', event: AgentEvent): void {
    if (worker.lost(what)) return;
    const boot = boots;
    later(latency, () => boot === boots && worker.event(event));
  }

  const context: AgentContext = {
    host: 'w1',
    nodeId,
    addr: '10.0.0.7',
    now: () => now,
    later: (delay, timer) => later(delay, () => worker.event(timer), true),
    cancel(timerId) {
      due = due.filter(({ id }) => id !== timerId);
    },
    random,
    description: () => worker.description,
    runsManager: () => worker.runsManager,
    call(manager, call) {
      worker.calls.push({ at: now, manager, call });
      if (!worker.lost('call')) later(latency, () => (outside ?? manage)(call));
    },
    pull(message) {
      worker.pulls.push({ at: now, image: message.image });
      if (worker.lost('pull')) return;
      later(latency, () => handlePull(registryContext, worker.registry, 'w1', message));
    },
    behaviour: (image) => behaviourOf(behaviours, 'w1', image),
    demandVolume: (name) => void worker.volumes.add(name),
    hasPath: (path) => path === '/srv',
    save(key, record) {
      worker.disk.set(key, structuredClone(record));
    },
    erase(key) {
      worker.disk.delete(key);
    },
    send: () => undefined,
    note: () => undefined,
    nodeSeen: () => undefined,
  };

  const registryContext: Parameters<typeof handlePull>[0] = {
    later: (delay, timer: RegistryTimer) =>
      later(delay, () => handleRegistryTimer(registryContext, worker.registry, timer)),
    random,
    send: (_to, message) => arrive('pull', message),
    behaviour: (host, image) => behaviourOf(behaviours, host, image),
  };

  // The manager: one session, one stream of assignments.
  const assigned = new Map<string, Task>();
  let sessions = 0;
  let session = '';
  let sequence = 0;
  let stream: { id: number; position: number } | undefined;

  function answer(reply: DispatcherReply): void {
    arrive('reply', { kind: 'agent.reply', reply });
  }

  function manage(call: DispatcherCall): void {
    const { id } = call;
    if (call.method === 'dispatcher.session') {
      if (session === '' || call.sessionId !== session) session = `session${++sessions}`;
      sequence = 1;
      stream = undefined;
      answer({ method: call.method, id, sequence, sessionId: session, managers: worker.managers, node });
    } else if (session === '' || call.sessionId !== session) {
      answer({
        method: 'dispatcher.error',
        id,
        error: { code: 'InvalidArgument', message: 'session invalid' },
      });
    } else if (call.method === 'dispatcher.heartbeat') {
      answer({ method: call.method, id, sequence, period: worker.period });
    } else if (call.method === 'dispatcher.assignments') {
      stream = { id, position: 0 };
      push([...assigned.values()], []);
    } else if (call.method === 'dispatcher.report') {
      worker.reports.push(...call.updates.map((update) => ({ ...update, at: now })));
      answer({ method: call.method, id });
    }
  }

  function push(
    tasks: readonly Task[],
    removedTasks: readonly string[],
    volumes: Pick<Assignments, 'volumes' | 'removedVolumes'> = {},
  ): void {
    if (stream === undefined) return;
    const appliesTo = stream.position++;
    answer({
      method: 'dispatcher.assignments',
      id: stream.id,
      sequence: ++sequence,
      assignments: {
        type: appliesTo === 0 ? 'complete' : 'incremental',
        appliesTo,
        resultsIn: stream.position,
        tasks,
        removedTasks,
        secrets: [],
        removedSecrets: [],
        configs: [],
        removedConfigs: [],
        ...volumes,
      },
    });
  }

  const worker: Worker = {
    disk: new Map([
      [
        'managers',
        {
          kind: 'managers',
          managers: [{ host: 'm1', nodeId: 'manager1', weight: 10 }],
        } satisfies AgentRecord,
      ],
    ]),
    get agent() {
      return agent;
    },
    set agent(state) {
      agent = state;
    },
    context,
    registry: bootRegistry(),
    calls: [],
    volumes: new Set(),
    pulls: [],
    reports: [],
    managers: [{ host: 'm1', nodeId: 'manager1', weight: 10 }],
    description,
    runsManager: false,
    lost: () => false,
    period: 5_000 * millisecond,
    now: () => now,
    advance(duration) {
      const until = now + duration;
      for (;;) {
        const next = due.reduce<Due | undefined>(
          (first, other) => (first === undefined || other.at < first.at ? other : first),
          undefined,
        );
        if (next === undefined || next.at > until) break;
        due = due.filter((other) => other !== next);
        now = next.at;
        next.fire();
      }
      now = until;
    },
    script: (image, behaviour) => setBehaviour(behaviours, image, behaviour),
    assign(...tasks) {
      for (const one of tasks) assigned.set(one.id, one);
      push(tasks, []);
    },
    desire(desired, ...ids) {
      worker.assign(
        ...ids.flatMap((id) => {
          const known = assigned.get(id);
          return known === undefined ? [] : [{ ...known, desiredState: desired }];
        }),
      );
    },
    unassign(...ids) {
      for (const id of ids) assigned.delete(id);
      push([], ids);
    },
    bring: (...volumes) => push([], [], { volumes }),
    take: (...removedVolumes) => push([], [], { removedVolumes }),
    changeLeader() {
      session = '';
      stream = undefined;
    },
    nextSequence: () => ++sequence,
    deliver: (reply) => worker.event({ kind: 'agent.reply', reply }),
    event: (event) => handleAgent(context, agent, event),
    crash() {
      boots += 1;
      due = due.filter(({ host }) => !host);
      agent = bootAgent(context, structuredClone(worker.disk));
      startAgent(context, agent);
    },
    stop: () => stopAgent(context, agent),
    shown(id) {
      const status = agent.tasks.get(id)?.task.status;
      return status === undefined ? 'none' : `${status.state} ${status.message}: ${status.err}`;
    },
    running: () =>
      [...agent.containers.values()].filter(({ phase }) => phase === 'running').map(({ taskId }) => taskId),
  };
  let agent = bootAgent(context, worker.disk);
  startAgent(context, agent);
  return worker;
}

/** A worker with a session, whose clock has moved on by one second. */
export function createReadyWorker(): Worker {
  const worker = createWorker();
  worker.advance(1_000 * millisecond);
  return worker;
}

/** What the agent has reported of a task, one line a report. */
export function reported(worker: Worker, id: string): string[] {
  return worker.reports
    .filter(({ taskId }) => taskId === id)
    .map(({ status }) => `${status.state} ${status.message}: ${status.err}`);
}
