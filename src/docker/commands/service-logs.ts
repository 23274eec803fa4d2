// docker service logs

import type { Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, call, fetchJson } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { CommandFailure, DaemonError } from '../failure.ts';
import { bool, string } from '../flag.ts';
import { findService } from '../service/find.ts';
import { copyPieces, type PieceReader, readFrames, readPieces, streamOf } from '../service/log-frames.ts';
import { createLineWriter } from '../service/log-lines.ts';
import { flagTimestamp } from '../timestamp.ts';

export const serviceLogs: Command = {
  name: 'logs',
  usage: '[OPTIONS] SERVICE|TASK',
  short: 'Fetch the logs of a service or task',
  arity: exactly(1),
  version: '1.29',
  flags: [
    { name: 'details', kind: bool, usage: 'Show extra details provided to logs', version: '1.30' },
    { name: 'follow', shorthand: 'f', kind: bool, usage: 'Follow log output' },
    { name: 'no-resolve', kind: bool, usage: 'Do not map IDs to Names in output' },
    { name: 'no-task-ids', kind: bool, usage: 'Do not include task IDs in output' },
    { name: 'no-trunc', kind: bool, usage: 'Do not truncate output' },
    { name: 'raw', kind: bool, usage: 'Do not neatly format logs', version: '1.30' },
    {
      name: 'since',
      kind: string,
      usage:
        'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    },
    {
      name: 'tail',
      shorthand: 'n',
      kind: string,
      usage: 'Number of lines to show from the end of the logs',
      initial: 'all',
    },
    { name: 'timestamps', shorthand: 't', kind: bool, usage: 'Show timestamps' },
  ],
  run,
};

/** What is asked for logs. */
interface Source {
  readonly path: string;
  readonly isTerminal: boolean;
  readonly slotDigits: number;
}

function* run(invocation: Invocation): Fiber<number> {
  const { args, flags, client, host } = invocation;
  const { path, isTerminal, slotDigits } = yield* findSource(client, args[0] ?? '');
  if (isTerminal && !flags.on('raw')) throw new CommandFailure('tty service logs only supported with --raw');
  const response = yield* call(client, { method: 'GET', path: `${path}/logs`, query: logQuery(invocation) });
  const stream = streamOf(response);
  const nextPiece = readPieces(stream);
  try {
    if (isTerminal) yield* copyPieces(nextPiece, host);
    else yield* printLines(nextPiece, slotDigits, invocation);
  } finally {
    stream.close();
  }
  return 0;
}

function* printLines(
  nextPiece: PieceReader,
  slotDigits: number,
  { flags, client, host }: Invocation,
): Fiber<void> {
  const lineOf = createLineWriter(client, {
    timestamps: flags.on('timestamps'),
    details: flags.on('details'),
    resolve: !flags.on('no-resolve'),
    taskIds: !flags.on('no-task-ids'),
    wholeIds: flags.on('no-trunc'),
    slotDigits,
  });
  const nextFrame = readFrames(nextPiece);
  for (let frame = yield* nextFrame(); frame !== undefined; frame = yield* nextFrame()) {
    const line = flags.on('raw') ? frame.text : yield* lineOf(frame.text);
    if (frame.stream === 'stdout') host.out(line);
    else host.err(line);
  }
}

/** A service of this name, else a task with this identifier. @throws CommandFailure when there is neither */
function* findSource(client: Client, ref: string): Fiber<Source> {
  try {
    const { Spec } = yield* findService(client, ref);
    const replicas = Spec.Mode.Replicated?.Replicas;
    return {
      path: `/services/${ref.trim()}`,
      isTerminal: Spec.TaskTemplate.ContainerSpec?.TTY === true,
      slotDigits: replicas === undefined ? 1 : String(replicas).length,
    };
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  const path = `/tasks/${ref.trim()}`;
  try {
    const { Spec, Slot = 0 } = yield* fetchJson<Task>(client, path);
    return { path, isTerminal: Spec.ContainerSpec?.TTY === true, slotDigits: String(Slot).length };
  } catch (error) {
    throw isAbsent(error) ? new CommandFailure(`no such task or service: ${ref}`) : error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof DaemonError && error.status === 404;
}

/** Details are asked for whenever lines are to say where they come from. */
function logQuery({ flags, host }: Invocation): Record<string, string | undefined> {
  const isOn = (on: boolean): string | undefined => (on ? '1' : undefined);
  return {
    stdout: '1',
    stderr: '1',
    since: flagTimestamp(flags, 'since', host.now()),
    timestamps: isOn(flags.on('timestamps')),
    details: isOn(flags.on('details') || !flags.on('raw')),
    follow: isOn(flags.on('follow')),
    tail: flags.text('tail'),
  };
}
