// A host-mode port of a node belongs to one task at a time (scheduler reference, the host port filter).

import type { Task } from '../model/objects.ts';
import type { Invariant } from './invariant.ts';
import { holders, newlyAssigned } from './placement.ts';

export const hostPortsAreFree: Invariant = {
  name: 'no two tasks of a node publish the same host port',
  watch(hold, { history }) {
    return {
      committed({ index, events }) {
        for (const task of newlyAssigned(events)) {
          const wanted = hostPorts(task);
          if (wanted.length === 0) continue;
          for (const other of holders(history.state, task.nodeId)) {
            if (other.id === task.id) continue;
            const shared = hostPorts(other).find((port) => wanted.includes(port));
            hold(
              shared === undefined,
              () => `entry ${index} puts task ${task.id} beside task ${other.id}, and both publish ${shared}`,
            );
          }
        }
      },
    };
  },
};

/** `tcp/8080` ... A port that the node chooses collides with none. */
function hostPorts({ endpoint }: Task): string[] {
  return (endpoint?.ports ?? [])
    .filter(({ publishMode, publishedPort }) => publishMode === 'host' && publishedPort !== 0)
    .map(({ protocol, publishedPort }) => `${protocol}/${publishedPort}`);
}
