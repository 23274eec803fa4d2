// The transitions of SwarmKit's TLA+ specification (orchestration reference, 1.3): each step of a task's observed state belongs to one component, which says so
// in the message. Of an agent's steps a manager may see the last alone.

import type { Task, TaskStatus } from '../model/objects.ts';
import { TaskState, taskStateName } from '../model/state.ts';
import type { Invariant } from './invariant.ts';

export const transitionsHaveOwners: Invariant = {
  name: 'every step of a task is one of the component that makes it',
  watch(hold, { history }) {
    return {
      committed({ index, entry, events }) {
        if (entry === undefined) return;
        for (const event of events) {
          if (event.kind !== 'task' || event.action === 'remove') continue;
          const { after } = event;
          if (event.action === 'create') {
            hold(
              after.status.state === TaskState.New && after.status.message === 'created',
              () => `entry ${index} makes task ${after.id} in state ${taskStateName(after.status.state)}`,
            );
            continue;
          }
          const { before } = event;
          if (before.status === after.status) continue;
          const owned = isReport(before.status, after.status)
            ? isStepOfAgent(before.status, after.status)
            : isStepOfManager(before, after, history.state.get('node', after.nodeId) !== undefined);
          hold(
            owned,
            () =>
              `entry ${index} takes task ${after.id} from ${tell(before.status)} to ${tell(after.status)}, which is nobody's step`,
          );
        }
      },
    };
  },
};

function tell({ state, message, err }: TaskStatus): string {
  return `${taskStateName(state)} (${[message, err].filter((text) => text !== '').join(': ')})`;
}

/** The dispatcher notes when it took a report in (R-R183). */
function isReport(before: TaskStatus, after: TaskStatus): boolean {
  return after.appliedAt !== undefined && after.appliedAt !== before.appliedAt;
}

/** What an agent says of a step that went well. */
const messages: ReadonlyMap<TaskState, string> = new Map([
  [TaskState.Accepted, 'accepted'],
  [TaskState.Preparing, 'preparing'],
  [TaskState.Ready, 'prepared'],
  [TaskState.Starting, 'starting'],
  [TaskState.Running, 'started'],
  [TaskState.Complete, 'finished'],
  [TaskState.Shutdown, 'shutdown'],
]);

function isStepOfAgent(before: TaskStatus, after: TaskStatus): boolean {
  if (before.state < TaskState.Assigned) return false;
  if (after.state === before.state) return true;
  if (before.state > TaskState.Running) return false;
  if (after.state === TaskState.Rejected) return before.state < TaskState.Starting && after.err !== '';
  if (after.state === TaskState.Failed) return after.err !== '';
  return messages.get(after.state) === after.message;
}

function isStepOfManager(before: Task, after: Task, nodeIsThere: boolean): boolean {
  const from = before.status.state;
  const { state: to, message, err } = after.status;
  switch (to) {
    // The allocator, and then the scheduler as long as it finds no node.
    case TaskState.Pending:
      return from === TaskState.New || from === TaskState.Pending;
    case TaskState.Assigned:
      return from === TaskState.Pending && message.startsWith('scheduler ') && err === '';
    case TaskState.Shutdown:
      return from === TaskState.Pending;
    case TaskState.Rejected:
      return from < TaskState.Complete && / by (constraint|volume) enforcer$/.test(message);
    case TaskState.Orphaned:
      if (nodeIsThere) {
        return from >= TaskState.Assigned && from <= TaskState.Running && message === before.status.message;
      }
      return from < TaskState.Complete && message === 'Task belonged to a node that has been deleted';
    default:
      return false;
  }
}
