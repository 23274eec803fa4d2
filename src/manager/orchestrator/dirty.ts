// Whether a task still is what its service asks for (orchestration reference, 1.6). Decides what an update
// replaces; changes nothing.

import { defaultEndpointSpec } from '../../model/defaults.ts';
import { equalData } from '../../model/equal.ts';
import type { Service, Task } from '../../model/objects.ts';
import type { TaskSpec } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import type { Reader } from '../../store/reader.ts';
import { meetsConstraints } from './placement.ts';

/**
 * True when `task` must be replaced to bring `service` up to date (R-O12 to R-O17). `reader` knows the task's
 * node.
 */
export function isDirty(reader: Reader, service: Service, task: Task): boolean {
  if (task.specVersion === service.specVersion) return false;
  const wanted = service.spec.task;
  // Placement alone has changed, and the task is where it may be. Only the task spec is looked at, so that a
  // port published in the same update goes unnoticed: SwarmKit's quirk (R-O14, R-O15).
  if (
    !equalData(wanted.placement, task.spec.placement) &&
    equalData(wanted, { ...task.spec, placement: wanted.placement })
  ) {
    const node = task.nodeId === '' ? undefined : reader.get('node', task.nodeId);
    if (node !== undefined && meetsConstraints(wanted.placement.constraints, node)) return false;
  }
  const spec = pulled(task) ? withPullOptionsOf(wanted, task.spec) : task.spec;
  return (
    !equalData(wanted, spec) ||
    !equalData(service.spec.endpoint ?? defaultEndpointSpec, task.endpoint?.spec ?? defaultEndpointSpec)
  );
}

/** The image of such a task has been pulled, so registry credentials no longer matter to it (R-O16). */
function pulled(task: Task): boolean {
  return (
    task.desiredState <= TaskState.Running &&
    task.status.state >= TaskState.Ready &&
    task.status.state <= TaskState.Running
  );
}

function withPullOptionsOf(wanted: TaskSpec, spec: TaskSpec): TaskSpec {
  return { ...spec, container: { ...spec.container, registryAuth: wanted.container.registryAuth } };
}
