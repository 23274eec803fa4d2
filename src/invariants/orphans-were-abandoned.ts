// A task is given up for lost only with its node (I-44; R-R140, R-R172): the node is deleted, or one leader has known it to be down for a whole day.

import { hour, minute } from '../model/duration.ts';
import { TaskState } from '../model/state.ts';
import { Clocks } from './clocks.ts';
import type { Invariant } from './invariant.ts';

const orphanTimeout = 24 * hour;
/** The day begins when the leader finds the node down, and this is when that has been committed, at most so much later. */
const slack = minute;

export const orphansWereAbandoned: Invariant = {
  name: 'a task becomes orphaned only when its node is deleted or down for a day under one leader',
  watch(hold, { history, world }) {
    const clocks = new Clocks();
    /** By node, since when it is down. */
    const down = new Map<string, number>();
    let term = 0;
    let termBegan = 0;
    return {
      fault(fault) {
        clocks.follow(fault, world.now);
      },
      committed({ index, entry, events, at, fresh }) {
        if (entry !== undefined && entry.term !== term) {
          term = entry.term;
          termBegan = at;
        }
        for (const event of events) {
          if (event.kind === 'node' && event.action !== 'remove') {
            if (event.after.status.state !== 'down') down.delete(event.id);
            else if (!down.has(event.id)) down.set(event.id, at);
          }
          if (!fresh || event.kind !== 'task' || event.action !== 'update') continue;
          const { before, after } = event;
          if (after.status.state !== TaskState.Orphaned) continue;
          if (before.status.state === TaskState.Orphaned) continue;
          const since = Math.max(down.get(after.nodeId) ?? at, termBegan);
          hold(
            history.state.get('node', after.nodeId) === undefined ||
              at - since >= clocks.least(orphanTimeout - slack),
            () => `entry ${index} orphans task ${after.id} of node ${after.nodeId}, which is there`,
          );
        }
      },
    };
  },
};
