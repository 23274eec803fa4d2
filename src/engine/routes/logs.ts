// Logs of services and tasks, as frames while they come (reference 2.7).

import { detailsOf } from '../../agent/logs.ts';
import type { LogLine, LogRequest, LogStream, TaskLog } from '../../model/messages.ts';
import type { Labels } from '../../model/spec.ts';
import { callRefused, RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import { ConnectionLost, type Stream } from '../http.ts';
import type { LocalContainer } from '../local-containers.ts';
import { type Engine, instantOf, look, memoryOf, requireManager, waitFor } from '../node.ts';
import { isOn, type Query } from '../query.ts';
import type { Call, Reply } from '../route.ts';
import { formatInstantPadded, parseUnixTime } from '../time.ts';
import { findService } from './services.ts';
import { findTask } from './tasks.ts';

export function* serviceLogs(engine: Engine, { query, params: [key = ''] }: Call): Fiber<Reply> {
  checkStreams(query);
  requireManager(engine);
  const { service } = yield* look(engine, 'service');
  const { id, spec } = findService(key, service);
  return open(engine, query, { kind: 'service', id }, spec.task.container.tty === true);
}

export function* taskLogs(engine: Engine, { query, params: [key = ''] }: Call): Fiber<Reply> {
  checkStreams(query);
  requireManager(engine);
  const { task } = yield* look(engine, 'task');
  const { id, spec } = findTask(key, task);
  return open(engine, query, { kind: 'task', id }, spec.container.tty === true);
}

/** Without an agent's or a manager's help: the engine has the lines. */
export function containerLogs(engine: Engine, { container, task }: LocalContainer, query: Query): Reply {
  const since = sinceOf(engine, query);
  const until = untilOf(engine, query);
  const tty = task.spec.container.tty === true;
  const options = { tty, timestamps: isOn(query, 'timestamps') };
  const details = isOn(query, 'details') ? attributesOf(detailsOf(task, container)) : undefined;
  // One that does not run has nothing to follow.
  const follow = isOn(query, 'follow') && (container.phase === 'running' || container.phase === 'starting');
  const tail = lineCountOf(query);
  let told = tail === undefined ? 0 : Math.max(container.written - tail, 0);
  let closed = false;
  const body: Stream = {
    *next(): Fiber<Uint8Array | undefined> {
      while (!closed) {
        const fresh = container.lines.slice(Math.max(container.lines.length - (container.written - told), 0));
        told = container.written;
        const end = fresh.findIndex(({ at }) => at > until);
        if (end >= 0) closed = true;
        const wanted = (end < 0 ? fresh : fresh.slice(0, end)).filter(
          ({ at, stream }) => at >= since && isOn(query, stream),
        );
        if (wanted.length > 0) return concat(wanted.map((line) => frameOf(engine, line, options, details)));
        if (!follow || container.phase === 'exited') return undefined;
        yield* waitFor(engine, () => closed || container.written > told || container.phase === 'exited');
      }
      return undefined;
    },
    close: () => {
      closed = true;
    },
  };
  return { status: 200, type: `application/vnd.docker.${tty ? 'raw' : 'multiplexed'}-stream`, body };
}

/** How many of the last lines are wanted; what is no number, or negative, asks for all of them. */
function lineCountOf(query: Query): number | undefined {
  const text = query.get('tail') ?? '';
  const count = /^[-+]?[0-9]+$/.test(text) ? Number(text) : -1;
  return count < 0 || !Number.isSafeInteger(count) ? undefined : count;
}

/** By the clock of the machines; no line is later than what is given, nor is anything after the first one that is. */
function untilOf(engine: Engine, query: Query): number {
  const text = query.get('until') ?? '';
  return text === '' || text === '0' ? Number.POSITIVE_INFINITY : machineTime(engine, text);
}

/** @param status what a request for no stream at all is refused with */
export function checkStreams(query: Query, status = 500): void {
  if (isOn(query, 'stdout') || isOn(query, 'stderr')) return;
  throw new RequestFailure(status, 'Bad parameters: you must choose at least one stream');
}

function open(engine: Engine, query: Query, of: LogRequest['of'], tty: boolean): Reply {
  const streams: LogStream[] = [];
  if (isOn(query, 'stdout')) streams.push('stdout');
  if (isOn(query, 'stderr')) streams.push('stderr');
  const request = {
    of,
    streams,
    follow: isOn(query, 'follow'),
    since: sinceOf(engine, query),
    ...tailOf(query),
  };
  const stream = engine.swarm.openLogs(engine.host, request);
  const options = { tty, timestamps: isOn(query, 'timestamps') };
  return {
    status: 200,
    type: `application/vnd.docker.${tty ? 'raw' : 'multiplexed'}-stream`,
    body: streamOf(engine, stream, options, isOn(query, 'details')),
  };
}

function tailOf(query: Query): { readonly tail?: number } {
  const text = query.get('tail') ?? '';
  if (text === '' || text === 'all') return {};
  const tail = Number(text);
  if (!/^[-+]?[0-9]+$/.test(text) || !Number.isSafeInteger(tail)) {
    throw new RequestFailure(500, 'tail value must be a positive integer or "all"');
  }
  if (tail < 0) throw new RequestFailure(500, 'negative tail values not supported');
  return { tail };
}

/** By the clock of the machines, which count from virtual time 0. */
function sinceOf(engine: Engine, query: Query): number {
  const text = query.get('since') ?? '';
  if (text === '' || text === '0') return 0;
  return Math.max(0, machineTime(engine, text));
}

function machineTime(engine: Engine, text: string): number {
  const moment = parseUnixTime(text);
  if (moment !== undefined) return moment - engine.epoch();
  throw new RequestFailure(500, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

interface Options {
  readonly tty: boolean;
  readonly timestamps: boolean;
}

function streamOf(engine: Engine, stream: number, options: Options, details: boolean): Stream {
  const { swarm, host } = engine;
  let ended = false;
  const opened = memoryOf(engine);
  return {
    *next(): Fiber<Uint8Array | undefined> {
      if (ended) return undefined;
      if (swarm.memoryOf(host) !== opened) throw new ConnectionLost();
      yield* waitFor(engine, () => swarm.hasLines(stream) || swarm.isAnswered(stream));
      if (swarm.hasLines(stream)) {
        return concat(
          swarm.takeLines(stream).flatMap((log) => {
            const attributes = details ? attributesOf(placeOf(log)) : undefined;
            return log.lines.map((line) => frameOf(engine, line, options, attributes));
          }),
        );
      }
      ended = true;
      const answer = swarm.answerTo(stream);
      swarm.closeLogs(host, stream);
      const message = answer === undefined ? '' : endOf(answer);
      return message === '' ? undefined : frame(3, `Error grabbing logs: ${message}\n`);
    },
    close: () => {
      if (!ended) swarm.closeLogs(host, stream);
      ended = true;
    },
  };
}

/** Why lines are missing, if some are. */
function endOf(answer: NonNullable<ReturnType<Engine['swarm']['answerTo']>>): string {
  if ('error' in answer) return callRefused(answer.error).message;
  if (!('logs' in answer) || answer.logs.warning === '') return '';
  return callRefused({ code: 'Unknown', message: answer.logs.warning }).message;
}

const kinds = { stdout: 1, stderr: 2 } as const;

/** @param attributes shown before the line, if at all */
function frameOf(
  engine: Engine,
  line: LogLine,
  options: Options,
  attributes: string | undefined,
): Uint8Array {
  const time = options.timestamps ? `${formatInstantPadded(instantOf(engine, line.at))} ` : '';
  const details = attributes === undefined ? '' : `${attributes} `;
  const text = `${time}${details}${line.text}\n`;
  return options.tty ? new TextEncoder().encode(text) : frame(kinds[line.stream], text);
}

/** Where a task's line comes from, with what the log driver adds. */
function placeOf({ taskId, serviceId, nodeId, details }: TaskLog): Labels {
  return [
    ...details,
    ['com.docker.swarm.node.id', nodeId],
    ['com.docker.swarm.service.id', serviceId],
    ['com.docker.swarm.task.id', taskId],
  ];
}

/** Sorted by key; of two with one key the last. */
function attributesOf(attributes: Labels): string {
  return [...new Map(attributes)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${escapeQuery(key)}=${escapeQuery(value)}`)
    .join(',');
}

/** As Go's `url.QueryEscape`. */
function escapeQuery(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** A header of eight bytes, the stream's number first and the length last, and one whole line. */
function frame(kind: 1 | 2 | 3, text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + payload.length);
  new DataView(bytes.buffer).setUint32(4, payload.length);
  bytes[0] = kind;
  bytes.set(payload, 8);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
