// The scheduler never promises what a node does not have (R-S17, R-S18). Judged when a task is assigned: a node may shrink later.

import type { Task } from '../model/objects.ts';
import type { GenericResource } from '../model/spec.ts';
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
          for (const { kind, value } of offered.generic.filter(isAmount)) {
            const held = total(tasks, (task) => amountHeld(task, kind));
            hold(
              held <= value,
              () => `after entry ${index} the tasks on node ${nodeId} hold ${held} of ${value} ${kind}`,
            );
          }
        }
      },
    };
  },
};

function reserves({ spec }: Task): boolean {
  const { nanoCpus, memoryBytes, generic } = spec.reservations;
  return nanoCpus > 0 || memoryBytes > 0 || generic.length > 0;
}

type Amount = Extract<GenericResource, { readonly value: number }>;

function isAmount(resource: GenericResource): resource is Amount {
  return 'value' in resource;
}

/** Of a task that asks for a kind twice SwarmKit judges each request by itself (R-G5). */
function amountHeld({ assignedGenericResources }: Task, kind: string): number {
  const held = assignedGenericResources.filter(isAmount).filter((resource) => resource.kind === kind);
  return held.length === 1 ? (held[0]?.value ?? 0) : 0;
}

function total(tasks: readonly Task[], amount: (task: Task) => number): number {
  return tasks.reduce((sum, task) => sum + amount(task), 0);
}
