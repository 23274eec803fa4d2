// The election timeout (paper §5.2; I-24, R-R51): who hears of no leader and gives no vote stands for election after ET to 2 ET - 1 of its own ticks. Not counted
// are those in which it may not: outside of the configuration, with a snapshot to install or a change of members to apply.

import type { RaftMessage } from '../manager/peer.ts';
import type { RaftState } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

interface Patience {
  /** Ticks since it surely heard of a leader or changed its role. */
  least: number;
  /** Ticks since it may last have done so, or given a vote, in which it might stand. */
  most: number;
}

export const campaignsInTime: Invariant = {
  name: 'a manager without a leader campaigns after one to two election timeouts',
  watch(hold, { running }) {
    /** By Raft ID. */
    const patience = new Map<number, Patience>();
    return {
      message(message) {
        const manager = running(message.to);
        const waits = patience.get(message.to);
        if (manager === undefined || waits === undefined || !isOfLeader(message)) return;
        if (message.term !== manager.raft.term) return;
        waits.most = 0;
        if (!manager.removed.has(message.from)) waits.least = 0;
      },
      asked({ request }, { raft }) {
        const waits = patience.get(raft.id);
        if (waits !== undefined && raft.vote === request.from) waits.most = 0;
      },
      manager({ host, manager, now, before, message }) {
        const { id, config } = manager.raft;
        const waits = patience.get(id);
        if (before === undefined || waits === undefined) {
          patience.set(id, { least: manager.raft.electionElapsed, most: 0 });
          return;
        }
        if (now.term === before.term && now.role === before.role && now.vote === before.vote) return;
        const stands = now.role === 'candidate' || now.role === 'pre-candidate';
        // A pre-vote that was won begins a campaign of its own, and a leader that hands over asks for one at once.
        const byTime = message === undefined && before.role !== 'pre-candidate';
        if (stands && byTime) {
          hold(
            waits.least + 1 >= config.electionTimeout,
            () => `${host} stands for term ${now.term} after ${waits.least} ticks of silence`,
          );
        }
        if (now.term !== before.term || now.role !== before.role) waits.least = 0;
        waits.most = 0;
      },
      tick({ raft }, host) {
        const waits = patience.get(raft.id);
        if (waits === undefined) return;
        waits.least += 1;
        waits.most = mayStand(raft) ? waits.most + 1 : 0;
        hold(
          waits.most < 2 * raft.config.electionTimeout,
          () => `${host} has waited for ${waits.most} ticks for a leader, and does not stand`,
        );
      },
    };
  },
};

function isOfLeader({ kind }: RaftMessage): boolean {
  return kind === 'append' || kind === 'heartbeat' || kind === 'snapshot';
}

function mayStand({ role, id, configuration, log }: RaftState<unknown, unknown>): boolean {
  // One that asks for pre-votes again is what it was.
  if (role === 'leader' || role === 'pre-candidate') return false;
  if (!configuration.voters.includes(id) || log.receivedSnapshot !== null) return false;
  for (let index = log.applied + 1; index <= log.committed; index++) {
    if (log.entries[index - log.baseIndex - 1]?.kind === 'configuration') return false;
  }
  return true;
}
