// A node gets in by a token that is valid then, and once it was removed never again (I-48; R-R119, R-R140, R-R141). The first manager of a cluster makes its
// own record.

import type { Invariant } from './invariant.ts';

export const nodesComeWithAToken: Invariant = {
  name: 'a node joins with a valid token, and never after it was removed',
  watch(hold, { history }) {
    const tokens = new Set<string>();
    return {
      committed({ index, events, fresh }) {
        const [cluster] = history.state.list('cluster');
        for (const event of events) {
          if (!fresh || event.kind !== 'node' || event.action !== 'create') continue;
          const { id, role } = event.after;
          hold(!cluster?.blacklist.includes(id), () => `entry ${index} brings back node ${id}`);
          const isFirst = [...history.members.values()].some(({ nodeId }) => nodeId === id);
          hold(
            isFirst || tokens.has(cluster?.joinTokens[role] ?? ''),
            () => `entry ${index} makes node ${id} a ${role}, and nobody has shown the token`,
          );
        }
      },
      tick({ leadership, store }, host) {
        for (const [nodeId, { session }] of leadership?.reactors?.dispatcher.nodes ?? []) {
          hold(
            session === undefined || store.tables.node.has(nodeId),
            () => `${host} keeps a session with node ${nodeId}, which was removed`,
          );
        }
      },
      called(call) {
        if (call.method === 'swarm.join') tokens.add(call.token);
      },
    };
  },
};
