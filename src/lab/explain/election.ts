// Why a manager leads, and why none does: who fell silent, whose timer ended first, who voted, and what was answered meanwhile.

import type { ManagerNote } from '../../manager/context.ts';
import { second } from '../../model/duration.ts';
import { SWARM_CONFIG } from '../../raft/index.ts';
import { rootOf } from './causes.ts';
import {
  chainOf,
  count,
  type Explanation,
  type ExplanationLink,
  listOf,
  seconds,
  times,
} from './explanation.ts';
import { type Draw, type Event, managerOn, type RunRecord } from './record.ts';
import { type Blow, lastReturn, lastSilence } from './silence.ts';
import { quoted, rootLink } from './words.ts';

type RaftNoteKind = Extract<ManagerNote, { readonly term: number }>['kind'];

interface RaftNote {
  readonly at: number;
  readonly seq: number;
  readonly host: string;
  readonly term: number;
}

function raftNotes(record: RunRecord, kind: RaftNoteKind): readonly RaftNote[] {
  return record.notes.flatMap(({ note, at, seq, host }) =>
    note.kind === kind && 'term' in note ? [{ at, seq, host, term: note.term }] : [],
  );
}

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

/** The `number`-th election that was won, from 1; undefined when there were not so many. */
export function explainElection(record: RunRecord, number: number): Explanation | undefined {
  const elections = raftNotes(record, 'raft.elected');
  const won = elections[number - 1];
  if (won === undefined) return undefined;
  const subject = `election ${number}`;
  const { host, term } = won;
  const start = rootBefore(record, won.seq);
  const manager = managerOn(record.worldAfter(won.seq), host);
  const members = Math.max(1, manager?.members.size ?? 1);
  const voters = votersFor(record, won);
  const wins: ExplanationLink = {
    at: won.at,
    actor: host,
    sentence: `${host} wins the election of term ${term} with ${voters.length} of ${members} votes: ${listOf(voters)}.`,
    facts: { term, votes: voters.length, members },
    event: won.seq,
  };
  if (members === 1) {
    return {
      subject,
      line: `${host} leads in term ${term}: it is the only manager and asks for votes at once.`,
      chain: chainOf([rootLink(record, start), wins]),
      rule: {
        text: 'A manager that is alone in its list campaigns at once.',
        tag: 'src',
        reference: 'R-R108',
      },
    };
  }
  const previous = elections[number - 2];
  const deposed = previous && depositionOf(record, previous, won);
  const draw = drawBefore(record, host, start.seq);
  const others = rivalDraws(record, host, start.seq);
  const campaigns: ExplanationLink[] = draw
    ? [
        {
          at: draw.at,
          actor: host,
          sentence: `${timerSentence(host, draw)}${
            others.length === 0
              ? ''
              : `; ${listOf(
                  others.map(([name, timeout]) => `${name} ${timeout}`),
                  4,
                )}`
          }.`,
          facts: { drawn: ticks(draw), ...Object.fromEntries(others) },
          event: draw.seq,
          root: 'draw',
        },
      ]
    : [];
  const asks: ExplanationLink = {
    at: start.at,
    actor: host,
    sentence: `${host} hears no leader for its whole timer and asks for votes in term ${term}.`,
    facts: { term },
    event: start.seq,
    ...(rootOf(start) === 'timer' && { root: 'timer' as const }),
  };
  if (deposed !== undefined && previous !== undefined && deposed.term > previous.term) {
    const { by } = deposed;
    // Whoever rose to the term need not be the one who told of it.
    const risen = firstOfTerm(record, deposed.term);
    const healed = risen === undefined ? undefined : lastReturn(record, risen, deposed.seq);
    const cut =
      healed && risen !== undefined
        ? lastSilence(record, risen, record.previous(healed.event.seq))
        : undefined;
    const lonely =
      risen === undefined
        ? []
        : campaignsOf(record, risen, cut?.event.seq ?? previous.seq, healed?.event.seq ?? deposed.seq);
    const [first] = lonely;
    return {
      subject,
      line: `${previous.host} gives up term ${previous.term} for term ${deposed.term}; ${previous.host === host ? 'it' : host} wins term ${term}, ${voters.length} of ${members} votes.`,
      chain: chainOf([
        ...(cut ? [cut.link] : []),
        ...(risen === undefined || first === undefined
          ? []
          : [
              {
                at: first.at,
                actor: risen,
                sentence: `${risen} campaigns ${times(lonely.length)} in vain (timers ${lonely
                  .slice(-5)
                  .map(({ timeout }) => timeout)
                  .join(', ')} s), up to term ${deposed.term}.`,
                facts: { campaigns: lonely.length, term: deposed.term },
                event: first.seq,
              } satisfies ExplanationLink,
            ]),
        ...(healed ? [healed.link] : []),
        {
          at: deposed.at,
          actor: previous.host,
          sentence: `${previous.host} gives up leadership of term ${previous.term}: a message${by === undefined ? '' : ` from ${by}`} comes with term ${deposed.term}.`,
          facts: { had: previous.term, term: deposed.term },
          event: deposed.seq,
        },
        ...campaigns,
        wins,
      ]),
      ...(healed && { since: { at: healed.event.at, what: healed.what } }),
      rule: {
        text: 'A leader that sees a higher term becomes a follower; swarm runs Raft without the pre-vote step.',
        tag: 'src',
        reference: 'R-R4',
      },
      next: `No commands for ${seconds(won.at - deposed.at)}; no committed data is lost.`,
    };
  }
  const blow = previous && lastSilence(record, previous.host, start.seq);
  const heard = lastHeard(record, host, start);
  return {
    subject,
    line: `${host} wins term ${term} with ${voters.length} of ${members} votes: its timer ends first.`,
    chain: chainOf([
      ...(blow ? [blow.link] : []),
      ...(heard === undefined
        ? []
        : [
            {
              at: heard.at,
              actor: host,
              sentence: `${host} hears its leader ${heard.from} for the last time.`,
              facts: {},
              event: heard.seq,
            } satisfies ExplanationLink,
          ]),
      ...campaigns,
      asks,
      wins,
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

/** Why nobody leads: how many managers reach each other, what was answered, and when. */
function explainNoLeader(record: RunRecord): Explanation {
  const { world } = record;
  const running = world.hostNames().filter((host) => managerOn(world, host) !== undefined);
  const [any] = running;
  const known = any === undefined ? undefined : managerOn(world, any)?.members;
  const last = raftNotes(record, 'raft.elected').at(-1);
  const hosts = known
    ? [...known.values()].map(({ host }) => host)
    : last
      ? [...(managerOn(record.worldAfter(last.seq), last.host)?.members.values() ?? [])].map(
          ({ host }) => host,
        )
      : [];
  const members = hosts.length;
  const needed = Math.floor(members / 2) + 1;
  const reach = (host: string) =>
    running.filter(
      (other) =>
        other === host || (!world.isCut(host, other) && !world.isCut(other, host) && !world.isPaused(other)),
    );
  const group = running.map(reach).sort((a, b) => b.length - a.length)[0] ?? [];
  const subject = 'leader';
  const end = record.last.seq;
  const silent = hosts
    .filter((host) => !group.includes(host))
    .flatMap((host) => {
      const blow = lastSilence(record, host, end);
      return blow === undefined ? [] : [{ host, blow }];
    })
    .sort((a, b) => a.blow.event.at - b.blow.event.at);
  const newest = silent.at(-1)?.blow;
  const steps = raftNotes(record, 'raft.deposed').findLast(
    (note) => newest === undefined || !record.isBefore(note.seq, newest.event.seq),
  );
  const from = steps?.seq ?? newest?.event.seq;
  const campaigns =
    from === undefined
      ? []
      : group
          .flatMap((host) => campaignsOf(record, host, from, end).map((each) => ({ ...each, host })))
          .sort((a, b) => a.at - b.at);
  const [firstCampaign] = campaigns;
  const term = Math.max(0, ...group.map((host) => managerOn(world, host)?.raft.term ?? 0));
  const asking = [...new Set(campaigns.map(({ host }) => host))];
  const askers = `${listOf(asking)} ${asking.length === 1 ? 'asks' : 'ask'}`;
  const alone = group.length === 1 ? `${group[0]} alone is 1` : `${group.length}`;
  const enough = group.length >= needed;
  return {
    subject,
    line: enough
      ? `No manager leads yet: ${group.length} of ${members} are there, and an election is due.`
      : `No manager leads: ${alone} of ${members} managers ${group.length === 1 ? '' : group.length === 0 ? 'run' : 'reach each other'}; ${needed} are needed.`.replace(
          ' ;',
          ';',
        ),
    chain: chainOf([
      ...silenceLinks(silent),
      ...staleAnswer(record, newest, steps),
      ...(steps === undefined
        ? []
        : [
            {
              at: steps.at,
              actor: steps.host,
              sentence: `${steps.host} finds too few of ${members} managers at its quorum check and steps down; ${needed} are needed.`,
              facts: { members, needed, term: steps.term },
              event: steps.seq,
            } satisfies ExplanationLink,
          ]),
      ...(firstCampaign === undefined
        ? []
        : [
            {
              at: firstCampaign.at,
              actor: firstCampaign.host,
              sentence: `${askers} for votes ${times(campaigns.length)} in vain, up to term ${term}.`,
              facts: { campaigns: campaigns.length, term },
              event: firstCampaign.seq,
            } satisfies ExplanationLink,
          ]),
      ...refusals(record, newest),
      ...(newest === undefined ? [rootLink(record, rootBefore(record, (steps ?? last)?.seq ?? end))] : []),
    ]),
    ...(newest && { since: { at: newest.event.at, what: newest.what } }),
    rule: {
      text: 'Changes, and even lists, go through a leader, which needs a majority of the managers.',
      tag: 'docs',
      reference: 'R-R27',
    },
    next: 'Containers and published ports go on. Healing, scaling and joining do not.',
    ...(silent.length > 0 && {
      youCan: `Bring back ${listOf(silent.map(({ host }) => host))}. Only if they are lost, use docker swarm init --force-new-cluster on a manager that runs.`,
    }),
  };
}

function silenceLinks(silent: readonly { readonly host: string; readonly blow: Blow }[]): ExplanationLink[] {
  const last = silent.at(-1);
  if (last === undefined) return [];
  const roots = new Map(silent.map(({ blow }) => [blow.event.seq, blow.event.kind]));
  const faults = [...roots.values()].filter((kind) => kind === 'fault').length;
  const commands = roots.size - faults;
  if (silent.length === 1) return [last.blow.link];
  const names = listOf(silent.map(({ host }) => host));
  return [
    {
      ...last.blow.link,
      actor: silent[0]?.host ?? last.host,
      sentence: `${names} fall silent: ${listOf([...(faults > 0 ? [count(faults, 'injected fault')] : []), ...(commands > 0 ? [count(commands, 'command')] : [])])}.`,
      facts: { managers: silent.length, faults, commands },
    },
  ];
}

/** A list that the old leader still gave from its own copy. */
function staleAnswer(
  record: RunRecord,
  blow: Blow | undefined,
  steps: RaftNote | undefined,
): ExplanationLink[] {
  if (blow === undefined || steps === undefined) return [];
  const answer = record.notes.findLast(
    ({ note, host, seq }) =>
      note.kind === 'answer' &&
      'reply' in note &&
      note.reply.method === 'control.done' &&
      note.reply.result.kind === 'records' &&
      host === steps.host &&
      record.isBefore(blow.event.seq, seq) &&
      record.isBefore(seq, steps.seq),
  );
  if (answer === undefined) return [];
  return [
    {
      at: answer.at,
      actor: answer.host,
      sentence: `${answer.host} answers a list from its own copy: it still takes itself for the leader.`,
      facts: {},
      event: answer.seq,
    },
  ];
}

/** The different errors that operators were given since, each quoted once. */
function refusals(record: RunRecord, blow: Blow | undefined): ExplanationLink[] {
  const links = new Map<string, ExplanationLink>();
  for (const { note, host, at, seq } of record.notes) {
    if (note.kind !== 'answer' || (blow !== undefined && !record.isBefore(blow.event.seq, seq))) continue;
    const error =
      'error' in note
        ? note.error
        : 'reply' in note && note.reply.method === 'control.failed'
          ? note.reply.error
          : undefined;
    if (error === undefined || links.has(error.message)) continue;
    links.set(error.message, {
      at,
      actor: host,
      sentence: `${host} refuses a command: ${quoted(error.message)}.`,
      facts: { code: error.code, message: error.message },
      event: seq,
    });
  }
  return [...links.values()].slice(-2);
}

/** Where a chain of events begins: a command, a fault or a timer. */
function rootBefore(record: RunRecord, seq: number): Event {
  let event = record.eventOf(seq);
  while (rootOf(event) === undefined && event.cause > 0) event = record.eventOf(event.cause);
  return event;
}

/** The managers that voted for the winner, itself first. */
function votersFor(record: RunRecord, { host, term, seq }: RaftNote): readonly string[] {
  const voters = new Set([host]);
  for (const event of record.events) {
    if (event.kind !== 'message' || event.to !== host || event.body.kind !== 'raft') continue;
    const { message } = event.body;
    if (message.kind !== 'vote-response' || message.term !== term || !message.granted) continue;
    if (!record.isBefore(seq, event.seq)) voters.add(event.from);
  }
  return [...voters];
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

/** The manager whose message was the first of a term. */
function firstOfTerm(record: RunRecord, term: number): string | undefined {
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
function campaignsOf(record: RunRecord, host: string, after: number, before: number): readonly Campaign[] {
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
function drawBefore(record: RunRecord, host: string, seq: number): Draw | undefined {
  return record.draws.findLast(
    (draw) => draw.stream === `election/${host}` && record.isBefore(draw.seq, seq),
  );
}

/** The timers that the other running managers had drawn. */
function rivalDraws(record: RunRecord, host: string, seq: number): readonly (readonly [string, number])[] {
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
function ticks({ drawn }: Draw): number {
  return SWARM_CONFIG.electionTimeout + drawn;
}

function timerSentence(host: string, draw: Draw): string {
  const { electionTimeout } = SWARM_CONFIG;
  return `${host}'s election timer draws ${ticks(draw)} of ${electionTimeout}–${2 * electionTimeout - 1} s`;
}

/** The last message of a leader that `host` got before `start`. */
function lastHeard(record: RunRecord, host: string, start: Event): Event | undefined {
  return record.lastEvent(start.seq, (event) => {
    if (event.kind !== 'message' || event.to !== host || event.body.kind !== 'raft') return false;
    const { kind } = event.body.message;
    return (
      (kind === 'append' || kind === 'heartbeat' || kind === 'snapshot') && start.at - event.at < 60 * second
    );
  });
}
