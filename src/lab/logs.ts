// `docker service logs`, as a terminal shows it.

import type { Client } from '../cluster/client.ts';
import { CallFailure } from '../model/failure.ts';
import type { LogRequest } from '../model/messages.ts';
import type { Node, Service, Task } from '../model/objects.ts';
import { Refusal, ScenarioFailure } from './failure.ts';
import { duration } from './options.ts';
import { isoTime } from './time.ts';

export interface LogOptions {
  /** So many of the last lines of every task; default all. */
  readonly tail?: number;
  /** Lines of this last time alone, such as `5m`. */
  readonly since?: string;
  /** Each line with the time at which it was written, by its machine's clock. */
  readonly timestamps?: boolean;
  /** Go on with what is written for so long (`30s`), then interrupt the command. */
  readonly follow?: string;
  /** Each line with the labels and variables that the log driver's options name. */
  readonly details?: boolean;
}

/** The words of the command line. */
export function logFlags({ tail, since, timestamps = false, follow, details = false }: LogOptions): string[] {
  return [
    ...(details ? ['--details'] : []),
    ...(follow === undefined ? [] : ['--follow']),
    ...(tail === undefined ? [] : ['--tail', String(tail)]),
    ...(since === undefined ? [] : ['--since', since]),
    ...(timestamps ? ['--timestamps'] : []),
  ];
}

/** @throws ScenarioFailure when an option makes no sense */
export function checkLogOptions({ tail = 0, since = '0s', follow = '0s' }: LogOptions): void {
  if (!Number.isSafeInteger(tail) || tail < 0) {
    throw new ScenarioFailure(`logs.tail must be a whole number from 0, not ${tail}`);
  }
  duration('logs.since', since);
  if (duration('logs.follow', follow) < 0) throw new ScenarioFailure('logs.follow must not be negative');
}

/**
 * What the command prints, line by line; a last one says why lines are missing, if some are.
 * @param key a service, or else a task by its ID
 * @param now the client's clock, which `since` counts from
 * @throws Refusal for what is neither
 */
export function readLogs(client: Client, key: string, options: LogOptions, now: number): readonly string[] {
  const service = orUndefined(() => client.service(key));
  const tasks = client.list('task');
  const task = service === undefined ? tasks.find(({ id }) => id.startsWith(key)) : undefined;
  const target = service ?? task;
  if (target === undefined) throw new Refusal(`no such task or service: ${key}`);
  const { nodes } = client.nodes();
  const request: LogRequest = {
    of: { kind: service === undefined ? 'task' : 'service', id: target.id },
    streams: ['stdout', 'stderr'],
    follow: options.follow !== undefined,
    ...(options.tail !== undefined && { tail: options.tail }),
    since: options.since === undefined ? 0 : now - duration('logs.since', options.since),
  };
  const followed = options.follow === undefined ? undefined : duration('logs.follow', options.follow);
  const { logs, warning } = client.logs(request, followed);
  // Tasks may have come since.
  const known = options.follow === undefined ? tasks : client.list('task');
  const lines = logs.flatMap(({ taskId, details, lines }) => {
    const shown = options.details === true ? `${details.map((pair) => pair.join('=')).join(',')} ` : '';
    const from = origin(
      known.find(({ id }) => id === taskId),
      taskId,
      nodes,
      service,
    );
    return lines.map(
      ({ at, text }) => `${options.timestamps === true ? `${isoTime(at)} ` : ''}${from} | ${shown}${text}`,
    );
  });
  return warning === ''
    ? lines
    : [
        ...lines,
        `error from daemon in stream: Error grabbing logs: rpc error: code = Unknown desc = ${warning}`,
      ];
}

/** `web.1.bidg6kwnjvlu@worker1   `: of which task a line is. Padded so that slots of any number of digits align. */
function origin(
  task: Task | undefined,
  taskId: string,
  nodes: readonly Node[],
  service: Service | undefined,
): string {
  const node = nodes.find(({ id }) => id === task?.nodeId);
  const slot = String(task?.slot ?? 0);
  const mode = service?.spec.mode;
  const digits = mode?.kind === 'replicated' ? String(mode.replicas).length : slot.length;
  const pad = ' '.repeat(Math.max(digits - slot.length, 0));
  const name = task?.serviceAnnotations.name ?? '';
  return `${name}.${slot}.${taskId.slice(0, 12)}@${node?.description?.hostname ?? task?.nodeId ?? ''}${pad}   `;
}

function orUndefined<R>(look: () => R): R | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof CallFailure && error.code === 'NotFound') return undefined;
    throw error;
  }
}
