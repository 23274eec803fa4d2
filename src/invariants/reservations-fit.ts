// The scheduler never promises what a node does not have (R-S17, R-S18). Judged when a task is assigned: a node may shrink later.

import type { Task } from '../model/objects.ts';
import type { Invariant } from './invariant.ts';
import { holders, newlyAssigned } from './placement.ts';

export const reservationsFit: Invariant = {
  name: 'the tasks on a node reserve no more than it has',
  watch(hold, { history }) {
    return {
      committed({ index, events }) {
        const nodes = new Set(
          newlyAssigned(events)
            .filter(reserves)
            .map(({ nodeId }) => nodeId),
        );
        for (const nodeId of nodes) {
          const offered = history.state.get('node', nodeId)?.description?.resources;
          if (offered === undefined) continue;
          const tasks = holders(history.state, nodeId);
          const nanoCpus = total(tasks, ({ spec }) => spec.reservations.nanoCpus);
          const memoryBytes = total(tasks, ({ spec }) => spec.reservations.memoryBytes);
          hold(
            nanoCpus <= offered.nanoCpus && memoryBytes <= offered.memoryBytes,
            () =>
              `after entry ${index} node ${nodeId} has ${nanoCpus} nano-CPUs and ${memoryBytes} bytes reserved of ${offered.nanoCpus} and ${offered.memoryBytes}`,
          );
        }
      },
    };
  },
};

function reserves({ spec }: Task): boolean {
  return spec.reservations.nanoCpus > 0 || spec.reservations.memoryBytes > 0;
}

function total(tasks: readonly Task[], amount: (task: Task) => number): number {
  return tasks.reduce((sum, task) => sum + amount(task), 0);
}
