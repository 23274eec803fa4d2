// The version of a record is the commit index at the start of the transaction that wrote it (R-R198): it grows with every change and is below the
// index of the entry that carries it (I-30).

import type { Invariant } from './invariant.ts';

export const versionsGrow: Invariant = {
  name: 'the version of a record grows with every change, and lies below the entry that makes it',
  watch(hold) {
    return {
      committed({ index, events }) {
        // One transaction may write a record more than once, with one version.
        const written = new Set<string>();
        for (const event of events) {
          if (event.action === 'remove') continue;
          const { kind, id, after } = event;
          const { version } = after.meta;
          hold(version < index, () => `entry ${index} gives ${kind} ${id} version ${version}`);
          if (event.action === 'update' && event.before !== after) {
            const old = event.before.meta.version;
            hold(
              version > old || (version === old && written.has(id)),
              () => `entry ${index} takes ${kind} ${id} from version ${old} to ${version}`,
            );
          }
          written.add(id);
        }
      },
    };
  },
};
