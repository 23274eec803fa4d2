// No two records of a kind have the same name, whatever the case (I-32; R-R196), and none ever gets the ID of another that was (the state invariant of
// SwarmKit's TLA+ specification). Nodes and tasks have no unique name.

import type { StoreEvent } from '../store/event.ts';
import type { Invariant } from './invariant.ts';

export const namesAreUnique: Invariant = {
  name: 'no two records share a name or an ID',
  watch(hold) {
    /** By kind and name, the ID. */
    const named = new Map<string, string>();
    const ids = new Set<string>();
    return {
      committed({ index, entry, events }) {
        for (const event of events) {
          const { action, kind, id } = event;
          if (action === 'create') {
            hold(entry === undefined || !ids.has(id), () => `entry ${index} gives ${kind} ${id} an old ID`);
            ids.add(id);
          }
          const [old, name] = namesOf(event);
          if (old === name) continue;
          if (old !== undefined) named.delete(`${kind} ${old}`);
          if (name === undefined) continue;
          const other = named.get(`${kind} ${name}`);
          hold(other === undefined, () => `entry ${index} gives ${kind} ${id} the name ${name} of ${other}`);
          named.set(`${kind} ${name}`, id);
        }
      },
    };
  },
};

/** Before and after the event; undefined where there is none. */
function namesOf(event: StoreEvent): readonly [string | undefined, string | undefined] {
  if (event.kind === 'task' || event.kind === 'node') return [undefined, undefined];
  const before = event.action === 'create' ? undefined : event.before.spec.name.toLowerCase();
  return [before, event.action === 'remove' ? undefined : event.after.spec.name.toLowerCase()];
}
