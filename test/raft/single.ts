// One node on the bench: a log and a hard state as given, messages put in by hand, answers taken out.

import {
  advance,
  applyConfigurationChange,
  type Config,
  type Entry,
  type HardState,
  hasReady,
  NO_MEMBERS,
  type Ready,
  restart,
  step,
  takeReady,
} from '../../src/raft/index.ts';
import { LONGEST, type Packet, PLAIN, type Raft } from './cluster.ts';

export interface SingleOptions {
  readonly id?: number;
  readonly voters?: readonly number[];
  readonly learners?: readonly number[];
  readonly config?: Partial<Config>;
  readonly hardState?: Partial<HardState>;
}

/** Entries with these terms, from index `first` on; the payloads say where they belong. */
export function entriesOf(terms: readonly number[], first = 1): Entry<string>[] {
  return terms.map((term, position) => {
    const index = first + position;
    return { kind: 'normal', term, index, data: `${term}/${index}` };
  });
}

/** A node, 1 of 1, 2 and 3 unless said otherwise, whose log has these terms from index 1 on. */
export function nodeWith(terms: readonly number[], options: SingleOptions = {}): Raft {
  const { id = 1, voters = [1, 2, 3], learners = [], config = {}, hardState = {} } = options;
  const snapshot = { index: 0, term: 0, configuration: { ...NO_MEMBERS, voters, learners }, data: '' };
  const entries = entriesOf(terms);
  const term = terms[terms.length - 1] ?? 0;
  const durable = {
    id,
    config: { ...PLAIN, ...config },
    hardState: { term, vote: 0, commit: 0, ...hardState },
    snapshot,
    entries,
  };
  return restart<string, string>(durable, LONGEST);
}

/** Processes one round; committed configuration changes are applied. */
export function round(raft: Raft): Ready<string, string> {
  const ready = takeReady(raft, LONGEST);
  for (const entry of ready.committedEntries) {
    if (entry.kind === 'configuration') applyConfigurationChange(raft, LONGEST, entry.change);
  }
  advance(raft, LONGEST);
  return ready;
}

/** Processes rounds until there are none, and returns all their messages. */
export function drain(raft: Raft): Packet[] {
  const messages: Packet[] = [];
  while (hasReady(raft)) messages.push(...round(raft).messages);
  return messages;
}

/** Gives the node a message and returns what it sends for it. */
export function ask(raft: Raft, message: Packet): Packet[] {
  step(raft, LONGEST, message);
  return drain(raft);
}

type Fields<K extends Packet['kind']> = Partial<Extract<Packet, { kind: K }>>;

export function append(fields: Fields<'append'>): Packet {
  const base = { from: 2, to: 1, term: 1, previousIndex: 0, previousTerm: 0, entries: [], commit: 0 };
  return { kind: 'append', ...base, ...fields };
}

export function accepted(from: number, term: number, index: number): Packet {
  const base = { to: 1, rejected: false, hintIndex: 0, hintTerm: 0 };
  return { kind: 'append-response', ...base, from, term, index };
}

export function rejected(
  from: number,
  term: number,
  index: number,
  hintIndex: number,
  hintTerm: number,
): Packet {
  return { kind: 'append-response', from, to: 1, term, index, rejected: true, hintIndex, hintTerm };
}

export function heartbeat(fields: Fields<'heartbeat'>): Packet {
  return { kind: 'heartbeat', from: 2, to: 1, term: 1, commit: 0, context: '', ...fields };
}

export function heartbeatResponse(from: number, term: number, context = ''): Packet {
  return { kind: 'heartbeat-response', from, to: 1, term, context };
}

export function voteRequest(fields: Fields<'vote'>): Packet {
  const base = { from: 2, to: 1, term: 1, preVote: false, lastIndex: 0, lastTerm: 0, transfer: false };
  return { kind: 'vote', ...base, ...fields };
}

export function vote(from: number, term: number, granted: boolean, preVote = false): Packet {
  return { kind: 'vote-response', from, to: 1, term, preVote, granted };
}
