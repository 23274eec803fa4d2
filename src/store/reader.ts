// How anyone reads cluster state: the same face on the committed store and on a transaction, which sees its own writes.
// Lists come in ascending ID order, always: that is SwarmKit's order of iteration and ours. A list stays as it was when read, but is derived:
// what is to be kept in saved state is copied first.

import type { Kind, Records, Task } from '../model/objects.ts';

export interface Reader {
  get<K extends Kind>(kind: K, id: string): Records[K] | undefined;
  list<K extends Kind>(kind: K): readonly Records[K][];
  /** By the name in the spec, compared without regard to case (R-R196). Tasks and nodes have no unique name. */
  findByName<K extends Exclude<Kind, 'task' | 'node'>>(kind: K, name: string): Records[K] | undefined;
  tasksOfService(serviceId: string): readonly Task[];
  tasksOfNode(nodeId: string): readonly Task[];
  /** All tasks, old ones included, of one slot of a replicated service. */
  tasksOfSlot(serviceId: string, slot: number): readonly Task[];
}
