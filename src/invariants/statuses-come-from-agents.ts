// What the dispatcher writes of a task was said by an agent (I-43; R-R182): by that of the task's own node, in a session the dispatcher had given it.

import type { TaskStatus } from '../model/objects.ts';
import type { Invariant } from './invariant.ts';

export const statusesComeFromAgents: Invariant = {
  name: 'a status from a report was reported by the node of its task, in a session of its own',
  watch(hold) {
    /** By task, then by status, the nodes whose report of it was taken. */
    const reports = new Map<string, Map<string, Set<string>>>();
    function taken(taskId: string, status: TaskStatus, nodeId: string): void {
      const told = reports.get(taskId) ?? new Map<string, Set<string>>();
      const nodes = told.get(keyOf(status)) ?? new Set<string>();
      reports.set(taskId, told.set(keyOf(status), nodes.add(nodeId)));
    }

    return {
      committed({ index, events, fresh }) {
        for (const event of events) {
          if (event.kind !== 'task' || event.action === 'create') continue;
          if (event.action === 'remove') {
            reports.delete(event.id);
            continue;
          }
          const { status, nodeId, id } = event.after;
          if (!fresh || status.appliedAt === undefined || status === event.before.status) continue;
          if (status.appliedAt === event.before.status.appliedAt) continue;
          hold(
            reports.get(id)?.get(keyOf(status))?.has(nodeId) === true,
            () => `entry ${index} gives task ${id} a status that node ${nodeId} has not reported`,
          );
        }
      },
      /** What a leader has taken in before anyone watched is believed. */
      manager({ before, manager }) {
        if (before !== undefined) return;
        const batch = manager.leadership?.reactors?.dispatcher.batch;
        for (const updates of [batch?.queued, batch?.writing]) {
          for (const [taskId, status] of updates?.tasks ?? []) {
            taken(taskId, status, manager.store.tables.task.get(taskId)?.nodeId ?? '');
          }
        }
      },
      called(call, { leadership }) {
        if (call.method !== 'dispatcher.report') return;
        const { nodeId, sessionId } = call;
        if (leadership?.reactors?.dispatcher.nodes.get(nodeId)?.session?.id !== sessionId) return;
        for (const { taskId, status } of call.updates) taken(taskId, status, nodeId);
      },
    };
  },
};

function keyOf({ state, timestamp }: TaskStatus): string {
  return `${state} ${timestamp}`;
}
