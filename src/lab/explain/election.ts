// Why a manager leads: who fell silent or came back with a higher term, whose timer ended first, and who voted.

import { SWARM_CONFIG } from '../../raft/index.ts';
import { rootOf } from './causes.ts';
import { chainOf, type Explanation, type ExplanationLink, listOf, seconds, times } from './explanation.ts';
import { explainNoLeader } from './quorum.ts';
import {
  campaignsOf,
  drawBefore,
  firstOfTerm,
  lastHeard,
  type RaftNote,
  raftNotes,
  rivalDraws,
  rootBefore,
  ticks,
  votersFor,
} from './raft-facts.ts';
import { type Event, managerOn, type RunRecord } from './record.ts';
import { lastReturn, lastSilence } from './silence.ts';
import { rootLink } from './words.ts';

/** How many elections have been won. */
export function electionCount(record: RunRecord): number {
  return raftNotes(record, 'raft.elected').length;
}

/** Why the manager that leads does, or why none does. */
export function explainLeader(record: RunRecord): Explanation {
  const leader = record.leader();
  if (leader === undefined) return explainNoLeader(record);
  const [host, manager] = leader;
  const won = raftNotes(record, 'raft.elected').findLastIndex(
    (note) => note.host === host && note.term === manager.leadership?.term,
  );
  const explanation = explainElection(record, won + 1);
  return explanation === undefined ? explainNoLeader(record) : { ...explanation, subject: 'leader' };
}

/** An election that was won, with what the record says of it. */
interface Election {
  readonly subject: string;
  readonly won: RaftNote;
  /** The election that was won before it. */
  readonly previous: RaftNote | undefined;
  readonly members: number;
  readonly voters: readonly string[];
  /** Where it began: a tick that ended the winner's timer, or what made it campaign at once. */
  readonly start: Event;
}

/** The `number`-th election that was won, from 1; undefined when there were not so many. */
export function explainElection(record: RunRecord, number: number): Explanation | undefined {
  const elections = raftNotes(record, 'raft.elected');
  const won = elections[number - 1];
  if (won === undefined) return undefined;
  const previous = elections[number - 2];
  const election: Election = {
    subject: `election ${number}`,
    won,
    previous,
    members: Math.max(1, managerOn(record.worldAfter(won.seq), won.host)?.members.size ?? 1),
    voters: votersFor(record, won),
    start: rootBefore(record, won.seq),
  };
  if (election.members === 1) return explainAlone(record, election);
  const handover = handoverTo(record, election);
  if (handover !== undefined) return explainHandover(record, election, handover);
  const deposed = previous && depositionOf(record, previous, won);
  return previous !== undefined && deposed !== undefined && deposed.term > previous.term
    ? explainHigherTerm(record, election, previous, deposed)
    : explainSilence(record, election);
}

function winsLink({ won: { at, seq, host, term }, voters, members }: Election): ExplanationLink {
  return {
    at,
    actor: host,
    sentence: `${host} wins the election of term ${term} with ${voters.length} of ${members} votes: ${listOf(voters)}.`,
    facts: { term, votes: voters.length, members },
    event: seq,
  };
}

/** What the winner's timer drew, beside those of the others. */
function drawLinks(record: RunRecord, { won: { host }, start }: Election): ExplanationLink[] {
  const draw = drawBefore(record, host, start.seq);
  if (draw === undefined) return [];
  const others = rivalDraws(record, host, start.seq);
  const { electionTimeout } = SWARM_CONFIG;
  const range = `${electionTimeout}–${2 * electionTimeout - 1} s`;
  const drew = listOf(others.map(([name, timeout]) => `${name} ${timeout}`));
  return [
    {
      at: draw.at,
      actor: host,
      sentence: `${host}'s election timer draws ${ticks(draw)} of ${range}${others.length === 0 ? '' : `; ${drew}`}.`,
      facts: { drawn: ticks(draw), ...Object.fromEntries(others) },
      event: draw.seq,
      root: 'draw',
    },
  ];
}

function explainAlone(record: RunRecord, election: Election): Explanation {
  const { subject, won, start } = election;
  return {
    subject,
    line: `${won.host} leads in term ${won.term}: it is the only manager and asks for votes at once.`,
    chain: chainOf([rootLink(record, start), winsLink(election)]),
    rule: { text: 'A manager that is alone in its list campaigns at once.', tag: 'src', reference: 'R-R108' },
  };
}

/** The old leader's word to the winner to campaign at once, if there was one. */
function handoverTo(record: RunRecord, { won, start }: Election): Event | undefined {
  const word = record.lastEvent(
    won.seq,
    ({ kind, to, body }) =>
      kind === 'message' && to === won.host && body.kind === 'raft' && body.message.kind === 'timeout-now',
  );
  return word === undefined || record.isBefore(word.seq, start.seq) ? undefined : word;
}

