// The state invariant of SwarmKit's TLA+ specification, of tasks: one is made for a service, is on a node from its assignment until it ends, and is never
// observed to be removed, which is only ever desired. That no ID is given twice, `names-are-unique.ts` sees.

import { TaskState } from '../model/state.ts';
import type { Invariant } from './invariant.ts';

export const tasksAreWellFormed: Invariant = {
  name: 'a task has a service, a node from its assignment on, and is never observed to be removed',
  watch(hold, { history }) {
    return {
      committed({ index, entry, events }) {
        for (const event of events) {
          if (event.kind !== 'task' || event.action === 'remove') continue;
          const { id, serviceId, nodeId, status } = event.after;
          hold(
            event.action !== 'create' ||
              entry === undefined ||
              history.state.get('service', serviceId) !== undefined,
            () => `entry ${index} makes task ${id} for service ${serviceId}, which is not there`,
          );
          const { state } = status;
          const ran = state >= TaskState.Assigned && state <= TaskState.Complete;
          hold(
            nodeId !== '' || !(ran || state === TaskState.Failed),
            () => `entry ${index} gives task ${id} state ${state} on no node`,
          );
          hold(state !== TaskState.Remove, () => `entry ${index} says that task ${id} is removed`);
        }
      },
    };
  },
};
