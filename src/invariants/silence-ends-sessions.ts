// Three heartbeat periods of silence end the session of a node, no fewer and no more (I-40, I-41; R-R168, R-R169); a node that a new leader awaits has six
// (R-R156). While a registration waits to be written nothing is measured.

import type { ManagerState } from '../manager/state.ts';
import { millisecond } from '../model/duration.ts';
import { Clocks } from './clocks.ts';
import type { Invariant } from './invariant.ts';

/** Periods are drawn this far around the one of the cluster's spec (R-R158). */
const jitter = 500 * millisecond;
const slack = 100 * millisecond;
const grace = 3;
const graceOfAwaited = 6;

/** When one leader's dispatcher last heard of a node. */
interface Heard {
  /** Undefined: not yet; it is awaited since `at`. */
  readonly session: string | undefined;
  /** Virtual time. */
  readonly at: number;
  /** It may have been earlier: the session was there before anyone watched. */
  readonly orEarlier: boolean;
  /** In force then. */
  readonly period: number;
}

export const silenceEndsSessions: Invariant = {
  name: 'a node is taken for down after three heartbeat periods of silence, not before and not later',
  watch(hold, { world }) {
    const clocks = new Clocks();
    /** By Raft ID, what a leader has heard in its term; by node. */
    const leaders = new Map<number, { readonly term: number; readonly heard: Map<string, Heard> }>();

    function follow({ raft, leadership }: ManagerState): void {
      const dispatcher = leadership?.reactors?.dispatcher;
      if (leadership === undefined || dispatcher === undefined) return;
      let leader = leaders.get(raft.id);
      const orEarlier = leader?.term !== leadership.term;
      if (leader?.term !== leadership.term) {
        leader = { term: leadership.term, heard: new Map() };
        leaders.set(raft.id, leader);
      }
      const { heard } = leader;
      // Called after most events of a leader: without a list of pairs it costs half.
      dispatcher.nodes.forEach(({ session }, nodeId) => {
        const last = heard.get(nodeId);
        if (last !== undefined && (session === undefined || last.session === session.id)) return;
        const { period } = dispatcher;
        heard.set(nodeId, { session: session?.id, at: world.now, orEarlier, period });
      });
    }

    return {
      fault(fault) {
        clocks.follow(fault, world.now);
      },
      committed({ index, entry, events, at, fresh }) {
        if (!fresh || entry?.kind !== 'normal' || entry.data === null) return;
        const leader = leaders.get(entry.data.by);
        if (leader?.term !== entry.term) return;
        for (const event of events) {
          if (event.kind !== 'node' || event.action !== 'update') continue;
          if (event.before.status.state !== 'ready' || event.after.status.state !== 'down') continue;
          const last = leader.heard.get(event.id);
          if (last?.session === undefined || last.orEarlier) continue;
          hold(
            at - last.at >= clocks.least(grace * (last.period - jitter)),
            () => `entry ${index} says that node ${event.id} is down, heard of ${at - last.at} us ago`,
          );
        }
      },
      leads: follow,
      called(call, manager) {
        if (call.method !== 'dispatcher.heartbeat') return;
        const leader = leaders.get(manager.raft.id);
        const dispatcher = manager.leadership?.reactors?.dispatcher;
        if (dispatcher === undefined || leader?.term !== manager.leadership?.term) return;
        const { nodeId, sessionId: session } = call;
        if (dispatcher.nodes.get(nodeId)?.session?.id !== session) return;
        const { period } = dispatcher;
        leader?.heard.set(nodeId, { session, at: world.now, orEarlier: false, period });
      },
      tick(manager, host) {
        const dispatcher = manager.leadership?.reactors?.dispatcher;
        const leader = leaders.get(manager.raft.id);
        if (dispatcher === undefined || leader?.term !== manager.leadership?.term) return;
        const { queued, writing } = dispatcher.batch;
        const registering = [...queued.registrations, ...(writing?.registrations ?? [])];
        for (const { id, status } of manager.store.tables.node.values()) {
          hold(
            status.state !== 'ready' ||
              dispatcher.nodes.has(id) ||
              dispatcher.down.has(id) ||
              registering.some(({ nodeId }) => nodeId === id),
            () => `${host} takes node ${id} for ready and neither hears nor awaits it`,
          );
        }
        for (const [nodeId, { session, timer }] of dispatcher.nodes) {
          const last = leader?.heard.get(nodeId);
          if (timer === undefined || last === undefined || clocks.stoodStill(host, last.at)) continue;
          const periods = session === undefined ? graceOfAwaited : grace;
          hold(
            world.now - last.at <= clocks.most(periods * (last.period + jitter)) + slack,
            () => `${host} has not heard of node ${nodeId} for ${world.now - last.at} us, and still waits`,
          );
        }
      },
    };
  },
};
