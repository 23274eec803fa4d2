// A node moves between its states only as the table of R-R170 allows (I-39).

import type { NodeState } from '../model/state.ts';
import type { Invariant } from './invariant.ts';

const legal: ReadonlyMap<NodeState, readonly NodeState[]> = new Map([
  ['unknown', ['unknown', 'ready', 'down']],
  ['ready', ['ready', 'unknown', 'down']],
  // A new leader leaves a node that is down alone.
  ['down', ['down', 'ready']],
  ['disconnected', ['disconnected', 'ready', 'unknown']],
]);

export const nodeStatesFollow: Invariant = {
  name: 'a node changes its state only along the legal transitions',
  watch(hold) {
    return {
      committed({ index, events }) {
        for (const event of events) {
          if (event.kind !== 'node' || event.action !== 'update') continue;
          const from = event.before.status.state;
          const to = event.after.status.state;
          hold(
            legal.get(from)?.includes(to) === true,
            () => `entry ${index} moves node ${event.id} from ${from} to ${to}`,
          );
        }
      },
    };
  },
};
