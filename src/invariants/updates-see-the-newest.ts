// No update is lost (I-31; R-R199, R-R200): whoever wrote a record had read what was there, for nobody else wrote in between. The version of a record says
// up to which index its writer had read (R-R198).

import type { Invariant } from './invariant.ts';

export const updatesSeeTheNewest: Invariant = {
  name: 'who writes a record has read its newest state',
  watch(hold) {
    /** By ID, the entry that wrote a record last. */
    const written = new Map<string, number>();
    return {
      committed({ index, entry, events }) {
        for (const event of events) {
          const { action, kind, id } = event;
          if (action === 'update') {
            const last = written.get(id) ?? 0;
            const { version } = event.after.meta;
            hold(
              entry === undefined || last === index || last <= version,
              () => `entry ${index} writes ${kind} ${id} as read at ${version}, and entry ${last} wrote it`,
            );
          }
          if (action === 'remove') written.delete(id);
          else written.set(id, index);
        }
      },
    };
  },
};
