// What a record says of Raft: campaigns, votes, timers and who was heard.

import type { ManagerNote } from '../../manager/context.ts';
import { second } from '../../model/duration.ts';
import { SWARM_CONFIG } from '../../raft/index.ts';
import { rootOf } from './causes.ts';
import type { Draw, Event, RunRecord } from './record.ts';
import { lastSilence } from './silence.ts';

type RaftNoteKind = Extract<ManagerNote, { readonly term: number }>['kind'];

export interface RaftNote {
  readonly at: number;
  readonly seq: number;
  readonly host: string;
  readonly term: number;
}

export function raftNotes(record: RunRecord, kind: RaftNoteKind): readonly RaftNote[] {
  return record.notes.flatMap(({ note, at, seq, host }) =>
    note.kind === kind && 'term' in note ? [{ at, seq, host, term: note.term }] : [],
  );
}

/** Where a chain of events begins: a command, a fault or a timer. */
export function rootBefore(record: RunRecord, seq: number): Event {
  let event = record.eventOf(seq);
  while (rootOf(event) === undefined && event.cause > 0) event = record.eventOf(event.cause);
  return event;
}

/** The managers that voted for the winner, itself first. */
export function votersFor(record: RunRecord, { host, term, seq }: RaftNote): readonly string[] {
  const voters = new Set([host]);
  for (const event of record.events) {
    if (event.kind !== 'message' || event.to !== host || event.body.kind !== 'raft') continue;
    const { message } = event.body;
    if (message.kind !== 'vote-response' || message.term !== term || !message.granted) continue;
    if (!record.isBefore(seq, event.seq)) voters.add(event.from);
  }
  return [...voters];
}

/** The manager whose message was the first of a term. */
export function firstOfTerm(record: RunRecord, term: number): string | undefined {
  return record.events.find(
    ({ kind, body }) => kind === 'message' && body.kind === 'raft' && body.message.term === term,
  )?.from;
}

/** A campaign: its event, and the ticks that the timer took which ended then. */
interface Campaign {
  readonly seq: number;
  readonly at: number;
  readonly timeout: number;
}

/** The campaigns of a manager that does not lead, between two events. Each draws a new timer when the old one ends, at a tick. */
export function campaignsOf(
  record: RunRecord,
  host: string,
  after: number,
  before: number,
): readonly Campaign[] {
  const draws = record.draws.filter(({ stream }) => stream === `election/${host}`);
  return draws.flatMap(({ seq, at }, i) => {
    const ended = draws[i - 1];
    const isCampaign =
      record.eventOf(seq).body.kind === 'manager.tick' &&
      record.isBefore(after, seq) &&
      record.isBefore(seq, before);
    return ended !== undefined && isCampaign ? [{ seq, at, timeout: ticks(ended) }] : [];
  });
}

/** The draw that set the election timer which ended in event `seq`. */
export function drawBefore(record: RunRecord, host: string, seq: number): Draw | undefined {
  return record.draws.findLast(
    (draw) => draw.stream === `election/${host}` && record.isBefore(draw.seq, seq),
  );
}

/** The timers that the other running managers had drawn. */
export function rivalDraws(
  record: RunRecord,
  host: string,
  seq: number,
): readonly (readonly [string, number])[] {
  const hosts = new Set(
    record.draws.flatMap(({ stream }) =>
      stream.startsWith('election/') ? [stream.slice('election/'.length)] : [],
    ),
  );
  hosts.delete(host);
  return [...hosts].flatMap((other) => {
    const draw = drawBefore(record, other, seq);
    const silent = lastSilence(record, other, seq);
    return draw === undefined || silent !== undefined ? [] : [[other, ticks(draw)] as const];
  });
}

/** Ticks of 1 s that an election timer takes. */
export function ticks({ drawn }: Draw): number {
  return SWARM_CONFIG.electionTimeout + drawn;
}

/** The last message of a leader that `host` got before `start`. */
export function lastHeard(record: RunRecord, host: string, start: Event): Event | undefined {
  return record.lastEvent(start.seq, (event) => {
    if (event.kind !== 'message' || event.to !== host || event.body.kind !== 'raft') return false;
    const { kind } = event.body.message;
    return (
      (kind === 'append' || kind === 'heartbeat' || kind === 'snapshot') && start.at - event.at < 60 * second
    );
  });
}
