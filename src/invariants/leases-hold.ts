// A live leader is protected from candidates (thesis 4.2.3; I-20, R-R58): who has heard of one within an election timeout follows no candidate into
// another term, unless the leader itself asked it to stand.

import { NONE } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

export const leasesHold: Invariant = {
  name: 'who hears of a leader follows no candidate into another term',
  watch(hold) {
    return {
      asked({ host, request, term, leader, electionElapsed }, { raft }) {
        if (request.transfer || leader === NONE || electionElapsed >= raft.config.electionTimeout) return;
        hold(
          raft.term === term,
          () =>
            `${host} heard of leader ${leader} of term ${term} ${electionElapsed} ticks ago, and followed ${request.from} into term ${raft.term}`,
        );
      },
    };
  },
};
