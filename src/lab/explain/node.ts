// Why a node is what the swarm takes it for: down (its heartbeats), ready and empty (nothing is moved for balance), or ready.

import { graceNormal, graceUnknown, periodJitter } from '../../manager/dispatcher/nodes.ts';
import { demandOf, rejections } from '../../manager/scheduler/filter.ts';
import type { Node, Service } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import { causesOf } from './causes.ts';
import { explainLeader } from './election.ts';
import { chainOf, count, type Explanation, type ExplanationLink, listOf, seconds } from './explanation.ts';
import type { Change, Event, RunRecord } from './record.ts';
import { sightOf } from './sight.ts';
import { lastReturn, lastSilence } from './silence.ts';

/** Undefined when the machine was never part of the swarm. */
export function explainNode(record: RunRecord, host: string): Explanation | undefined {
  const id = record.nodeId(host);
  if (id === undefined) return undefined;
  const changes = record.changesOf('node').filter(({ event }) => event.id === id);
  const last = changes.at(-1);
  if (last === undefined) return undefined;
  if (last.event.action === 'remove') {
    return {
      subject: host,
      line: `${host} is no node of the swarm any more: it was removed.`,
      chain: chainOf(causesOf(record, last)),
    };
  }
  const node = last.event.after;
  const became = changes.findLast(
    ({ event }) =>
      event.action === 'create' ||
      (event.action === 'update' && event.before.status.state !== event.after.status.state),
  );
  if (became === undefined) return undefined;
  if (record.leader() === undefined) {
    const line = `The last record says ${host} is ${node.status.state}; no manager leads, so nobody knows.`;
    return { ...explainLeader(record), subject: host, line };
  }
  switch (node.status.state) {
    case 'down':
      return explainDown(record, host, node, became);
    case 'ready':
      return explainReady(record, host, node, became);
    default:
      return explainAwaited(record, host, node, became);
  }
}

/** A grace: from the last sign of life that the dispatcher took to the timer that ends it. */
interface Grace {
  readonly host: string;
  readonly begun: Event;
  readonly period: number;
  readonly base: number;
  readonly periods: number;
  readonly links: readonly ExplanationLink[];
}

/** The grace that began in event `seq`. */
function graceFrom(record: RunRecord, node: Node, seq: number, periods: number): Grace | undefined {
  const begun = record.eventOf(seq);
  const draw = record.lastDraw(`heartbeat/${node.id}`, seq);
  if (draw === undefined || draw.seq !== seq) return undefined;
  const host = node.description?.hostname ?? node.id;
  const base = record.clusterSpec(seq).dispatcherHeartbeat;
  const period = Math.max(0, base - periodJitter + draw.drawn);
  const heartbeat = begun.body.kind === 'call' && begun.body.call.method === 'dispatcher.heartbeat';
  const sign = heartbeat ? `accepts a heartbeat of ${host}` : `starts the grace of ${host}`;
  const range = { from: base - periodJitter, to: base + periodJitter };
  return {
    host,
    begun,
    period,
    base,
    periods,
    links: [
      { at: begun.at, actor: 'dispatcher', sentence: `The dispatcher ${sign}.`, facts: {}, event: seq },
      {
        at: begun.at,
        actor: 'dispatcher',
        sentence: `The dispatcher draws a period of ${seconds(period, 2)}, from ${seconds(range.from)} to ${seconds(range.to)}.`,
        facts: { period, ...range, drawn: draw.drawn },
        event: seq,
        root: 'draw',
      },
    ],
  };
}

