// Nothing is placed where nothing runs (I-47; R-S16): a task is assigned to a node that is ready and active in what the scheduler sees. That stands still
// while a pass is decided and written: a node that is lost meanwhile may still be given tasks (R-S27).

import type { Node } from '../model/objects.ts';
import type { Invariant } from './invariant.ts';
import { newlyAssigned } from './placement.ts';

export const tasksGoToOpenNodes: Invariant = {
  name: 'a task is assigned only to a node that is ready and active',
  watch(hold, { history }) {
    /** By node, the index of the entry after which it was open no more. */
    const closed = new Map<string, number>();
    /** By the leader's term: what had been applied when its scheduler began the pass it is in, and the nodes of which it had news that it had not read. */
    const passes = new Map<number, { readonly seen: number; readonly unread: ReadonlySet<string> }>();
    return {
      committed({ index, entry, events }) {
        for (const event of events) {
          if (event.kind !== 'node') continue;
          if (event.action === 'remove') closed.set(event.id, index);
          else if (isOpen(event.after)) closed.delete(event.id);
          else if (event.action === 'create' || isOpen(event.before)) closed.set(event.id, index);
        }
        if (entry?.kind !== 'normal' || entry.data === null) return;
        // What a leader of before had proposed may be committed by another: the entry keeps its term.
        const pass = passes.get(entry.term);
        if (pass === undefined) return;
        for (const { id, nodeId } of newlyAssigned(events)) {
          if (pass.unread.has(nodeId)) continue;
          const node = history.state.get('node', nodeId);
          const closedAt = node === undefined ? (closed.get(nodeId) ?? 0) : closed.get(nodeId);
          hold(
            closedAt === undefined || closedAt > pass.seen,
            () =>
              `entry ${index} assigns task ${id} to node ${nodeId}, ${node?.status.state} and ${node?.spec.availability} since entry ${closedAt}`,
          );
        }
      },
      leads({ raft, store, leadership }) {
        const scheduler = leadership?.reactors?.scheduler;
        const { term } = raft;
        if (scheduler?.pass === undefined) passes.delete(term);
        else if (!passes.has(term)) {
          const unread = scheduler.inbox.flatMap((news) =>
            news.kind === 'event' && news.event.kind === 'node' ? [news.event.id] : [],
          );
          passes.set(term, { seen: store.version, unread: new Set(unread) });
        }
      },
    };
  },
};

function isOpen({ status, spec }: Node): boolean {
  return status.state === 'ready' && spec.availability === 'active';
}
