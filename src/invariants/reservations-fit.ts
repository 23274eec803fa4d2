// The scheduler never promises what a node does not have (R-S17, R-S18). Judged when a task is assigned: a node may shrink later.

import { equalData } from '../model/equal.ts';
import type { Node, Task } from '../model/objects.ts';
import type { GenericResource } from '../model/spec.ts';
import type { Invariant } from './invariant.ts';
import { holders, newlyAssigned } from './placement.ts';

export const reservationsFit: Invariant = {
  name: 'the tasks on a node reserve no more than it has',
  watch(hold, { history }) {
    /** Nodes that have changed what they offer besides: what is given back there no longer adds up (R-G7). */
    const changed = new Set<string>();
    return {
      committed({ index, events }) {
        for (const event of events) {
          if (
            event.kind === 'node' &&
            event.action === 'update' &&
            hasOtherOffers(event.before, event.after)
          ) {
            changed.add(event.id);
          }
        }
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
          if (changed.has(nodeId)) continue;
          for (const kind of kindsOf(tasks)) {
            const reserved = total(tasks, (task) => amountReserved(task, kind));
            const has = amountOffered(offered.generic, kind);
            hold(
              reserved <= has,
              () => `after entry ${index} node ${nodeId} has ${reserved} ${kind} reserved of ${has}`,
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

function hasOtherOffers(before: Node, after: Node): boolean {
  const known = before.description?.resources.generic;
  return known !== undefined && !equalData(known, after.description?.resources.generic);
}

function kindsOf(tasks: readonly Task[]): ReadonlySet<string> {
  return new Set(tasks.flatMap(({ spec }) => spec.reservations.generic.map(({ kind }) => kind)));
}

/** Of a task that asks for a kind twice SwarmKit judges each request by itself (R-G5). */
function amountReserved({ spec }: Task, kind: string): number {
  const [asked, ...more] = spec.reservations.generic.filter((resource) => resource.kind === kind);
  return asked !== undefined && 'value' in asked && more.length === 0 ? asked.value : 0;
}

function amountOffered(offered: readonly GenericResource[], kind: string): number {
  return offered
    .filter((resource) => resource.kind === kind)
    .reduce((sum, resource) => sum + ('value' in resource ? resource.value : 1), 0);
}

function total(tasks: readonly Task[], amount: (task: Task) => number): number {
  return tasks.reduce((sum, task) => sum + amount(task), 0);
}
