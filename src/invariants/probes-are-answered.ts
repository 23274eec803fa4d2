// A leader feels its way towards a member it knows little of (I-13; R-R75 to R-R78): one append with entries, then none until the member has answered
// something; and none at all while it is being sent a snapshot. A message leaves once its round is saved, when the member may already be in another
// state than when it was made: only what leaves in the third round of a state is surely made in it, and what answers it may have come since the round before.

import type { Progress } from '../raft/index.ts';
import type { Invariant } from './invariant.ts';

interface Member {
  state: Progress['state'] | undefined;
  /** The round in which the member was first seen in this state. */
  since: number;
  /** It was sent entries in probe that no answer has excused yet. */
  due: boolean;
  /** The rounds in which its last answers came, as far as they can excuse an append. */
  answers: number[];
}

interface Leader {
  readonly term: number;
  readonly members: Map<number, Member>;
  /** How many events there were in which it sent appends, and the last of them. */
  rounds: number;
  event: number;
}

export const probesAreAnswered: Invariant = {
  name: 'a member in probe is sent one append with entries per answer, and none while it gets a snapshot',
  watch(hold, { world }) {
    const leaders = new Map<number, Leader>();
    return {
      arriving({ kind, from, to, term }) {
        if (kind !== 'heartbeat-response' && kind !== 'append-response') return;
        const leader = leaders.get(to);
        const member = leader?.term === term ? leader.members.get(from) : undefined;
        if (member === undefined) return;
        if (leader !== undefined) member.answers.push(leader.rounds);
        if (kind === 'append-response') member.state = undefined;
      },
      sent(message, { raft }, host) {
        if (message.kind !== 'append' || message.entries.length === 0 || message.term !== raft.term) return;
        const { to, term } = message;
        let leader = leaders.get(raft.id);
        if (leader?.term !== term) {
          leader = { term, members: new Map(), rounds: 0, event: -1 };
          leaders.set(raft.id, leader);
        }
        if (leader.event !== world.handled) {
          leader.event = world.handled;
          leader.rounds += 1;
        }
        let member = leader.members.get(to);
        if (member === undefined) {
          member = { state: undefined, since: 0, due: false, answers: [] };
          leader.members.set(to, member);
        }
        const state = raft.progress.find(({ id }) => id === to)?.state;
        if (member.state !== state) {
          member.state = state;
          member.since = leader.rounds;
        }
        const { rounds } = leader;
        const settled = rounds - member.since >= 2;
        const answers = member.answers.filter((round) => rounds - round <= 2);
        const excused = !member.due || answers.length > 0;
        if (member.due) answers.shift();
        member.answers = answers;
        hold(
          !settled || state !== 'snapshot',
          () => `${host} sends entries to member ${to}, which gets a snapshot`,
        );
        hold(
          !settled || state !== 'probe' || excused,
          () => `${host} probes member ${to} again before it has answered anything`,
        );
        member.due = state === 'probe';
      },
    };
  },
};
