// `--replicas-max-per-node`, counted as the scheduler counts: tasks that are to run, not those that are on their way out (R-S17).

import { TaskState } from '../model/state.ts';
import type { Invariant } from './invariant.ts';
import { holders, newlyAssigned } from './placement.ts';

export const maxReplicasHold: Invariant = {
  name: 'a node has no more tasks of a service than its limit per node',
  watch(hold, { history }) {
    return {
      committed({ index, events }) {
        for (const { nodeId, serviceId, spec } of newlyAssigned(events)) {
          const { maxReplicas } = spec.placement;
          if (maxReplicas === 0) continue;
          const active = holders(history.state, nodeId).filter(
            (task) => task.serviceId === serviceId && task.desiredState <= TaskState.Complete,
          ).length;
          hold(
            active <= maxReplicas,
            () =>
              `after entry ${index} node ${nodeId} has ${active} tasks of service ${serviceId}, limit ${maxReplicas}`,
          );
        }
      },
    };
  },
};
