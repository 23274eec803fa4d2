// Tables that a manager has sent, read in the way of the store.

import type { Kind, Records } from '../model/objects.ts';
import type { Reader } from '../store/reader.ts';
import type { RecordLists } from './node.ts';

export function readerOf(tables: RecordLists): Reader {
  const list = <K extends Kind>(kind: K): readonly Records[K][] => tables[kind];
  return {
    list,
    get: (kind, id) => list(kind).find((record) => record.id === id),
    findByName: (kind, name) => list(kind).find(({ spec }) => spec.name.toLowerCase() === name.toLowerCase()),
    tasksOfService: (serviceId) => tables.task.filter((task) => task.serviceId === serviceId),
    tasksOfNode: (nodeId) => tables.task.filter((task) => task.nodeId === nodeId),
    tasksOfSlot: (serviceId, slot) =>
      tables.task.filter((task) => task.serviceId === serviceId && task.slot === slot),
  };
}
