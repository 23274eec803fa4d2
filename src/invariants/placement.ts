// Which tasks a commit has put onto their nodes, and which hold what a node has: the words that the invariants about placing share.

import type { Task } from '../model/objects.ts';
import { TaskState } from '../model/state.ts';
import type { StoreEvent } from '../store/event.ts';
import type { Reader } from '../store/reader.ts';

/** The tasks that became assigned in these events, as they are now. */
export function newlyAssigned(events: readonly StoreEvent[]): Task[] {
  return events.flatMap((event) => {
    if (event.kind !== 'task' || event.action === 'remove' || !holdsNode(event.after)) return [];
    return event.action === 'update' && holdsNode(event.before) ? [] : [event.after];
  });
}

/** From its assignment to its end a task holds what it reserves on its node, whatever is desired of it (R-S17). */
export function holdsNode({ status, nodeId }: Task): boolean {
  return nodeId !== '' && status.state >= TaskState.Assigned && status.state <= TaskState.Running;
}

/** The tasks that hold something on a node. */
export function holders(state: Reader, nodeId: string): Task[] {
  return state.tasksOfNode(nodeId).filter(holdsNode);
}
