// What a pass has decided about a task and has yet to write. Plain data.

import type { Task, TaskStatus, VolumeAttachment } from '../../model/objects.ts';
import type { GenericResource } from '../../model/spec.ts';

/** What is to become of a task. */
export interface Decision {
  /** The task as it was when this was decided. */
  readonly task: Task;
  /** Where it is counted from now on; empty when it has not been placed. */
  readonly nodeId: string;
  /** Its new status. The tasks that are placed in one go share it. */
  readonly status: TaskStatus;
  readonly held: readonly GenericResource[];
  readonly volumes: readonly VolumeAttachment[];
}
