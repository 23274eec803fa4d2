// What a leader may believe, when it may commit and whom a node may follow: promises of Raft that can only be checked while a run is under
// way, after every message that was handled and every round that was finished. They complete test/raft/checker.ts, which looks between the actions of a run.

import {
  type Configuration,
  lastIndex,
  NONE,
  type Role,
  termAt,
  UNKNOWN_TERM,
} from '../../../src/raft/index.ts';
import type { Cluster, Disk, Packet, Raft } from '../../raft/cluster.ts';
import { hold } from '../judge.ts';

/** More messages than this in one run are traffic without end. */
const messageLimit = 100_000;

interface Before {
  readonly raft: Raft;
  readonly term: number;
  readonly role: Role;
  readonly committed: number;
  readonly configuration: Configuration;
  /** A live leader protects the node from candidates that it did not order (R-R58). */
  readonly leased: boolean;
  /** A committed change of the members is not applied. */
  readonly changing: boolean;
}

/** From now on the cluster throws at the first broken promise. */
export function watchPromises(cluster: Cluster): void {
  /** By term, as far as a leader was seen. */
  const leaders = new Map<number, number>();
  let messages = 0;
  const watched = (id: number, act: () => void, message?: Packet): void => {
    const before = lookAt(cluster.raft(id));
    act();
    if (message !== undefined) checkHandling(before, message);
    checkNode(cluster, before);
    checkLeader(leaders, before.raft);
  };
  const { receive, finish } = cluster;
  cluster.receive = (message) => {
    messages += 1;
    hold(messages <= messageLimit, `${messageLimit} messages and no end`);
    watched(message.to, () => receive.call(cluster, message), message);
  };
  cluster.finish = (id) => watched(id, () => finish.call(cluster, id));
}

function lookAt(raft: Raft): Before {
  const { term, role, log, config, configuration } = raft;
  const { committed, applied } = log;
  const leased = config.checkQuorum && raft.leader !== NONE && raft.electionElapsed < config.electionTimeout;
  const changing = log.entries.some(
    ({ kind, index }) => kind === 'configuration' && index > applied && index <= committed,
  );
  return { raft, term, role, committed, configuration, leased, changing };
}

/** What a message may not bring about. */
function checkHandling({ raft, term, role, leased, changing }: Before, message: Packet): void {
  // I-20.
  const ordered = message.kind === 'vote' && message.transfer;
  const deposed = message.kind === 'vote' && !ordered && leased && raft.term > term;
  hold(!deposed, `node ${raft.id} followed candidate ${message.from} though its leader lives`);
  // I-25.
  const stands = role === 'follower' && (raft.role === 'candidate' || raft.role === 'pre-candidate');
  hold(!stands || !changing, `node ${raft.id} stands for election before a change of the members is applied`);
}

/** I-23: whom a node follows has been seen to lead its term. */
function checkLeader(leaders: Map<number, number>, { id, role, term, leader }: Raft): void {
  if (role === 'leader') leaders.set(term, id);
  const known = leader === NONE || leaders.get(term) === leader;
  hold(known, `${role} ${id} takes ${leader} for the leader of term ${term}`);
}

function checkNode(cluster: Cluster, before: Before): void {
  const { raft } = before;
  checkPendingChanges(cluster, raft);
  if (raft.role !== 'leader') return;
  checkProgress(raft);
  checkMatches(cluster, raft);
  if (before.role === 'leader' && before.term === raft.term && raft.log.committed > before.committed) {
    checkCommit(cluster, raft, [before.configuration, raft.configuration]);
  }
}

/** I-13. */
function checkProgress({ id, progress, log }: Raft): void {
  for (const member of progress) {
    const { match, next, state } = member;
    const inOrder = match < next && (next <= lastIndex(log) + 1 || state === 'snapshot');
    hold(
      member.id === id || inOrder,
      `leader ${id} knows ${match} of member ${member.id} and goes on at ${next}`,
    );
  }
}

/** I-12: what a leader believes a member has, the member has, and on its disk. */
function checkMatches(cluster: Cluster, leader: Raft): void {
  for (const { id, match } of leader.progress) {
    const term = termAt(leader.log, match);
    if (match === 0 || term === UNKNOWN_TERM) continue;
    const { raft, durable } = cluster.host(id);
    // One that has moved on to a later term may have lost what was never committed.
    if (raft.term > leader.term) continue;
    const held = raft.log.baseIndex >= match || termAt(raft.log, match) === term;
    hold(held, `member ${id} has not the entry ${match} that leader ${leader.id} believes it has`);
    hold(
      savedTerm(durable, match) === term,
      `member ${id} has acknowledged entry ${match} without saving it`,
    );
  }
}

/** The term at an index that is on a disk, as far as one can tell of what a snapshot covers; undefined for one that is not there. */
function savedTerm({ snapshot, entries }: Disk, index: number): number | undefined {
  const found = entries.find((entry) => entry.index === index);
  if (found !== undefined) return found.term;
  return snapshot !== null && snapshot.index >= index ? snapshot.term : undefined;
}

/** I-11: only entries of the own term are counted, and a majority has them on disk. */
function checkCommit(cluster: Cluster, leader: Raft, configurations: readonly Configuration[]): void {
  const { committed } = leader.log;
  const term = termAt(leader.log, committed);
  hold(
    term === leader.term,
    `leader ${leader.id} of term ${leader.term} counted the copies of entry ${committed} of term ${term}`,
  );
  const saved = (ids: readonly number[]): boolean =>
    2 * ids.filter((id) => savedTerm(cluster.host(id).durable, committed) !== undefined).length > ids.length;
  // The change of the members may have been applied just before or just after.
  const agreed = configurations.some(
    ({ voters, outgoing }) => saved(voters) && (outgoing.length === 0 || saved(outgoing)),
  );
  hold(agreed, `leader ${leader.id} committed entry ${committed}, which no majority has saved`);
}

/** I-16: one change of the members at a time. */
function checkPendingChanges({ hosts }: Cluster, { id, log }: Raft): void {
  const committed = Math.max(...hosts.map(({ raft }) => raft.log.committed));
  const pending = log.entries.filter(({ index, kind }) => kind === 'configuration' && index > committed);
  hold(
    pending.length <= 1,
    `the log of ${id} holds ${pending.length} changes of the members that are not committed`,
  );
}
