// Tasks as `docker service ps`, `docker node ps` and `docker stack ps` list them.

import type { Task } from '../engine/api.ts';
import type { Fiber } from '../engine/fiber.ts';
import { parseInstant } from '../engine/time.ts';
import { filterFlag } from './common-flags.ts';
import { bool, type Flag, string } from './flag.ts';
import { capitalise, compareNatural, ellipsis, humanDuration, shortId } from './human.ts';
import { shownImage } from './image-name.ts';
import { type Format, type Listing, printRows } from './listing.ts';
import type { Names } from './names.ts';
import type { DockerHost } from './process.ts';

/** The flags of the commands that list tasks. */
export const taskListFlags: readonly Flag[] = [
  filterFlag,
  { name: 'format', kind: string, usage: 'Pretty-print tasks using a Go template' },
  { name: 'no-resolve', kind: bool, usage: 'Do not map IDs to Names' },
  { name: 'no-trunc', kind: bool, usage: 'Do not truncate output' },
  { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display task IDs' },
];

export interface TaskListOptions {
  readonly format: Format;
  /** Cut identifiers and errors short, and leave out digests of images. */
  readonly isTruncated: boolean;
}

interface Row {
  readonly task: Task;
  readonly name: string;
  readonly node: string;
  /** The client's clock, microseconds since 1970. */
  readonly now: number;
  readonly isTruncated: boolean;
}

const longestError = 30;

const listing: Listing<Row> = {
  type: '*task.taskContext',
  fields: [
    ['ID', 'ID', ({ task: { ID }, isTruncated }) => (isTruncated ? shortId(ID) : ID)],
    ['Name', 'NAME', ({ name }) => name],
    ['Image', 'IMAGE', image],
    ['Node', 'NODE', ({ node }) => node],
    ['DesiredState', 'DESIRED STATE', ({ task }) => capitalise(task.DesiredState ?? '')],
    ['CurrentState', 'CURRENT STATE', currentState],
    ['Error', 'ERROR', error],
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
 * Sorted by name, the newest task of a name first; in tables the older ones are marked.
 * @throws CommandFailure for a template that is none
 */
export function* printTasks(
  tasks: readonly Task[],
  names: Names,
  { format, isTruncated }: TaskListOptions,
  host: DockerHost,
): Fiber<void> {
  const named: { readonly task: Task; readonly name: string }[] = [];
  for (const task of tasks) {
    const service = yield* names.ofService(task.ServiceID ?? '');
    named.push({ task, name: `${service}.${task.Slot || (task.NodeID ?? '')}` });
  }
  named.sort(
    (a, b) => compareNatural(a.name, b.name) || momentOf(b.task.CreatedAt) - momentOf(a.task.CreatedAt),
  );
  const isTable = format.text.startsWith('table');
  const rows: Row[] = [];
  let before: string | undefined;
  for (const { task, name } of named) {
    const node = yield* names.ofNode(task.NodeID ?? '');
    const shown = isTable && name === before ? ` \\_ ${name}` : name;
    rows.push({ task, name: shown, node, now: host.now(), isTruncated });
    before = name;
  }
  host.out(printRows(listing, format, rows));
}

function image({ task, isTruncated }: Row): string {
  const name = task.Spec.ContainerSpec?.Image ?? '';
  return isTruncated ? shownImage(name) : name;
}

function currentState({ task: { Status }, now }: Row): string {
  const age = humanDuration(now - momentOf(Status.Timestamp)).toLowerCase();
  return `${capitalise(Status.State ?? '')} ${age} ago`;
}

function error({ task: { Status }, isTruncated }: Row): string {
  const { Err: text = '' } = Status;
  return text === '' ? '' : `"${isTruncated ? ellipsis(text, longestError) : text}"`;
}

/** Those that the node opened for this task. */
function ports({ task: { Status } }: Row): string {
  return (Status.PortStatus?.Ports ?? [])
    .map(
      ({ PublishedPort, TargetPort, Protocol }) => `*:${PublishedPort ?? 0}->${TargetPort ?? 0}/${Protocol}`,
    )
    .join(',');
}

/** Microseconds since 1970; what is no moment is that one. */
function momentOf(instant: string): number {
  return parseInstant(instant) ?? 0;
}
