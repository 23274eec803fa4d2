// The states of tasks and nodes, as ranks and as the names users read.
// Facts only: which transition is legal and who makes it is decided in manager/ and agent/.

/**
 * Task states by rank. They act as a Lamport clock: a task's observed state only goes forward
 * (R-O1, R-R184). `Remove` is only ever a desired state.
 */
export const TaskState = {
  New: 0,
  Pending: 64,
  Assigned: 192,
  Accepted: 256,
  Preparing: 320,
  Ready: 384,
  Starting: 448,
  Running: 512,
  Complete: 576,
  Shutdown: 640,
  Failed: 704,
  Rejected: 768,
  Remove: 800,
  Orphaned: 832,
} as const;
export type TaskState = (typeof TaskState)[keyof typeof TaskState];

const taskStateNames: ReadonlyMap<TaskState, string> = new Map(
  Object.entries(TaskState).map(([name, state]) => [state, name.toLowerCase()]),
);

/** The lower-case name the Docker API prints: `running`, `shutdown` ... */
export function taskStateName(state: TaskState): string {
  const name = taskStateNames.get(state);
  if (name === undefined) throw new Error(`unknown task state ${state}`);
  return name;
}

/** True when the task will never run again: its observed state is beyond running (R-O3). */
export function isTerminal(state: TaskState): boolean {
  return state > TaskState.Running;
}

/** Node states as the dispatcher keeps them (R-R170). Nobody ever writes `disconnected` (R-R166). */
export type NodeState = 'unknown' | 'down' | 'ready' | 'disconnected';
export type Availability = 'active' | 'pause' | 'drain';
export type NodeRole = 'worker' | 'manager';

/** States of `Service.UpdateStatus` (orchestration reference 5.6). */
export type UpdateState =
  | 'updating'
  | 'paused'
  | 'completed'
  | 'rollback_started'
  | 'rollback_paused'
  | 'rollback_completed';
