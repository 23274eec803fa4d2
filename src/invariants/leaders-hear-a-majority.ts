// Check-quorum (thesis 6.2; I-19, R-R88): who hears of no majority for two election timeouts does not lead. A change of the members and the start of a
// transfer begin the wait anew.

import type { Configuration } from '../raft/index.ts';
import { NONE } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

interface Office {
  readonly term: number;
  configuration: Configuration;
  /** Own ticks since it was seen to lead, and how many of them had passed when the wait began anew. */
  ticks: number;
  since: number;
  /** By member, the tick of its last answer. */
  readonly answers: Map<number, number>;
}

export const leadersHearAMajority: Invariant = {
  name: 'a leader hears of a majority at least every two election timeouts',
  watch(hold, { running }) {
    /** By Raft ID. */
    const offices = new Map<number, Office>();
    return {
      message({ kind, from, to, term }) {
        if (kind !== 'append-response' && kind !== 'heartbeat-response') return;
        const office = offices.get(to);
        if (office === undefined || office.term !== term || running(to)?.raft.role !== 'leader') return;
        office.answers.set(from, office.ticks);
      },
      tick({ raft }, host) {
        const { id, term, role, configuration, transferTarget, config } = raft;
        if (role !== 'leader') {
          offices.delete(id);
          return;
        }
        let office = offices.get(id);
        if (office?.term !== term) {
          office = { term, configuration, ticks: 0, since: 0, answers: new Map() };
          offices.set(id, office);
        }
        office.ticks += 1;
        if (office.configuration !== configuration || transferTarget !== NONE) {
          office.configuration = configuration;
          office.since = office.ticks;
        }
        const begin = office.ticks - 2 * config.electionTimeout;
        if (office.since >= begin) return;
        const { answers } = office;
        const { voters } = configuration;
        const heard = voters.filter((voter) => voter === id || (answers.get(voter) ?? begin) > begin);
        hold(
          2 * heard.length > voters.length,
          () => `${host} leads term ${term} and has heard of ${heard.length} of ${voters.length} for so long`,
        );
      },
    };
  },
};
