// Why nobody leads: how many managers reach each other, what was answered meanwhile, and when.

import { managersPort } from '../../cluster/ports.ts';
import { chainOf, count, type Explanation, type ExplanationLink, listOf, times } from './explanation.ts';
import { campaignsOf, type RaftNote, raftNotes, rootBefore } from './raft-facts.ts';
import { managerOn, type RunRecord } from './record.ts';
import { type Blow, lastSilence } from './silence.ts';
import { quoted, rootLink } from './words.ts';

/** Why nobody leads: how many managers reach each other, what was answered, and when. */
export function explainNoLeader(record: RunRecord): Explanation {
  const { world } = record;
  const running = world.hostNames().filter((host) => managerOn(world, host) !== undefined);
  const [any] = running;
  const known = any === undefined ? undefined : managerOn(world, any)?.members;
  const elections = raftNotes(record, 'raft.elected');
  const last = elections.at(-1);
  const hosts = known
    ? [...known.values()].map(({ host }) => host)
    : last
      ? [...(managerOn(record.worldAfter(last.seq), last.host)?.members.values() ?? [])].map(
          ({ host }) => host,
        )
      : [];
  const members = hosts.length;
  const needed = Math.floor(members / 2) + 1;
  const hears = (host: string, other: string) =>
    !world.isCut(other, host) && !world.isClosed(host, managersPort);
  const reach = (host: string) =>
    running.filter(
      (other) => other === host || (hears(host, other) && hears(other, host) && !world.isPaused(other)),
    );
  // Of equal groups one that could have a leader: who is deaf behind a firewall has fallen silent.
  const isDeaf = (host: string) => Number(world.isClosed(host, managersPort));
  const group =
    [...running]
      .sort((a, b) => isDeaf(a) - isDeaf(b))
      .map(reach)
      .sort((a, b) => b.length - a.length)[0] ?? [];
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
  // In the term in which it led: no higher one took its place.
  const steps = raftNotes(record, 'raft.deposed').findLast(
    ({ host, term: left, seq }) =>
      (newest === undefined || !record.isBefore(seq, newest.event.seq)) &&
      elections.some((won) => won.host === host && won.term === left),
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
  const there = group.length === 1 ? `${group[0]} alone is 1` : `${group.length}`;
  const together = group.length === 0 ? ' run' : group.length === 1 ? '' : ' reach each other';
  const enough = group.length >= needed;
  return {
    subject,
    line: enough
      ? `No manager leads yet: ${group.length} of ${members} are there, and an election is due.`
      : `No manager leads: ${there} of ${members} managers${together}; ${needed} are needed.`,
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
