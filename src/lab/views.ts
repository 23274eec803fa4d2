// What a script sees when it looks: nodes, services and tasks in docker's words, plain and small.

import type { Swarm } from '../cluster/swarm.ts';
import type { NodeMemory } from '../cluster/types.ts';
import type { Node, Task } from '../model/objects.ts';
import { type Availability, type NodeState, taskStateName } from '../model/state.ts';
import type { Reader } from '../store/reader.ts';
import { mountText } from './mounts.ts';

/** A task as `docker service ps` shows it. */
export interface TaskView {
  /** `web.1`; for global services `web.<node ID>`. */
  readonly name: string;
  readonly id: string;
  readonly slot: number;
  /** Host name of its node; empty while it has none. */
  readonly node: string;
  readonly image: string;
  /** Lower case, such as `running`. */
  readonly desired: string;
  readonly state: string;
  readonly message: string;
  readonly error: string;
}

/** A container that runs, as its program finds it. */
export interface ContainerView {
  /** The task's ID. */
  readonly taskId: string;
  /** The machine it is on. */
  readonly node: string;
  readonly hostname: string;
  /** `KEY=value`, placeholders filled in. */
  readonly env: readonly string[];
  /** As docker's flag has them, placeholders filled in. */
  readonly mounts: readonly string[];
  /** The contents of its secrets and configs, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** A node as `docker node ls` shows it. */
export interface NodeView {
  readonly name: string;
  readonly id: string;
  readonly status: NodeState;
  readonly availability: Availability;
  /** Empty for a worker. */
  readonly manager: '' | 'Leader' | 'Reachable' | 'Unreachable';
  readonly labels: ReadonlyMap<string, string>;
}

export function taskView(reader: Reader, task: Task): TaskView {
  return {
    name: taskName(task),
    id: task.id,
    slot: task.slot,
    node: nodeName(reader, task.nodeId),
    image: task.spec.container.image,
    desired: taskStateName(task.desiredState),
    state: taskStateName(task.status.state),
    message: task.status.message,
    error: task.status.err,
  };
}

/** R-O11. */
function taskName(task: Task): string {
  return `${task.serviceAnnotations.name}.${task.slot === 0 ? task.nodeId : task.slot}`;
}

function nodeName(reader: Reader, nodeId: string): string {
  return reader.get('node', nodeId)?.description?.hostname ?? nodeId;
}

export function nodeView(node: Node, manager: NodeView['manager']): NodeView {
  return {
    name: node.description?.hostname ?? node.id,
    id: node.id,
    status: node.status.state,
    availability: node.spec.availability,
    manager,
    labels: new Map(node.spec.labels),
  };
}

/** The containers that run on a machine, whatever the managers know of them, by the names of their tasks. */
export function containersOn(
  swarm: Swarm,
  host: string,
): readonly { readonly name: string; readonly taskId: string }[] {
  const agent: NodeMemory['agent'] = swarm.memoryOf(host)?.agent;
  const found: { name: string; taskId: string }[] = [];
  for (const { phase, taskId } of agent?.containers.values() ?? []) {
    const task = agent?.tasks.get(taskId)?.task;
    if (phase === 'running') found.push({ name: task === undefined ? taskId : taskName(task), taskId });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The running container of a task by its name; on the first machine that has one. */
export function runningContainer(swarm: Swarm, task: string): ContainerView | undefined {
  for (const { name: node } of swarm.machines) {
    const found = containersOn(swarm, node).find(({ name }) => name === task);
    const container = swarm.memoryOf(node)?.agent?.containers.get(found?.taskId ?? '');
    if (container === undefined) continue;
    const { taskId, hostname, env, mounts, files } = container;
    return {
      taskId,
      node,
      hostname,
      env,
      mounts: mounts.map(mountText),
      files: new Map(files.map(({ path, content }) => [path, content])),
    };
  }
  return undefined;
}
