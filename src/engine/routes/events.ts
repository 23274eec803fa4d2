// `GET /events`: events that are kept, and those to come, one JSON object a line (reference 2.8).

import type { EngineEvent } from '../event-log.ts';
import { RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import { type Filters, matchesExactly, matchesLabels, matchesPrefix, parseFilters } from '../filters.ts';
import { ConnectionLost, type Stream } from '../http.ts';
import { encodeJsonForHtml } from '../json.ts';
import { type Engine, instantOf, memoryOf, waitFor } from '../node.ts';
import type { Query } from '../query.ts';
import type { Call, Reply, Route } from '../route.ts';
import { parseUnixTime } from '../time.ts';
import { fromMap } from '../wire/common.ts';

export const eventRoutes: readonly Route[] = [{ method: 'GET', path: '/events', handle: follow }];

function follow(engine: Engine, { query }: Call): Reply {
  const since = momentOf(query, 'since');
  const until = momentOf(query, 'until');
  if (since !== undefined && until !== undefined && since > until) {
    const [from, to] = [query.get('since') ?? '', query.get('until') ?? ''];
    throw new RequestFailure(400, `\`since\` time (${from}) cannot be after \`until\` time (${to})`);
  }
  const filters = parseFilters(query);
  const epoch = engine.epoch();
  const range = {
    since: (since ?? Number.NEGATIVE_INFINITY) - epoch,
    until: (until ?? Number.POSITIVE_INFINITY) - epoch,
  };
  const first = since === undefined && until === undefined ? engine.events.count : 0;
  return { status: 200, type: 'application/json', body: streamOf(engine, first, range, filters) };
}

/** Microseconds since 1970; undefined when nothing is said. */
function momentOf(query: Query, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const moment = parseUnixTime(text);
  if (moment !== undefined) return moment;
  throw new RequestFailure(400, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Microseconds of virtual time. */
interface Range {
  readonly since: number;
  readonly until: number;
}

/** @param first how many events are not wanted, however they match */
function streamOf(engine: Engine, first: number, { since, until }: Range, filters: Filters): Stream {
  const { events, swarm } = engine;
  let seen = first;
  let closed = false;
  const opened = memoryOf(engine);
  return {
    *next(): Fiber<Uint8Array | undefined> {
      while (!closed) {
        if (swarm.memoryOf(engine.host) !== opened) throw new ConnectionLost();
        const found = events.since(seen).filter((event) => isWanted(event, filters, { since, until }));
        seen = events.count;
        if (found.length > 0) return linesOf(engine, found);
        if (swarm.world.now >= until) return undefined;
        yield* waitFor(engine, () => closed || events.count > seen, until);
      }
      return undefined;
    },
    close: () => {
      closed = true;
    },
  };
}

function linesOf(engine: Engine, events: readonly EngineEvent[]): Uint8Array {
  const lines = events.map(({ Type, Action, Actor, scope, at }) => {
    const moment = instantOf(engine, at);
    const time = Math.floor(moment / 1_000_000);
    // It does not fit a number.
    const timeNano = BigInt(moment) * 1_000n;
    return `${encodeJsonForHtml({ Type, Action, Actor, scope, time, timeNano })}\n`;
  });
  return new TextEncoder().encode(lines.join(''));
}

const objects = [
  'container',
  'daemon',
  'image',
  'network',
  'node',
  'plugin',
  'secret',
  'service',
  'volume',
  'config',
];

/** An object is meant by its ID or its name, or the beginning of one, whatever the type of the event. */
function isWanted({ Type, Action, Actor, scope, at }: EngineEvent, filters: Filters, range: Range): boolean {
  const { ID, Attributes } = Actor;
  return (
    at >= range.since &&
    at <= range.until &&
    matchesExactly(filters, 'type', Type) &&
    matchesExactly(filters, 'event', Action, Action.split(':')[0] ?? '') &&
    matchesExactly(filters, 'scope', scope) &&
    matchesLabels(filters, 'label', fromMap(Attributes)) &&
    objects.every((object) => matchesPrefix(filters, object, ID, Attributes.name ?? ''))
  );
}
