// Lists of tasks, as `node ps`, `service ps` and `stack ps` print them.

import type { Node, Service, Task } from '../engine/api.ts';
import type { Fiber } from '../engine/fiber.ts';
import { parseInstant } from '../engine/time.ts';
import { humanDuration } from '../model/duration.ts';
import { ParseFailure } from '../model/failure.ts';
import { familiarImage, parseImage } from '../model/image.ts';
import { type Client, fetchJson } from './client.ts';
import type { Invocation } from './command.ts';
import { DaemonError } from './failure.ts';
import { bool, type Flag, string } from './flag.ts';
import { capitalise, compareNatural, compareText, shortId } from './human.ts';
import { type Listing, listFormat, printRows } from './listing.ts';

/** `--format` of `node ps` and `service ps`. */
export const taskFormatFlag: Flag = {
  name: 'format',
  kind: string,
  usage: 'Pretty-print tasks using a Go template',
};

/** What all of them take beside `--filter` and `--format`. */
export const taskFlags: readonly Flag[] = [
  { name: 'no-resolve', kind: bool, usage: 'Do not map IDs to Names' },
  { name: 'no-trunc', kind: bool, usage: 'Do not truncate output' },
  { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display task IDs' },
];

interface Row {
  readonly task: Task;
  readonly name: string;
  readonly node: string;
  /** Identifiers and errors in full, images with their digests. */
  readonly whole: boolean;
  readonly now: number;
}

/** An error is cut at this many characters. */
const longestError = 30;

const listing: Listing<Row> = {
  type: '*task.taskContext',
  fields: [
    ['ID', 'ID', ({ task, whole }) => (whole ? task.ID : shortId(task.ID))],
    ['Name', 'NAME', ({ name }) => name],
    ['Image', 'IMAGE', image],
    ['Node', 'NODE', ({ node }) => node],
    ['DesiredState', 'DESIRED STATE', ({ task }) => capitalise(task.DesiredState ?? '')],
    ['CurrentState', 'CURRENT STATE', currentState],
    ['Error', 'ERROR', errorText],
    ['Ports', 'PORTS', ports],
  ],
  table:
    '{{.ID}}\t{{.Name}}\t{{.Image}}\t{{.Node}}\t{{.DesiredState}}\t{{.CurrentState}}\t{{.Error}}\t{{.Ports}}',
  quiet: '{{.ID}}',
  raw: `id: {{.ID}}
name: {{.Name}}
image: {{.Image}}
node: {{.Node}}
desired_state: {{.DesiredState}}
current_state: {{.CurrentState}}
error: {{.Error}}
ports: {{.Ports}}
`,
};

/**
 * The tasks of one slot follow one another, the newest first; in tables the others are marked as its past.
 * @param whole nothing is cut
 * @throws CommandFailure
 */
export function* printTasks(
  tasks: readonly Task[],
  { flags, client, host }: Invocation,
  whole = flags.on('no-trunc'),
): Fiber<void> {
  const format = listFormat(flags, host, 'tasksFormat');
  const names = createNames(client, !flags.on('no-resolve'));
  const named: { task: Task; name: string }[] = [];
  for (const task of tasks) {
    const service = yield* names.service(task.ServiceID ?? '');
    named.push({ task, name: `${service}.${task.Slot || (task.NodeID ?? '')}` });
  }
  named.sort((a, b) => compareNatural(a.name, b.name) || compareText(createdKey(b.task), createdKey(a.task)));
  // By identifier: a task that is listed twice shows twice what it was given last.
  const shown = new Map<string, string>();
  const mark = format.text.startsWith('table') ? ' \\_ ' : '';
  let previous = '';
  for (const { task, name } of named) {
    shown.set(task.ID, (name === previous ? mark : '') + name);
    previous = name;
  }
  const rows: Omit<Row, 'now'>[] = [];
  for (const { task } of named) {
    const node = yield* names.node(task.NodeID ?? '');
    rows.push({ task, name: shown.get(task.ID) ?? '', node, whole });
  }
  const now = host.now();
  host.out(
    printRows(
      listing,
      format,
      rows.map((row) => ({ ...row, now })),
    ),
  );
}

/** Moments that compare as text. */
function createdKey({ CreatedAt: created }: Task): string {
  return String(parseInstant(created) ?? 0).padStart(20, '0');
}

export interface Names {
  /** The name of a service, or its identifier when it has none any more. */
  readonly service: (id: string) => Fiber<string>;
  readonly node: (id: string) => Fiber<string>;
}

/** Looks names up, each once. @param resolve false: all have their identifiers for names */
export function createNames(client: Client, resolve: boolean): Names {
  const known = new Map<string, string>();
  function* lookUp(key: string, id: string, ask: () => Fiber<string>): Fiber<string> {
    if (!resolve || id === '') return id;
    const name = known.get(key) ?? (yield* nameOr(id, ask()));
    known.set(key, name);
    return name;
  }
  return {
    service: (id) =>
      lookUp(`service ${id}`, id, function* () {
        const service = yield* fetchJson<Service>(client, `/services/${id}`, { insertDefaults: 'false' });
        return service.Spec.Name ?? '';
      }),
    node: (id) =>
      lookUp(`node ${id}`, id, function* () {
        const node = yield* fetchJson<Node>(client, `/nodes/${id}`);
        return node.Spec.Name || node.Description.Hostname || id;
      }),
  };
}

function* nameOr(id: string, name: Fiber<string>): Fiber<string> {
  try {
    return yield* name;
  } catch (error) {
    if (error instanceof DaemonError) return id;
    throw error;
  }
}

function image({ task, whole }: Row): string {
  const written = task.Spec.ContainerSpec?.Image ?? '';
  return whole ? written : shortImage(written);
}

/** An image's familiar name without the digest, if there is a tag to know it by. */
export function shortImage(written: string): string {
  try {
    const { digest, ...rest } = parseImage(written);
    return rest.tag === undefined ? written : familiarImage(rest);
  } catch (error) {
    if (error instanceof ParseFailure) return written;
    throw error;
  }
}

function currentState({ task: { Status: status }, now }: Row): string {
  const age = humanDuration(now - (parseInstant(status.Timestamp) ?? 0)).toLowerCase();
  return `${capitalise(status.State ?? '')} ${age} ago`;
}

function errorText({ task: { Status: status }, whole }: Row): string {
  const error = status.Err ?? '';
  if (error === '') return '';
  // In quotes, and not quoted: quotes in it stay as they are.
  return `"${!whole && error.length > longestError ? `${error.slice(0, longestError - 1)}…` : error}"`;
}

function ports({ task: { Status: status } }: Row): string {
  return (status.PortStatus.Ports ?? [])
    .map((port) => `*:${port.PublishedPort ?? 0}->${port.TargetPort ?? 0}/${port.Protocol ?? ''}`)
    .join(',');
}
