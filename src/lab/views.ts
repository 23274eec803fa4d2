// What a script sees when it looks: nodes, services and tasks in docker's words, plain and small.

import type { Node, Service, Task } from '../model/objects.ts';
import { type Availability, type NodeState, taskStateName } from '../model/state.ts';
import type { Reader } from '../store/reader.ts';

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
  const service = task.serviceAnnotations.name;
  const suffix = task.slot === 0 ? task.nodeId : String(task.slot);
  return {
    name: `${service}.${suffix}`,
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

export function nodeName(reader: Reader, nodeId: string): string {
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

/** `4/5` as `docker service ls` shows it, in numbers: tasks in state running, and how many there should be. */
export function replicasOf(reader: Reader, service: Service): { running: number; wanted: number } {
  const tasks = reader.tasksOfService(service.id);
  const running = tasks.filter((task) => taskStateName(task.status.state) === 'running').length;
  const { mode } = service.spec;
  if (mode.kind === 'replicated') return { running, wanted: mode.replicas };
  return { running, wanted: tasks.filter((task) => taskStateName(task.desiredState) === 'running').length };
}
