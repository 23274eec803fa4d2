// The record that the store keeps: what the writer gave, with `meta`. Fields are filled in one by one in a fixed order, so that all records
// of a kind are of few shapes to the machine, however their parts were made. That makes reading them fast everywhere.

import type { Kind, Meta, Records, Task } from '../model/objects.ts';

/** A new record, not frozen yet. A field that holds undefined may be left out. */
export const complete: { readonly [K in Kind]: (rest: Omit<Records[K], 'meta'>, meta: Meta) => Records[K] } =
  {
    cluster: (rest, meta) => Object.assign({}, rest, { meta }),
    config: (rest, meta) => Object.assign({}, rest, { meta }),
    network: (rest, meta) => Object.assign({}, rest, { meta }),
    node: (rest, meta) => Object.assign({}, rest, { meta }),
    secret: (rest, meta) => Object.assign({}, rest, { meta }),
    service: (rest, meta) => Object.assign({}, rest, { meta }),
    task: completeTask,
    volume: (rest, meta) => Object.assign({}, rest, { meta }),
  };

type Writable<R> = { -readonly [F in keyof R]: R[F] };

/** Tasks are by far the most, and are written most often: copied by name they cost a third of what records cost in general. */
function completeTask(rest: Omit<Task, 'meta'>, meta: Meta): Task {
  const task: Writable<Task> = {
    id: rest.id,
    meta,
    annotations: rest.annotations,
    serviceAnnotations: rest.serviceAnnotations,
    serviceId: rest.serviceId,
    slot: rest.slot,
    nodeId: rest.nodeId,
    spec: rest.spec,
    desiredState: rest.desiredState,
    status: rest.status,
    networks: rest.networks,
    assignedGenericResources: rest.assignedGenericResources,
  };
  // All that a task may lack: a test has a task with every field there is.
  if (rest.specVersion !== undefined) task.specVersion = rest.specVersion;
  if (rest.endpoint !== undefined) task.endpoint = rest.endpoint;
  if (rest.volumes !== undefined) task.volumes = rest.volumes;
  if (rest.jobIteration !== undefined) task.jobIteration = rest.jobIteration;
  if (rest.logDriver !== undefined) task.logDriver = rest.logDriver;
  return task;
}
