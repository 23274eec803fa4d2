// A node has one session with a dispatcher, and an ID that was replaced never counts again (I-45; R-R161, R-R164).

import type { NodeSession } from '../manager/dispatcher/nodes.ts';
import type { Invariant } from './invariant.ts';

export const sessionsAreSingle: Invariant = {
  name: 'a session is of one node and one dispatcher, and does not come back once another took its place',
  watch(hold) {
    /** Those that were looked at; one that is opened again is another object. */
    const seen = new WeakSet<NodeSession>();
    /** By session ID, the node and who gave it. */
    const given = new Map<string, string>();
    /** By node and dispatcher, the newest session. */
    const newest = new Map<string, string>();
    return {
      leads({ leadership, raft }, host) {
        const nodes = leadership?.reactors?.dispatcher.nodes;
        // Called after most events of a leader: without a list of pairs it costs half.
        nodes?.forEach(({ session }, nodeId) => {
          if (session === undefined || seen.has(session)) return;
          seen.add(session);
          const owner = `node ${nodeId} by member ${raft.id} in term ${leadership?.term}`;
          if (newest.get(owner) === session.id) return;
          const other = given.get(session.id);
          hold(
            other === undefined,
            () => `${host} has session ${session.id} of node ${nodeId}, given to ${other} before`,
          );
          given.set(session.id, owner);
          newest.set(owner, session.id);
        });
      },
    };
  },
};
