// An update takes on no more slots at a time than it may (R-O78, R-O80): those whose new task it has made and which has not come up yet. Only what is
// surely an updater's is counted: not what restarts of failed tasks and lost nodes replace, nor what it took on before a newer spec or leader.

import { defaultUpdateConfig } from '../model/defaults.ts';
import type { Service, Task } from '../model/objects.ts';
import type { UpdateConfig } from '../model/spec.ts';
import { isTerminal, TaskState } from '../model/state.ts';
import type { StoreEvent } from '../store/event.ts';
import type { Reader } from '../store/reader.ts';
import type { Invariant } from './invariant.ts';

export const updatesKeepToTheirParallelism: Invariant = {
  name: 'an update replaces no more slots at a time than its parallelism allows',
  watch(hold, { history }) {
    /** By service, the tasks that its updater has made and that are not up yet. */
    const comingUp = new Map<string, Set<string>>();
    let term = 0;
    return {
      committed({ index, entry, events }) {
        if (entry === undefined || entry.term !== term) comingUp.clear();
        term = entry?.term ?? 0;
        for (const event of events) {
          if (event.kind === 'service') {
            if (event.action !== 'update' || event.before.specVersion !== event.after.specVersion) {
              comingUp.delete(event.id);
            }
          } else if (event.kind !== 'task') continue;
          else if (event.action === 'remove') comingUp.get(event.before.serviceId)?.delete(event.id);
          else if (event.after.status.state >= TaskState.Running) {
            comingUp.get(event.after.serviceId)?.delete(event.id);
          } else if (event.action === 'create' && isOfUpdater(history.state, event.after, events)) {
            const { id, serviceId } = event.after;
            const tasks = comingUp.get(serviceId) ?? new Set();
            comingUp.set(serviceId, tasks.add(id));
            const { parallelism } = configOf(history.state.get('service', serviceId));
            hold(
              parallelism === 0 || tasks.size <= parallelism,
              () => `with entry ${index}, ${tasks.size} slots of service ${serviceId} are updated at once`,
            );
          }
        }
      },
    };
  },
};

/** Of a service whose status says which it is (R-O73). */
function configOf(service: Service | undefined): UpdateConfig {
  const rollsBack = service?.updateStatus?.state === 'rollback_started';
  return (rollsBack ? service.spec.rollback : service?.spec.update) ?? defaultUpdateConfig;
}

/** Whether a task just made takes the place of one that another spec made and that could have stayed. */
function isOfUpdater(state: Reader, task: Task, events: readonly StoreEvent[]): boolean {
  if (task.desiredState !== TaskState.Ready) return false;
  const stopped = events.flatMap((event) =>
    event.kind === 'task' &&
    event.action === 'update' &&
    isBeside(event.after, task) &&
    event.before.desiredState <= TaskState.Running &&
    event.after.desiredState > TaskState.Running
      ? [event.before]
      : [],
  );
  // A task that is replaced because it has ended, or its node is lost, is the restart supervisor's.
  if (stopped.some((other) => !couldStay(state, other))) return false;
  if (stopped.length > 0) return stopped.some(({ specVersion }) => specVersion !== task.specVersion);
  if (configOf(state.get('service', task.serviceId)).order !== 'start-first') return false;
  return state
    .tasksOfService(task.serviceId)
    .some(
      (other) =>
        isBeside(other, task) &&
        other.desiredState <= TaskState.Running &&
        other.specVersion !== task.specVersion &&
        couldStay(state, other),
    );
}

function isBeside(other: Task, task: Task): boolean {
  const sameNode = task.slot !== 0 || other.nodeId === task.nodeId;
  return other.id !== task.id && other.serviceId === task.serviceId && other.slot === task.slot && sameNode;
}

function couldStay(state: Reader, { status, nodeId }: Task): boolean {
  if (isTerminal(status.state)) return false;
  if (nodeId === '') return true;
  const node = state.get('node', nodeId);
  return node !== undefined && node.status.state !== 'down' && node.spec.availability !== 'drain';
}
