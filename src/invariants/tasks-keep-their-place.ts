// A task is one attempt at one place: another service, slot, node or spec is another task (R-O10, I-42).

import { hashRecord } from '../store/hash.ts';
import type { Invariant } from './invariant.ts';

export const tasksKeepTheirPlace: Invariant = {
  name: 'the service, slot and spec of a task never change, nor its node once it has one',
  watch(hold) {
    return {
      committed({ index, events }) {
        for (const event of events) {
          if (event.kind !== 'task' || event.action !== 'update') continue;
          const { before, after } = event;
          hold(
            after.serviceId === before.serviceId && after.slot === before.slot,
            () => `entry ${index} moves task ${after.id} to slot ${after.slot} of service ${after.serviceId}`,
          );
          hold(
            before.nodeId === '' || after.nodeId === before.nodeId,
            () =>
              `entry ${index} moves task ${after.id} from node ${before.nodeId} to ${after.nodeId || 'none'}`,
          );
          hold(
            after.spec === before.spec || hashRecord(after.spec) === hashRecord(before.spec),
            () => `entry ${index} changes the spec of task ${after.id}`,
          );
        }
      },
    };
  },
};
