// A committed entry comes into the store here, on the leader that wrote it and on followers alike.

import type { Kind, Records } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';
import { lend } from './buckets.ts';
import type { StoreEvent } from './event.ts';
import { nameOf } from './shelf.ts';
import { replace, type Store, shelf } from './tables.ts';

/**
 * Applies a committed entry as one transaction, on the leader that wrote it and on followers alike. Records go in by reference, with the
 * version and times the writer gave them (R-R198).
 * @returns one event an action; none when an action failed, for then the whole entry is dropped, while the applied index still
 * advances (R-R19)
 */
export function apply(
  store: Store,
  actions: readonly StoreEvent[],
  { version = store.version }: { readonly version?: number } = {},
): StoreEvent[] {
  assert(version >= store.version, 'entries are applied in index order');
  store.version = version;
  const events: StoreEvent[] = [];
  for (const action of actions) {
    const event = applyAction(store, action);
    if (event === undefined) {
      for (const done of events.reverse()) revert(store, done);
      return [];
    }
    events.push(event);
  }
  return events;
}

/** Undefined when the action does not fit the state; then nothing has changed. */
function applyAction<K extends Kind>(store: Store, action: StoreEvent<K>): StoreEvent<K> | undefined {
  const { kind, id } = action;
  const before = store.tables[kind].get(id);
  if ((action.action === 'create') !== (before === undefined)) return undefined;
  if (action.action !== 'remove' && nameTaken(store, kind, action.after)) return undefined;
  const event = before === undefined ? action : from(before, action);
  replace(store, event);
  return event;
}

/** The action as it happens to `before`, which is nearly always the record that its writer saw. */
function from<K extends Kind>(before: Records[K], action: StoreEvent<K>): StoreEvent<K> {
  if (action.action === 'create' || action.before === before) return action;
  const { kind, id } = action;
  return action.action === 'remove'
    ? { action: 'remove', kind, id, before }
    : { action: 'update', kind, id, before, after: action.after };
}

function nameTaken<K extends Kind>(store: Store, kind: K, record: Records[K]): boolean {
  const name = nameOf[kind](record);
  if (name === undefined) return false;
  const holder = lend(shelf(store, kind).byName.get(name))[0];
  return holder !== undefined && holder.id !== record.id;
}

function revert<K extends Kind>(store: Store, event: StoreEvent<K>): void {
  const { kind, id } = event;
  if (event.action === 'create') replace(store, { action: 'remove', kind, id, before: event.after });
  else if (event.action === 'remove') replace(store, { action: 'create', kind, id, after: event.before });
  else replace(store, { action: 'update', kind, id, before: event.after, after: event.before });
}
