// Mutants of changes of the members inside Raft.

import type { Mutant } from '../mutant.ts';

export const members: readonly Mutant[] = [
  {
    id: 'M-36',
    title: 'a follower adopts a configuration when its entry is appended',
    file: 'src/raft/follower.ts',
    anchor: 'merge(log, entries);',
    replacement: `merge(log, entries);
    for (const entry of entries) {
      for (const { type, id } of (entry.kind === 'configuration' && entry.change?.operations) || []) {
        const others = raft.configuration.voters.filter((voter) => voter !== id);
        const voters = type === 'add-voter' ? [...others, id].sort((a, b) => a - b) : others;
        restoreConfiguration(raft, { ...raft.configuration, voters });
      }
    }`,
    judge: 'raft-members',
    within: 10,
  },
  {
    id: 'M-37',
    title: 'a second change of the members may be pending',
    file: 'src/raft/proposal.ts',
    anchor: 'if (raft.pendingChangeIndex > raft.log.applied) return false;',
    replacement: '',
    judge: 'raft-members',
    within: 30,
  },
  {
    id: 'M-38',
    title: 'a new leader forgets the change that may be pending in its log',
    file: 'src/raft/role.ts',
    anchor: 'raft.pendingChangeIndex = lastIndex(raft.log);',
    replacement: '',
    judge: 'raft-members',
    within: 400,
  },
  {
    id: 'M-39',
    title: 'stands for election before a committed change is applied',
    file: 'src/raft/election.ts',
    anchor: '&& !hasUnappliedChange(raft.log)',
    replacement: '',
    judge: 'raft-members',
    within: 10,
  },
  {
    id: 'M-40',
    title: 'a removed leader still counts itself',
    file: 'src/raft/membership.ts',
    anchor: `const progress = allMembers(configuration).map((id) => findProgress(known, id) ?? newProgress(id, last));
  for (const member of progress) {
    member.voter = configuration.voters.includes(member.id);`,
    replacement: `const ids = new Set([...allMembers(configuration), ...(raft.role === 'leader' ? [raft.id] : [])]);
  const before = raft.progress;
  const progress = [...ids]
    .sort((a, b) => a - b)
    .map((id) => findProgress(id === raft.id ? before : known, id) ?? newProgress(id, last));
  for (const member of progress) {
    member.voter = configuration.voters.includes(member.id) || (raft.role === 'leader' && member.id === raft.id);`,
    judge: 'raft-members',
    within: 30,
  },
  {
    id: 'M-41',
    title: 'a new member counts as up to date',
    file: 'src/raft/progress.ts',
    anchor: `match: 0,
    next: Math.max(lastIndex, 1),`,
    replacement: `match: lastIndex,
    next: lastIndex + 1,`,
    judge: 'raft-members',
    within: 10,
  },
  {
    id: 'M-42',
    title: 'a new member counts as silent',
    file: 'src/raft/progress.ts',
    anchor: 'recentlyActive: true,',
    replacement: 'recentlyActive: false,',
    judge: 'a-new-member-has-time',
    within: 1,
  },
];