function explainDown(record: RunRecord, host: string, node: Node, became: Change<'node'>): Explanation {
  const expired = record.lastEvent(
    became.seq,
    ({ body }) =>
      body.kind === 'manager.reactor' && body.timer.kind === 'expire' && body.timer.nodeId === node.id,
  );
  const periods = node.status.message.includes('"unknown"') ? graceUnknown : graceNormal;
  const grace = expired && graceFrom(record, node, expired.cause, periods);
  if (expired === undefined || grace === undefined) {
    return {
      subject: host,
      line: `The dispatcher marks ${host} down.`,
      chain: chainOf(causesOf(record, became)),
    };
  }
  const blow = lastSilence(record, host, expired.seq);
  const limit = periods * grace.period;
  const silent = expired.at - grace.begun.at;
  const replaced = record
    .changesOf('task')
    .filter(
      ({ event, seq }) =>
        event.action === 'create' && seq !== became.seq && !record.isBefore(seq, became.seq),
    );
  const chain: ExplanationLink[] = [
    ...(blow ? [blow.link] : []),
    ...grace.links,
    {
      at: expired.at,
      actor: 'dispatcher',
      sentence: `The dispatcher's timer ends: ${periods} × ${seconds(grace.period, 2)} = ${seconds(limit, 2)} without a heartbeat.`,
      facts: { periods, period: grace.period, limit, silent },
      event: expired.seq,
      root: 'timer',
    },
    {
      at: became.at,
      actor: 'dispatcher',
      sentence: `The dispatcher marks ${host} down.`,
      facts: { message: node.status.message },
      event: became.seq,
    },
  ];
  return {
    subject: host,
    line: `The dispatcher marks ${host} down: no heartbeat for ${seconds(silent)}, limit ${seconds(limit)}.`,
    chain: chainOf(chain),
    ...(blow && { since: { at: blow.event.at, what: blow.what } }),
    rule: {
      text:
        periods === graceNormal
          ? 'A node has three heartbeat periods of grace.'
          : 'A node that a new leader awaits has six heartbeat periods of grace.',
      tag: 'src',
      reference: periods === graceNormal ? 'R-R169' : 'R-R156',
    },
    next:
      replaced.length > 0
        ? `The orchestrator replaces the tasks of ${host}. Containers that still run there are not stopped.`
        : `The orchestrator replaces what ${host} ran. Containers that still run there are not stopped.`,
    youCan:
      blow?.event.body.kind === 'close'
        ? `Open ${blow.event.body.port} again on ${blow.event.body.host}.`
        : 'Lengthen the grace with docker swarm update --dispatcher-heartbeat.',
  };
}

function explainAwaited(record: RunRecord, host: string, node: Node, became: Change<'node'>): Explanation {
  const [leader] = record.leader() ?? [became.host];
  return {
    subject: host,
    line: `${leader} leads anew and awaits ${host}: its state is ${node.status.state}.`,
    chain: chainOf(causesOf(record, became)),
    rule: {
      text: 'A node that a new leader awaits has six heartbeat periods of grace.',
      tag: 'src',
      reference: 'R-R156',
    },
    next: `The dispatcher marks ${host} ready when its agent registers, or down when the grace ends.`,
  };
}

function explainReady(record: RunRecord, host: string, node: Node, became: Change<'node'>): Explanation {
  const state = record.state();
  const tasks = (state?.tasksOfNode(node.id) ?? []).filter(
    ({ status, desiredState }) => !isTerminal(status.state) && desiredState <= TaskState.Running,
  );
  if (node.spec.availability === 'drain') return explainDrained(record, host, became, tasks.length);
  const back = lastReturn(record, host, became.seq);
  const services = (state?.list('service') ?? []).filter((service) => couldRun(record, service, node));
  // Of use again: ready once more, or active once more.
  const activated = record
    .changesOf('node')
    .findLast(
      ({ event }) =>
        event.id === node.id &&
        event.action === 'update' &&
        event.before.spec.availability === 'drain' &&
        event.after.spec.availability !== 'drain',
    );
  const wasAway = became.event.action === 'update' && back !== undefined;
  if (tasks.length === 0 && services.length > 0 && (wasAway || activated !== undefined)) {
    return explainEmpty(record, host, activated ?? became, wasAway ? back : undefined, services);
  }
  const beat = record.draws.findLast(({ stream }) => stream === `heartbeat/${node.id}`);
  const grace = beat && graceFrom(record, node, beat.seq, graceNormal);
  const silent = record.world.now - (grace?.begun.at ?? 0);
  const limit = graceNormal * (grace?.period ?? 0);
  return {
    subject: host,
    line: grace
      ? `${host} is ready: its last heartbeat is ${seconds(silent)} old, limit ${seconds(limit)}.`
      : `${host} is ready: its agent has registered.`,
    chain: chainOf([...causesOf(record, became), ...(grace?.links ?? [])]),
    rule: { text: 'A node has three heartbeat periods of grace.', tag: 'src', reference: 'R-R168' },
    next: `${host} runs ${count(tasks.length, 'task')}; the dispatcher marks it down when a grace ends.`,
  };
}

