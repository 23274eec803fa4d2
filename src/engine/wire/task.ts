// Tasks on the wire.

import type { Network, NetworkAttachment, Task, TaskStatus } from '../../model/objects.ts';
import { taskStateName } from '../../model/state.ts';
import type * as api from '../api.ts';
import { formatInstant } from '../time.ts';
import { toGenericResources, toMap, toMeta, unlessEmpty, unlessZero } from './common.ts';
import { toSwarmNetwork } from './network.ts';
import { toPort, toTaskSpec } from './service-spec.ts';

/** `networks` are those of the swarm: a task carries whole networks. Of one that is gone nothing is shown. */
export function toTask(task: Task, networks: ReadonlyMap<string, Network>, epoch: number): api.Task {
  return {
    ...toMeta(task, epoch),
    Labels: toMap(task.annotations.labels),
    Spec: toTaskSpec(task.spec),
    ServiceID: unlessZero(task.serviceId),
    Slot: unlessZero(task.slot),
    NodeID: unlessZero(task.nodeId),
    Status: toStatus(task.status, epoch),
    DesiredState: taskStateName(task.desiredState),
    NetworksAttachments: unlessEmpty(
      task.networks.flatMap((attachment) => toAttachment(attachment, networks, epoch)),
    ),
    GenericResources: toGenericResources(task.assignedGenericResources),
    JobIteration: task.jobIteration === undefined ? undefined : { Index: unlessZero(task.jobIteration) },
    Volumes: null,
  };
}

/** The name that users, containers and filters know a task by: `service.slot.id`, in global services `service.node.id`. */
export function taskName({
  serviceAnnotations,
  slot,
  nodeId,
  id,
}: Pick<Task, 'serviceAnnotations' | 'slot' | 'nodeId' | 'id'>): string {
  return `${serviceAnnotations.name}.${slot === 0 ? nodeId : slot}.${id}`;
}

function toStatus(
  { state, timestamp, message, err, container, ports }: TaskStatus,
  epoch: number,
): api.TaskStatus {
  return {
    Timestamp: formatInstant(epoch + timestamp),
    State: taskStateName(state),
    Message: unlessZero(message),
    Err: unlessZero(err),
    ContainerStatus: container && {
      ContainerID: container.id,
      PID: container.pid,
      ExitCode: container.exitCode,
    },
    PortStatus: { Ports: unlessEmpty(ports?.map(toPort)) },
  };
}

function toAttachment(
  { networkId, addresses }: NetworkAttachment,
  networks: ReadonlyMap<string, Network>,
  epoch: number,
): api.NetworkAttachment[] {
  const network = networks.get(networkId);
  if (network === undefined) return [];
  return [{ Network: toSwarmNetwork(network, epoch), Addresses: unlessEmpty(addresses) }];
}
