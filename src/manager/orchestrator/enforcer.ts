// The constraint enforcer: evicts tasks from a node that has changed so that they would no longer be placed
// there (orchestration reference, section 7). Looks at the node alone, whenever it is updated; a changed
// service is the updater's business.

import type { Node, Task } from '../../model/objects.ts';
import type { GenericResource } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Reactor } from '../leader.ts';
import { meetsConstraints } from './placement.ts';

/** Plain data. */
export interface EnforcerState {
  /** Nodes to look at. */
  readonly nodes: Set<string>;
  /** Tasks found in violation and not yet evicted. */
  readonly evictions: string[];
  /** The job is queued for the writer. */
  inspecting: boolean;
}

export type EnforcerTimer = never;
export type EnforcerJob = { readonly kind: 'inspect' };

export const enforcerReactor: Reactor<EnforcerState, EnforcerTimer, EnforcerJob> = {
  start(leader) {
    const nodes = leader.store.list('node').map(({ id }) => id);
    leader.request({ kind: 'inspect' });
    return { nodes: new Set(nodes), evictions: [], inspecting: true };
  },

  change(_leader, state, event) {
    if (event.kind === 'node' && event.action === 'update') state.nodes.add(event.id);
  },

  commit(leader, state) {
    if (state.nodes.size === 0 || state.inspecting) return;
    state.inspecting = true;
    leader.request({ kind: 'inspect' });
  },

  timer() {},

  write(_leader, state, _job, tx) {
    for (;;) {
      while (state.evictions.length > 0) {
        if (tx.full) return 'again';
        const taskId = state.evictions.shift();
        if (taskId !== undefined) evict(tx, taskId);
      }
      const [nodeId] = state.nodes;
      if (nodeId === undefined) break;
      state.nodes.delete(nodeId);
      state.evictions.push(...violators(tx, nodeId));
    }
    state.inspecting = false;
    return 'done';
  },

  written() {},
};

/** The tasks of an active node that no longer fit, in ascending ID order of all that count (R-O117, R-S35). */
function violators(reader: Reader, nodeId: string): string[] {
  const node = reader.get('node', nodeId);
  if (node?.spec.availability !== 'active') return [];
  let { nanoCpus, memoryBytes, generic } = node.description?.resources ?? nothing;
  const found: string[] = [];
  for (const task of reader.tasksOfNode(nodeId)) {
    if (!counts(task)) continue;
    const { reservations } = task.spec;
    if (
      !isAllowed(reader, task, node) ||
      reservations.memoryBytes > memoryBytes ||
      reservations.nanoCpus > nanoCpus
    ) {
      found.push(task.id);
      continue;
    }
    if (!task.assignedGenericResources.every((held) => offers(generic, held))) {
      found.push(task.id);
      break;
    }
    nanoCpus -= reservations.nanoCpus;
    memoryBytes -= reservations.memoryBytes;
    generic = task.assignedGenericResources.reduce(without, generic);
  }
  return found;
}

const nothing = { nanoCpus: 0, memoryBytes: 0, generic: [] };

/** Finished tasks hold nothing; those about to stop are left to do so. */
function counts({ desiredState, status }: Task): boolean {
  return (
    desiredState >= TaskState.Assigned &&
    desiredState <= TaskState.Complete &&
    status.state < TaskState.Complete
  );
}

/**
 * By the current constraints of the service: the task's own may be older, for meeting new ones it was left
 * alone (R-O14).
 */
function isAllowed(reader: Reader, task: Task, node: Node): boolean {
  const { placement } = reader.get('service', task.serviceId)?.spec.task ?? task.spec;
  return meetsConstraints(placement.constraints, node);
}

/** Whether what a task holds is still among what the node offers. */
function offers(offered: readonly GenericResource[], held: GenericResource): boolean {
  return offered.some((resource) => {
    if (resource.kind !== held.kind) return false;
    if ('named' in held) return 'named' in resource && resource.named === held.named;
    return 'value' in resource && held.value <= resource.value;
  });
}

function without(offered: readonly GenericResource[], held: GenericResource): GenericResource[] {
  return offered.flatMap((resource) => {
    if (resource.kind !== held.kind) return [resource];
    if ('named' in held) return 'named' in resource && resource.named === held.named ? [] : [resource];
    if (!('value' in resource)) return [resource];
    return resource.value > held.value ? [{ ...resource, value: resource.value - held.value }] : [];
  });
}

/** Only the observed state changes; the desired state is the orchestrator's. */
function evict(tx: Transaction, taskId: string): void {
  const task = tx.get('task', taskId);
  if (task === undefined || task.desiredState > TaskState.Complete) return;
  tx.update('task', taskId, ({ status }) => {
    status.state = TaskState.Rejected;
    status.message = 'task rejected by constraint enforcer';
    status.err = 'assigned node no longer meets constraints';
    status.timestamp = tx.now;
  });
}
