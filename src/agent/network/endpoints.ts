// What the containers of a node are to others: endpoints of their services, from the moment they serve until they are to stop.

import type { Task } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import type { ServiceEndpoint } from '../../model/traffic.ts';
import type { Container } from '../container.ts';
import type { AgentState } from '../state.ts';

/** Whether a container is attached to any network here, running or not. */
export function takesPart(state: AgentState): boolean {
  for (const { networked } of state.containers.values()) if (networked) return true;
  return false;
}

/** In the order in which their tasks came to the node. */
export function ownEndpoints(state: AgentState): readonly ServiceEndpoint[] {
  const endpoints: ServiceEndpoint[] = [];
  for (const { task } of state.tasks.values()) {
    if (isBound(task, state.containers.get(task.id))) endpoints.push(...endpointsOf(task));
  }
  return endpoints;
}

/** Whether these are this node's endpoints as they are now. Asked at every event: no lists are made. What a task is to others never changes. */
export function areOwn(state: AgentState, endpoints: readonly ServiceEndpoint[]): boolean {
  let at = 0;
  for (const { task } of state.tasks.values()) {
    if (!isBound(task, state.containers.get(task.id))) continue;
    if (endpoints[at]?.taskId !== task.id) return false;
    while (endpoints[at]?.taskId === task.id) at += 1;
  }
  return at === endpoints.length;
}

/**
 * Bound when the task runs: with a health check only once that has passed (R-O8). Withdrawn before it is told to stop, so that others turn
 * away in the time it still has (R-O7), and at once when it ends by itself.
 */
function isBound(task: Task, container: Container | undefined): boolean {
  return (
    container?.networked === true &&
    container.phase === 'running' &&
    container.stopping === undefined &&
    task.status.state === TaskState.Running
  );
}

function endpointsOf(task: Task): readonly ServiceEndpoint[] {
  const { endpoint, serviceAnnotations } = task;
  return task.networks.flatMap(({ networkId, addresses, aliases }) => {
    const [address] = addresses;
    if (address === undefined) return [];
    const virtualIp = endpoint?.virtualIps.find((vip) => vip.networkId === networkId)?.addr ?? '';
    const ports = networkId === ingressOf(task) ? (endpoint?.ports ?? []) : [];
    return [
      {
        taskId: task.id,
        taskName: taskName(task),
        serviceId: task.serviceId,
        serviceName: serviceAnnotations.name,
        networkId,
        address: withoutPrefix(address),
        virtualIp: withoutPrefix(virtualIp),
        aliases,
        ports: ports
          .filter(({ publishMode }) => publishMode === 'ingress')
          .map(({ protocol, publishedPort, targetPort }) => ({ protocol, publishedPort, targetPort })),
      },
    ];
  });
}

/** The ingress network: a task that publishes ports there is attached to it first (R-A8). */
export function ingressOf({ endpoint, networks }: Task): string | undefined {
  const publishes = endpoint?.ports.some(({ publishMode }) => publishMode === 'ingress');
  return publishes ? networks[0]?.networkId : undefined;
}

/** As users read it (R-O11). */
export function taskName(task: Task): string {
  return `${task.serviceAnnotations.name}.${task.slot === 0 ? task.nodeId : task.slot}`;
}

/** `10.0.1.5` of `10.0.1.5/24`. */
export function withoutPrefix(address: string): string {
  return address.replace(/\/.*$/, '');
}
