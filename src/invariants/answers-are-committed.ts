// A change that was answered with success is in the history when the answer arrives (I-29, R-R201).

import type { Invariant } from './invariant.ts';

export const answersAreCommitted: Invariant = {
  name: 'a change that was answered with success is committed',
  watch(hold) {
    /** The IDs of all records that ever were, but those of tasks: nobody asks for a task. */
    const known = new Set<string>();
    return {
      committed({ events }) {
        for (const { action, kind, id } of events) if (action === 'create' && kind !== 'task') known.add(id);
      },
      answered(reply, host) {
        if (reply.method !== 'control.done') return;
        const { result } = reply;
        const id = result.kind === 'done' ? result.recordId : undefined;
        hold(
          id === undefined || known.has(id),
          () => `${host} was told that ${id} is done, but no entry makes it`,
        );
      },
    };
  },
};
