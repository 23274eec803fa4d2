// Task states are a Lamport clock: neither what is observed nor what is desired of a task ever goes back (I-42, R-O1, R-O2).

import { taskStateName } from '../model/state.ts';
import type { Invariant } from './invariant.ts';

export const tasksGoForward: Invariant = {
  name: 'the observed and the desired state of a task only go forward',
  watch(hold) {
    return {
      committed({ index, events }) {
        for (const event of events) {
          if (event.kind !== 'task' || event.action !== 'update') continue;
          const { before, after } = event;
          const [from, to] = [before.status.state, after.status.state];
          hold(
            to >= from,
            () =>
              `entry ${index} moves task ${after.id} from ${taskStateName(from)} back to ${taskStateName(to)}`,
          );
          hold(
            after.desiredState >= before.desiredState,
            () =>
              `entry ${index} wants task ${after.id} ${taskStateName(after.desiredState)}, it was to be ${taskStateName(before.desiredState)}`,
          );
        }
      },
    };
  },
};
