// The record of a task is how its container can be followed and stopped. SwarmKit lets go of one whose container may still run in two cases
// alone: when a reconcile meets a slot that nobody wants (R-O38), and when a new leader finds tasks of a service that is gone (R-O107).

import type { Task } from '../model/objects.ts';
import { isTerminal, TaskState, taskStateName } from '../model/state.ts';
import type { Reader } from '../store/reader.ts';
import type { Invariant } from './invariant.ts';

export const tasksGoWhenEnded: Invariant = {
  name: "a task's record goes only when it has ended or never ran",
  watch(hold, { history }) {
    /** The terms in which services were removed. */
    const removedIn = new Map<string, number>();
    return {
      committed({ index, entry, events }) {
        if (entry === undefined) return;
        for (const event of events) {
          if (event.action !== 'remove') continue;
          if (event.kind === 'service') removedIn.set(event.id, entry.term);
          if (event.kind !== 'task' || !mayRun(event.before)) continue;
          const { serviceId, status } = event.before;
          const inherited = entry.term > (removedIn.get(serviceId) ?? entry.term);
          hold(
            inherited || isOfDeadSlot(history.state, event.before),
            () => `entry ${index} removes task ${event.id}, which is ${taskStateName(status.state)}`,
          );
        }
      },
    };
  },
};

/** Its container has been started, and has not been seen to end. */
function mayRun({ status }: Task): boolean {
  return status.state >= TaskState.Starting && !isTerminal(status.state);
}

/** Neither the task nor what is left of its slot is meant to run. */
function isOfDeadSlot(state: Reader, { serviceId, slot, desiredState }: Task): boolean {
  if (state.get('service', serviceId)?.spec.mode.kind !== 'replicated') return false;
  return [desiredState, ...state.tasksOfSlot(serviceId, slot).map((task) => task.desiredState)].every(
    (desired) => desired > TaskState.Running,
  );
}
