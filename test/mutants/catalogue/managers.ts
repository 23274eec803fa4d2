// Mutants of managers: rounds and disks, snapshots, leadership, writes, membership.

import type { Mutant } from '../mutant.ts';

export const managers: readonly Mutant[] = [
  {
    id: 'M-3',
    title: 'an append is acknowledged before its entries are durable',
    file: 'src/manager/round.ts',
    anchor: 'writeRound(context, round);',
    replacement: `writeRound(context, round);
    for (const message of round.messages) {
      if (message.kind === 'append-response') sendToPeer(context, manager, message);
    }`,
    judge: 'swarm-faults',
    within: 10,
  },
  {
    id: 'M-4',
    title: 'a vote is given before it is durable',
    file: 'src/manager/round.ts',
    anchor: 'writeRound(context, round);',
    replacement: `writeRound(context, round);
    for (const message of round.messages) {
      if (message.kind === 'vote-response') sendToPeer(context, manager, message);
    }`,
    judge: 'a-vote-is-saved-before-it-is-given',
    within: 1,
  },
  {
    id: 'M-46',
    title: 'a snapshot keeps no entries for slow followers',
    file: 'src/manager/round.ts',
    anchor: 'if (applied > kept) compact(raft, applied - kept);',
    replacement: 'if (applied > kept || kept > 0) compact(raft, applied);',
    judge: 'a-slow-follower-needs-no-snapshot',
    within: 1,
  },
  {
    id: 'M-47',
    title: 'a snapshot says less than it holds',
    file: 'src/manager/round.ts',
    anchor: 'index: applied,',
    replacement: 'index: applied - 1,',
    judge: 'snapshots-hold-what-they-say',
    within: 1,
  },
  {
    id: 'M-48',
    title: 'a snapshot is said to be of the commit index',
    file: 'src/manager/round.ts',
    anchor: 'const { applied } = raft.log;',
    replacement: 'const applied = raft.log.committed;',
    judge: 'snapshots-hold-what-they-say',
    within: 1,
  },
  {
    id: 'M-50',
    title: 'a leader acts before it has applied what it inherited',
    file: 'src/manager/round.ts',
    anchor: 'if (raft.log.applied >= lastIndex(raft.log)) startLeadership(context, manager);',
    replacement: 'startLeadership(context, manager);',
    judge: 'swarm-faults',
    within: 100,
  },
  {
    id: 'M-51',
    title: 'writes that wait are not ended with the leadership',
    file: 'src/manager/leadership.ts',
    anchor: "finishJob(context, manager, leadership, leadership.inFlight.job, 'lost');",
    replacement: '',
    judge: 'a-lost-write-is-answered',
    within: 1,
  },
  {
    id: 'M-52',
    title: 'a write that was answered with an error is not applied when it commits',
    file: 'src/manager/round.ts',
    anchor: 'const events = apply(manager.store, data.actions, { version: entry.index });',
    replacement: `if (data.by === manager.self.raftId && manager.leadership?.inFlight?.request !== data.request) {
    manager.store.version = entry.index;
    return;
  }
  const events = apply(manager.store, data.actions, { version: entry.index });`,
    judge: 'swarm-faults',
    within: 10,
  },
  {
    id: 'M-53',
    title: 'a leader applies its writes before they commit',
    file: 'src/manager/leadership.ts',
    anchor: "if (propose(manager.raft, raftEnvironment(context), data) === 'ok') {",
    replacement: `manager.store.version = manager.raft.log.applied;
  for (const action of actions) {
    if (action.action !== 'remove') manager.store.tables[action.kind].set(action.id, action.after);
  }
  if (propose(manager.raft, raftEnvironment(context), data) === 'ok') {`,
    judge: 'swarm-faults',
    within: 5,
  },
  {
    id: 'M-56',
    title: 'a large transaction goes into the log in two entries',
    file: 'src/manager/leadership.ts',
    anchor: "if (propose(manager.raft, raftEnvironment(context), data) === 'ok') {",
    replacement: `const half = { ...data, request: 0, actions: actions.slice(0, actions.length - 1) };
  if (actions.length > 200) propose(manager.raft, raftEnvironment(context), half);
  const rest = actions.length > 200 ? { ...data, actions: actions.slice(-1) } : data;
  if (propose(manager.raft, raftEnvironment(context), rest) === 'ok') {`,
    judge: 'a-transaction-is-one-entry',
    within: 1,
  },
  {
    id: 'M-57',
    title: 'a demotion may cost the quorum',
    file: 'src/manager/membership/quorum.ts',
    anchor: 'return reached >= Math.floor(others.length / 2) + 1;',
    replacement: 'return reached >= Math.floor(others.length / 2);',
    judge: 'a-demotion-keeps-the-quorum',
    within: 1,
  },
  {
    id: 'M-58',
    title: 'a demoted node becomes a worker before it leaves the Raft group',
    file: 'src/manager/membership/roles.ts',
    anchor: "if (node.spec.role === 'manager' || member === undefined) {",
    replacement: 'if (isOff(node)) {',
    judge: 'no-worker-votes',
    within: 1,
  },
  {
    id: 'M-59',
    title: 'a demoted leader removes itself',
    file: 'src/manager/membership/roles.ts',
    anchor: 'if (desk.now() - state.transferSince < transferLimit && desk.handOver()) return;',
    replacement: '',
    judge: 'a-demoted-leader-hands-over',
    within: 1,
  },
  {
    id: 'M-60',
    title: 'a manager that joins again gets the Raft ID it had',
    file: 'src/manager/membership/join.ts',
    anchor: 'known?.raftId ??',
    replacement: 'known?.raftId ?? [...manager.removed][0] ??',
    judge: 'a-raft-id-is-used-once',
    within: 1,
  },
  {
    id: 'M-61',
    title: 'force-new-cluster keeps entries that are not committed',
    file: 'src/manager/manager.ts',
    anchor: 'const { committed } = raft.log;',
    replacement: 'const committed = raft.log.baseIndex + raft.log.entries.length;',
    judge: 'a-new-cluster-drops-what-failed',
    within: 1,
  },
  {
    id: 'M-62',
    title: 'a manager that left by force is no longer counted',
    file: 'src/manager/peers.ts',
    anchor: 'reportSnapshot(manager.raft, raftId, false);',
    replacement: `reportSnapshot(manager.raft, raftId, false);
    disconnect(manager, raftId);`,
    judge: 'a-forced-leave-tells-nobody',
    within: 1,
  },
  {
    id: 'M-74',
    title: 'a rotated token stays valid',
    file: 'src/manager/control/cluster.ts',
    anchor: "if (rotate.includes('worker-token')) draft.joinTokens.worker = token();",
    replacement: "if (rotate.includes('worker-token')) token();",
    judge: 'a-rotated-token-is-void',
    within: 1,
  },
  {
    id: 'M-75',
    title: 'the node of a member of the Raft group may be removed',
    file: 'src/manager/control/node.ts',
    anchor:
      "if (node.spec.role === 'manager' && desk.members().some((member) => member.nodeId === nodeId)) {",
    replacement:
      "if (!force && node.spec.role === 'manager' && desk.members().some((member) => member.nodeId === nodeId)) {",
    judge: 'a-member-is-not-removed',
    within: 1,
  },
];
