// Losing the managers stops nothing (I-46; R-R145): an agent stops a container because an assignment or its own leave says so, or because its health check
// failed.

import type { Container } from '../agent/container.ts';
import { TaskState } from '../model/state.ts';
import type { Invariant } from './invariant.ts';

export const agentsStopWhenTold: Invariant = {
  name: 'an agent stops only what it was told to stop, or what is unhealthy',
  watch(hold) {
    const seen = new WeakSet<Container>();
    return {
      // Who was told before anybody watched, is told no more.
      found({ agent }) {
        for (const container of agent?.containers.values() ?? []) {
          if (container.stopping !== undefined) seen.add(container);
        }
      },
      node({ agent }, host, kind) {
        if (agent === undefined) return;
        for (const container of agent.containers.values()) {
          if (container.stopping === undefined || seen.has(container)) continue;
          seen.add(container);
          const { taskId, leaving, health } = container;
          // A task is dropped by what a manager sends, or by leaving.
          const told = leaving
            ? kind === 'reply' || kind === 'node.leave'
            : (agent.tasks.get(taskId)?.task.desiredState ?? 0) >= TaskState.Shutdown;
          hold(
            told || health.status === 'unhealthy',
            () => `${host} stops the container of task ${taskId} at ${kind}, and nobody said so`,
          );
        }
      },
    };
  },
};
