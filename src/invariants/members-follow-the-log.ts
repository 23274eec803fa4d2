// Who the members are is decided by the log alone (I-18, I-36; R-R97, R-R125): the configuration and the list of members of a manager are what
// the entries it has applied make them. A snapshot comes with the configuration that its sender had when it sent it (R-R21), and a newcomer is
// told the members of then (R-R121): so a manager may be ahead of what it has applied, until it has applied that too.

import { isSameList } from './history.ts';
import type { Invariant } from './invariant.ts';

/** A manager that waits to install a snapshot: how far it will be ahead shows then. */
const unknown = Number.MAX_SAFE_INTEGER;

export const membersFollowTheLog: Invariant = {
  name: 'the members a manager knows are what the entries it has applied make them',
  watch(hold, { history }) {
    /** By Raft ID, the index up to which a manager is ahead. */
    const ahead = new Map<number, number>();
    return {
      manager({ host, manager, now, before }) {
        if (before?.applied === now.applied && before.configuration === now.configuration) return;
        const { raft } = manager;
        if (raft.log.receivedSnapshot !== null) {
          ahead.set(raft.id, unknown);
          return;
        }
        const { voters } = now.configuration;
        const agreed = history.votersAt(now.applied);
        if (agreed === undefined) return;
        const members = [...manager.members.keys()].sort((a, b) => a - b);
        if (before === undefined || ahead.get(raft.id) === unknown) {
          const index = history.whenVoters(voters, now.applied);
          hold(
            index !== undefined,
            () => `${host}, applied ${now.applied}, has the configuration [${voters}] that never was`,
          );
          ahead.set(raft.id, isSameList(members, voters) ? (index ?? 0) : history.last);
        }
        if (now.applied < (ahead.get(raft.id) ?? 0)) return;
        hold(
          isSameList(voters, agreed),
          () => `${host}, applied ${now.applied}, has the configuration [${voters}], it is [${agreed}]`,
        );
        hold(
          !voters.includes(raft.id) || isSameList(members, voters),
          () => `${host}, applied ${now.applied}, lists the members [${members}], they are [${voters}]`,
        );
      },
    };
  },
};
