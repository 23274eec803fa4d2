// A node has one session with a dispatcher, and an ID that was replaced never counts again (I-45; R-R161, R-R164).

import type { Invariant } from './invariant.ts';

export const sessionsAreSingle: Invariant = {
  name: 'a session is of one node and one dispatcher, and does not come back once another took its place',
  watch(hold) {
    /** By session ID, the node. */
    const given = new Map<string, string>();
    /** By dispatcher and node, the newest session. */
    const newest = new Map<string, string>();
    return {
      leads({ leadership, raft }, host) {
        const by = `${raft.id} ${leadership?.term}`;
        for (const [nodeId, { session }] of leadership?.reactors?.dispatcher.nodes ?? []) {
          if (session === undefined || newest.get(`${by} ${nodeId}`) === session.id) continue;
          const other = given.get(session.id);
          hold(
            other === undefined,
            () => `${host} has session ${session.id} of node ${nodeId}, given to node ${other} before`,
          );
          given.set(session.id, nodeId);
          newest.set(`${by} ${nodeId}`, session.id);
        }
      },
    };
  },
};
