// What must always hold (paper figure 3), checked from outside after every action of a run.

import type { Configuration, Entry } from '../../src/raft/index.ts';
import type { Cluster, Host, Packet, Raft } from './cluster.ts';

interface Committed {
  readonly entry: string;
  readonly term: number;
  /** The term of the node that was first seen to have committed it. */
  readonly seenInTerm: number;
}

interface Course {
  readonly raft: Raft;
  readonly durableTerm: number;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
}

/** Remembers a run and throws at the first broken promise. */
export class Checker {
  readonly #cluster: Cluster;
  #sentChecked = 0;
  /** Term -> the one node that led it. */
  readonly #leaders = new Map<number, number>();
  /** `node/term` -> the candidate it voted for. */
  readonly #votes = new Map<string, number>();
  /** Index -> what was committed there, for ever. */
  readonly #history = new Map<number, Committed>();
  /** Index -> the state machine and configuration after it, for ever. */
  readonly #states = new Map<number, string>();
  readonly #last = new Map<number, Course>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** How many indexes have been committed in the run so far. */
  get committed(): number {
    return this.#history.size;
  }

  check(): void {
    const { hosts, sent } = this.#cluster;
    for (; this.#sentChecked < sent.length; this.#sentChecked += 1) {
      const message = sent[this.#sentChecked];
      if (message !== undefined) this.#checkMessage(message);
    }
    for (const host of hosts) this.#checkCourse(host);
    for (const { raft } of hosts) this.#checkCommitted(raft);
    for (const { raft } of hosts) if (raft.role === 'leader') this.#checkLeader(raft);
    for (const host of hosts) this.#checkState(host);
    for (const a of hosts) for (const b of hosts) if (a.raft.id < b.raft.id) checkLogMatching(a.raft, b.raft);
  }

  /** Election safety, one vote per term, and durability before every promise. */
  #checkMessage(message: Packet): void {
    const { from, to, term } = message;
    if (message.kind === 'append' || message.kind === 'heartbeat' || message.kind === 'snapshot') {
      this.#onlyLeader(term, from);
    }
    if (message.kind === 'vote' && !message.preVote) this.#onlyVote(from, term, from);
    if (message.kind === 'vote-response' && !message.preVote && message.granted)
      this.#onlyVote(from, term, to);
    const durable = this.#cluster.host(from).durable.hardState?.term ?? 0;
    const ownTerm = speaksInOwnTerm(message);
    hold(!ownTerm || durable >= term, `node ${from} spoke in term ${term}, durable is ${durable}`);
  }

  #onlyLeader(term: number, id: number): void {
    const other = this.#leaders.get(term) ?? id;
    hold(other === id, `election safety: ${other} and ${id} both led term ${term}`);
    this.#leaders.set(term, id);
  }

  #onlyVote(voter: number, term: number, candidate: number): void {
    const key = `${voter}/${term}`;
    const other = this.#votes.get(key) ?? candidate;
    hold(other === candidate, `node ${voter} voted for ${other} and ${candidate} in term ${term}`);
    this.#votes.set(key, candidate);
  }

  /** Nothing goes back but what a crash takes. */
  #checkCourse({ raft, durable }: Host): void {
    const { baseIndex, applied, applying, committed, entries } = raft.log;
    const durableTerm = durable.hardState?.term ?? 0;
    const last = this.#last.get(raft.id);
    hold(durableTerm >= (last?.durableTerm ?? 0), `the durable term of node ${raft.id} went back`);
    if (last !== undefined && last.raft === raft) {
      hold(raft.term >= last.term, `the term of node ${raft.id} went back to ${raft.term}`);
      hold(committed >= last.commit, `the commit index of node ${raft.id} went back to ${committed}`);
      hold(applied >= last.applied, `the applied index of node ${raft.id} went back to ${applied}`);
    }
    const ordered = baseIndex <= applied || raft.log.receivedSnapshot !== null;
    hold(ordered && applied <= applying && applying <= committed, `node ${raft.id}: indexes out of order`);
    hold(committed <= baseIndex + entries.length, `node ${raft.id} committed beyond its log`);
    this.#last.set(raft.id, { raft, durableTerm, term: raft.term, commit: committed, applied });
  }

  /** State machine safety: no index is ever committed with two entries. */
  #checkCommitted(raft: Raft): void {
    for (const entry of raft.log.entries) {
      if (entry.index > raft.log.committed) return;
      const known = this.#history.get(entry.index);
      const text = JSON.stringify(entry);
      if (known === undefined) {
        this.#history.set(entry.index, { entry: text, term: entry.term, seenInTerm: raft.term });
      } else {
        hold(known.entry === text, `index ${entry.index} is committed as ${known.entry} and as ${text}`);
      }
    }
  }

  /** Leader completeness: it holds everything committed in earlier terms. */
  #checkLeader(raft: Raft): void {
    this.#onlyLeader(raft.term, raft.id);
    const { baseIndex, entries } = raft.log;
    for (const [index, { term, seenInTerm }] of this.#history) {
      if (seenInTerm >= raft.term || index <= baseIndex) continue;
      const held = entries[index - baseIndex - 1]?.term === term;
      hold(held, `leader ${raft.id} of term ${raft.term} lacks committed entry ${index}`);
    }
  }

  /** The same applied index means the same state and the same configuration. */
  #checkState({ raft, content }: Host): void {
    const { applied } = raft.log;
    if (applied === 0 || raft.log.receivedSnapshot !== null) return;
    const state = JSON.stringify([content, memberLists(raft.configuration)]);
    const known = this.#states.get(applied) ?? state;
    hold(known === state, `at ${applied} node ${raft.id} has ${state}, others had ${known}`);
    this.#states.set(applied, state);
  }
}

/** Forwarded requests come from somebody else; a pre-vote speaks of a term that may never be (R-R224). */
function speaksInOwnTerm(message: Packet): boolean {
  const forwarded = ['propose', 'read-index', 'transfer-leader'].includes(message.kind);
  return !forwarded && !('preVote' in message && message.preVote);
}

function memberLists({ voters, outgoing, learners, learnersNext, autoLeave }: Configuration): unknown[] {
  return [voters, outgoing, learners, learnersNext, autoLeave];
}

/** If two logs agree on the term at an index, they agree on everything up to it. */
function checkLogMatching(a: Raft, b: Raft): void {
  const start = Math.max(a.log.baseIndex, b.log.baseIndex);
  const from = (raft: Raft): Entry<string>[] => raft.log.entries.slice(start - raft.log.baseIndex);
  const [left, right] = [from(a), from(b)];
  let agree = false;
  for (let at = Math.min(left.length, right.length) - 1; at >= 0; at -= 1) {
    const [one, other] = [left[at], right[at]];
    if (one?.term === other?.term) agree = true;
    const same = one === other || JSON.stringify(one) === JSON.stringify(other);
    hold(!agree || same, `log matching: nodes ${a.id} and ${b.id} differ at ${one?.index}`);
  }
}

function hold(condition: boolean, broken: string): void {
  if (!condition) throw new Error(broken);
}
