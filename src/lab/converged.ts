// When a service has come to rest as it was asked for.

import { isDirty } from '../manager/orchestrator/dirty.ts';
import { isUnusable, meetsConstraints } from '../manager/orchestrator/placement.ts';
import type { Node, Service } from '../model/objects.ts';
import { TaskState } from '../model/state.ts';
import type { Reader } from '../store/reader.ts';

/** True when a job has completed all its tasks, or all tasks of a service run, on nodes that are ready, as many as it asks for, and no update is under way. */
export function isConverged(state: Reader, service: Service): boolean {
  if (service.jobStatus !== undefined) return isDone(state, service, service.jobStatus.iteration);
  const update = service.updateStatus?.state;
  if (update === 'updating' || update === 'rollback_started') return false;
  const wanted = state.tasksOfService(service.id).filter((task) => task.desiredState <= TaskState.Running);
  // A paused update leaves old tasks where they are; short of that every task must be what the service asks for.
  const paused = update === 'paused' || update === 'rollback_paused';
  const allRun = wanted.every((task) => {
    const node = state.get('node', task.nodeId);
    return (
      task.status.state === TaskState.Running &&
      node?.status.state === 'ready' &&
      node.spec.availability !== 'drain' &&
      (paused || !isDirty(state, service, task))
    );
  });
  return allRun && wanted.length === wantedCount(state, service);
}

/** As many tasks as a service that is no job asks for, as things are. */
export function wantedCount(state: Reader, service: Service): number {
  const { mode } = service.spec;
  return mode.kind === 'replicated' ? mode.replicas : seatsOf(state, service).length;
}

/** The nodes on which a global service is to have a task. */
export function seatsOf(state: Reader, { spec }: Service): readonly Node[] {
  const { constraints } = spec.task.placement;
  return state.list('node').filter((node) => !isUnusable(node) && meetsConstraints(constraints, node));
}

/** A job is done when as many tasks as it wants have completed in its iteration. */
function isDone(state: Reader, { id, spec: { mode } }: Service, iteration: number): boolean {
  const tasks = state.tasksOfService(id).filter(({ jobIteration }) => jobIteration === iteration);
  const complete = tasks.filter(({ status }) => status.state === TaskState.Complete).length;
  if (mode.kind === 'replicated-job') return complete >= mode.totalCompletions;
  return tasks.length > 0 && tasks.every((task) => task.status.state === TaskState.Complete);
}