/** Whether the scheduler would let the node have one more task of a service. */
function couldRun(record: RunRecord, service: Service, node: Node): boolean {
  const leader = record.leader();
  const sight = leader && sightOf(record.world, leader[0]);
  const info = sight?.scheduler.nodes.get(node.id);
  const [task] = sight?.store.tasksOfService(service.id) ?? [];
  if (sight === undefined || info === undefined || task === undefined) return false;
  return rejections(demandOf(task, sight.store), info).length === 0;
}

function explainDrained(record: RunRecord, host: string, became: Change<'node'>, tasks: number): Explanation {
  const drained = record
    .changesOf('node')
    .findLast(
      ({ event }) =>
        event.id === became.event.id &&
        event.action === 'update' &&
        event.before.spec.availability !== 'drain' &&
        event.after.spec.availability === 'drain',
    );
  return {
    subject: host,
    line: `${host} is ready and drained: it may run no tasks of services, and has ${tasks}.`,
    chain: chainOf(causesOf(record, drained ?? became)),
    rule: {
      text: 'The orchestrator stops the tasks of a drained node and places their replacements elsewhere.',
      tag: 'docs',
      reference: 'R-O45',
    },
    youCan: `Make it active with docker node update --availability active ${host}.`,
  };
}

/** Nothing happened when the node came back, and why. */
function explainEmpty(
  record: RunRecord,
  host: string,
  change: Change<'node'>,
  back: ReturnType<typeof lastReturn>,
  services: readonly Service[],
): Explanation {
  const state = record.state();
  const counts = services.map((service) => {
    const wanted = (state?.tasksOfService(service.id) ?? []).filter(
      ({ desiredState }) => desiredState <= TaskState.Running,
    );
    const running = wanted.filter(({ status }) => status.state === TaskState.Running).length;
    return {
      name: service.spec.name,
      wanted: service.spec.mode.kind === 'replicated' ? service.spec.mode.replicas : wanted.length,
      running,
      waiting: wanted.length - running,
    };
  });
  const running = counts.reduce((sum, each) => sum + each.running, 0);
  const wanted = counts.reduce((sum, each) => sum + each.wanted, 0);
  const waiting = counts.reduce((sum, each) => sum + each.waiting, 0);
  const names = counts.map(({ name }) => name);
  const [name = ''] = names;
  const { at, seq } = change;
  const said = (actor: string, sentence: string, facts: ExplanationLink['facts']): ExplanationLink => ({
    at,
    actor,
    sentence,
    facts,
    event: seq,
  });
  return {
    subject: host,
    line:
      running >= wanted
        ? `${host} is ready and stays empty: all ${running} ${counts.length === 1 ? `${name} tasks` : 'tasks'} run elsewhere.`
        : `${host} is ready and empty: ${running} of ${wanted} tasks run elsewhere.`,
    chain: chainOf([
      ...(back ? [back.link] : []),
      ...causesOf(record, change),
      said(
        'orchestrator',
        `The orchestrator compares wanted ${wanted} with running ${running} for ${listOf(names)}.`,
        { wanted, running },
      ),
      said(
        'scheduler',
        waiting === 0
          ? `The scheduler has nothing to place: ${waiting} tasks wait.`
          : `The scheduler has ${count(waiting, 'task')} that ${waiting === 1 ? 'does' : 'do'} not run yet.`,
        { waiting },
      ),
    ]),
    ...(back && { since: { at: back.event.at, what: back.what } }),
    rule: { text: 'Running tasks are not moved for balance.', tag: 'docs', reference: 'R-O47' },
    next: `The next new task of ${name} prefers ${host}, which runs 0 of them.`,
    youCan: `Restart all tasks, a few at a time, with docker service update --force ${name}.`,
  };
}