function explainHandover(record: RunRecord, election: Election, word: Event): Explanation {
  const { subject, won, voters, members, start } = election;
  const { host, term } = won;
  return {
    subject,
    line: `${host} wins term ${term} with ${voters.length} of ${members} votes: ${word.from} hands over to it.`,
    chain: chainOf([
      rootLink(record, start),
      {
        at: word.at,
        actor: word.from,
        sentence: `${word.from} tells ${host} to campaign at once.`,
        facts: { term },
        event: word.seq,
      },
      winsLink(election),
    ]),
    rule: {
      text: 'A leader that is to stop being a manager hands its leadership over first.',
      tag: 'src',
      reference: 'R-R94',
    },
  };
}

/** The leader before saw a higher term, which somebody had risen to who could not be heard. */
function explainHigherTerm(
  record: RunRecord,
  election: Election,
  previous: RaftNote,
  deposed: Deposition,
): Explanation {
  const { subject, won, voters, members } = election;
  const { by } = deposed;
  // Whoever rose to the term need not be the one who told of it.
  const risen = firstOfTerm(record, deposed.term);
  const healed = risen === undefined ? undefined : lastReturn(record, risen, deposed.seq);
  const cut =
    risen === undefined || healed === undefined
      ? undefined
      : lastSilence(record, risen, record.previous(healed.event.seq));
  const from = cut?.event.seq ?? previous.seq;
  const lonely =
    risen === undefined ? [] : campaignsOf(record, risen, from, healed?.event.seq ?? deposed.seq);
  const [first] = lonely;
  const timers = lonely.slice(-5).map(({ timeout }) => timeout);
  const winner = previous.host === won.host ? 'it' : won.host;
  const rises: ExplanationLink[] =
    risen === undefined || first === undefined
      ? []
      : [
          {
            at: first.at,
            actor: risen,
            sentence: `${risen} campaigns ${times(lonely.length)} in vain (timers ${timers.join(', ')} s), up to term ${deposed.term}.`,
            facts: { campaigns: lonely.length, term: deposed.term },
            event: first.seq,
          },
        ];
  return {
    subject,
    line: `${previous.host} gives up term ${previous.term} for term ${deposed.term}; ${winner} wins term ${won.term}, ${voters.length} of ${members} votes.`,
    chain: chainOf([
      ...(cut ? [cut.link] : []),
      ...rises,
      ...(healed ? [healed.link] : []),
      {
        at: deposed.at,
        actor: previous.host,
        sentence: `${previous.host} gives up leadership of term ${previous.term}: a message${by === undefined ? '' : ` from ${by}`} comes with term ${deposed.term}.`,
        facts: { had: previous.term, term: deposed.term },
        event: deposed.seq,
      },
      ...drawLinks(record, election),
      winsLink(election),
    ]),
    ...(healed && { since: { at: healed.event.at, what: healed.what } }),
    rule: {
      text: 'A leader that sees a higher term becomes a follower; swarm runs Raft without the pre-vote step.',
      tag: 'src',
      reference: 'R-R90',
    },
    next: `No commands for ${seconds(won.at - deposed.at)}; no committed data is lost.`,
  };
}

/** Nobody heard a leader any more. */
function explainSilence(record: RunRecord, election: Election): Explanation {
  const { subject, won, previous, voters, members, start } = election;
  const { host, term } = won;
  const blow = previous && lastSilence(record, previous.host, start.seq);
  const heard = lastHeard(record, host, start);
  const hears: ExplanationLink[] =
    heard === undefined
      ? []
      : [
          {
            at: heard.at,
            actor: host,
            sentence: `${host} hears its leader ${heard.from} for the last time.`,
            facts: {},
            event: heard.seq,
          },
        ];
  const asks: ExplanationLink = {
    at: start.at,
    actor: host,
    sentence: `${host} hears no leader for its whole timer and asks for votes in term ${term}.`,
    facts: { term },
    event: start.seq,
    ...(rootOf(start) === 'timer' && { root: 'timer' as const }),
  };
  return {
    subject,
    line: `${host} wins term ${term} with ${voters.length} of ${members} votes: its timer ends first.`,
    chain: chainOf([
      ...(blow ? [blow.link] : []),
      ...hears,
      ...drawLinks(record, election),
      asks,
      winsLink(election),
    ]),
    ...(blow && { since: { at: blow.event.at, what: blow.what } }),
    rule: {
      text: 'A follower that hears no leader for 10 to 19 ticks of 1 s asks for votes; a majority elects.',
      tag: 'src',
      reference: 'R-R3',
    },
    next: `${host} leads until it loses its majority or sees a higher term.`,
  };
}

interface Deposition extends RaftNote {
  /** Who sent the higher term, if it came in a message. */
  readonly by: string | undefined;
}

/** How `previous` lost its leadership before `won`, if it learned that it did. */
function depositionOf(record: RunRecord, previous: RaftNote, won: RaftNote): Deposition | undefined {
  const note = raftNotes(record, 'raft.deposed').findLast(
    ({ host, seq }) =>
      host === previous.host && record.isBefore(previous.seq, seq) && record.isBefore(seq, won.seq),
  );
  if (note === undefined) return undefined;
  let event = record.eventOf(note.seq);
  while (event.kind !== 'message' && rootOf(event) === undefined && event.cause > 0) {
    event = record.eventOf(event.cause);
  }
  return { ...note, by: event.kind === 'message' && event.from !== note.host ? event.from : undefined };
}
