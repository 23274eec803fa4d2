// What happens to tasks, in words, for the story: tasks that one transaction changed in the same way share a line.

import type { Task } from '../model/objects.ts';
import { isTerminal, TaskState, taskStateName } from '../model/state.ts';

export interface TaskChange {
  readonly who: string;
  /** `%` stands for the tasks. */
  readonly text: string;
  /** The task, with what sets it apart from others of the same change. */
  readonly subject: string;
  readonly slot: number;
  readonly trouble: boolean;
}

/**
 * The changes of a task that the story tells: created, placed, running, ended, told to stop, stuck. What an agent does between being given
 * a task and running it is left out.
 *
 * @param before undefined for a new task
 * @param node the host name of the task's node; empty while it has none
 */
export function taskChanges(before: Task | undefined, after: Task, node: string): TaskChange[] {
  const { slot, serviceAnnotations, desiredState } = after;
  const bound = slot === 0;
  const name = `${serviceAnnotations.name}.${bound ? node : slot}`;
  const placed = bound || node === '' ? name : `${name} on ${node}`;
  const changes: TaskChange[] = [];
  const add = (who: string, text: string, subject = name) =>
    changes.push({ who, text, subject, slot, trouble: false });
  const warn = (who: string, text: string, subject = name) =>
    changes.push({ who, text, subject, slot, trouble: true });

  if (before === undefined) add('orchestrator', `creates % (${after.spec.container.image})`);
  else if (before.desiredState !== desiredState && !isTerminal(after.status.state)) {
    if (desiredState === TaskState.Remove) add('orchestrator', 'removes %', placed);
    else if (desiredState === TaskState.Shutdown) add('orchestrator', 'shuts down %', placed);
    else if (desiredState === TaskState.Running) add('orchestrator', 'lets % start', placed);
  }

  const { state, err, message } = after.status;
  if (before?.status.state === state) {
    if (state === TaskState.Pending && err !== '' && before.status.err !== err) {
      warn('scheduler', `cannot place %: ${err}`);
    }
    return changes;
  }
  switch (state) {
    case TaskState.Assigned:
      // A task that nobody wants any more is placed too, so that an agent can end it (R-O9).
      if (desiredState >= TaskState.Shutdown) add('scheduler', 'places %, to be shut down there', placed);
      else add('scheduler', bound ? 'confirms %' : 'places %', placed);
      break;
    case TaskState.Running:
      add(node, 'runs %');
      break;
    case TaskState.Complete:
      add(node, 'has finished % (exit 0)');
      break;
    case TaskState.Shutdown:
      add(node || 'scheduler', 'has shut down %');
      break;
    case TaskState.Orphaned:
      warn(
        'dispatcher',
        `gives up % as orphaned${message.startsWith('Task belonged') ? `: ${message}` : ''}`,
      );
      break;
    case TaskState.Failed:
    case TaskState.Rejected: {
      // Evicted by a part of the leader, which says so in the message, or given up by the agent.
      const [, enforcer] = /^task rejected by (.*)$/.exec(message) ?? [];
      if (enforcer === undefined) warn(node, `% ${taskStateName(state)}: ${err || message}`);
      else warn('enforcer', `rejects %: ${err}`, placed);
      break;
    }
    default:
  }
  return changes;
}
