// A store action in words, for log entries and explanations: `service web: replicas 3 -> 5`. Words only: nothing is decided by them.

import { formatDuration } from '../model/duration.ts';
import { equalData } from '../model/equal.ts';
import type { Kind, Records } from '../model/objects.ts';
import { formatBytes } from '../model/size.ts';
import { TaskState, taskStateName } from '../model/state.ts';
import type { StoreEvent } from './event.ts';

/** One line, without the end. */
export function describeAction<K extends Kind>(action: StoreEvent<K>): string {
  const record = action.action === 'remove' ? action.before : action.after;
  const subject = `${action.kind} ${names[action.kind](record)}`;
  if (action.action !== 'update') return `${subject}: ${action.action}d`;
  const { meta: _old, ...before } = action.before;
  const { meta: _new, ...after } = action.after;
  const changes = describeChange('', before, after);
  return `${subject}: ${changes.length === 0 ? 'updated' : changes.join(', ')}`;
}

/** What users call a record. */
const names: { readonly [K in Kind]: (record: Records[K]) => string } = {
  cluster: ({ spec }) => spec.name,
  config: ({ spec }) => spec.name,
  network: ({ spec }) => spec.name,
  node: ({ id, description }) => description?.hostname ?? id,
  secret: ({ spec }) => spec.name,
  service: ({ spec }) => spec.name,
  // As `docker service ps` prints it (R-O11).
  task: ({ id, serviceAnnotations, slot, nodeId }) =>
    serviceAnnotations.name === '' ? id : `${serviceAnnotations.name}.${slot === 0 ? nodeId : slot}`,
  volume: ({ spec }) => spec.name,
};

/** Fields that follow from the rest of a change, and would only repeat it. */
const silent: ReadonlySet<string> = new Set([
  'timestamp',
  'appliedAt',
  'appliedBy',
  'startedAt',
  'completedAt',
  'previousSpec',
  'previousSpecVersion',
]);
const durations: ReadonlySet<string> = new Set([
  'delay',
  'monitor',
  'window',
  'interval',
  'timeout',
  'startPeriod',
  'startInterval',
  'stopGracePeriod',
  'dispatcherHeartbeat',
  'certificateExpiry',
]);
const taskStates: ReadonlyMap<unknown, TaskState> = new Map(
  Object.values(TaskState).map((state) => [state, state]),
);

/** What comes or goes as a whole is told part by part as long as it has no more than these. */
const mostParts = 3;

/** The leaves that changed in what is called `key`, old and new. A list counts as a leaf and is only said to have changed. */
function describeChange(key: string, before: unknown, after: unknown): string[] {
  if (silent.has(key) || equalData(before, after)) return [];
  if (Array.isArray(before) || Array.isArray(after)) return [`${key} changed`];
  if (isObject(before) || isObject(after)) {
    const old = new Map(isObject(before) ? Object.entries(before) : []);
    const fresh = new Map(isObject(after) ? Object.entries(after) : []);
    const steps = new Set([...old.keys(), ...fresh.keys()]);
    const changes = [...steps].flatMap((step) => describeChange(step, old.get(step), fresh.get(step)));
    if (isObject(before) && isObject(after)) return changes;
    return changes.length <= mostParts ? changes : [`${key} ${isObject(after) ? 'added' : 'removed'}`];
  }
  return [`${key} ${describeValue(key, before)} -> ${describeValue(key, after)}`];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function describeValue(key: string, value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'number') {
    const state = key === 'state' || key === 'desiredState' ? taskStates.get(value) : undefined;
    if (state !== undefined) return taskStateName(state);
    if (durations.has(key)) return formatDuration(value);
    if (key === 'memoryBytes') return formatBytes(value);
  }
  const text = String(value);
  return typeof value === 'string' && !/^\S+$/.test(text) ? JSON.stringify(text) : text;
}
