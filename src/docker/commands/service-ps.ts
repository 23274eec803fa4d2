// docker service ps

import type { Info, Service, Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { listFormat } from '../listing.ts';
import { createNames } from '../names.ts';
import { printTasks, taskListFlags } from '../task-list.ts';

export const servicePs: Command = {
  name: 'ps',
  usage: '[OPTIONS] SERVICE [SERVICE...]',
  short: 'List the tasks of one or more services',
  arity: atLeast(1),
  flags: taskListFlags,
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const { ids, missing } = yield* findServices(client, args);
  const filters = new Map(readFilters(flags.list('filter'))).set('service', new Set(ids));
  const nodes = filters.get('node');
  if (nodes !== undefined) filters.set('node', yield* nodeReferences(client, nodes));
  const tasks = yield* fetchJson<readonly Task[]>(client, '/tasks', { filters: encodeFilters(filters) });
  const names = createNames(client, !flags.on('no-resolve'));
  const format = listFormat(flags, host, 'tasksFormat');
  const isTruncated = !flags.on('no-trunc') && !flags.on('quiet');
  yield* printTasks(tasks, names, { format, isTruncated }, host);
  if (missing.length > 0) throw new CommandFailure(missing.join('\n'));
  return 0;
}

/**
 * Services by whole identifier, whole name, or the beginning of an identifier.
 * @returns what was found, and what to say of what was not
 * @throws CommandFailure when nothing was, and for a beginning that several have
 */
function* findServices(
  client: Client,
  refs: readonly string[],
): Fiber<{ readonly ids: readonly string[]; readonly missing: readonly string[] }> {
  const asked = new Set(refs);
  const find = (key: string): Fiber<readonly Service[]> =>
    fetchJson(client, '/services', { filters: encodeFilters(new Map([[key, asked]])) });
  const byId = yield* find('id');
  const byName = yield* find('name');
  const ids: string[] = [];
  const missing: string[] = [];
  for (const ref of refs) {
    const whole = byId.find(({ ID }) => ID === ref) ?? byName.find(({ Spec }) => Spec.Name === ref);
    const begun = whole === undefined ? byId.filter(({ ID }) => ID.startsWith(ref)) : [whole];
    if (begun.length > 1) {
      throw new CommandFailure(`multiple services found with provided prefix: ${ref}`);
    }
    if (begun.length === 0) missing.push(`no such service: ${ref}`);
    ids.push(...begun.map(({ ID }) => ID));
  }
  if (ids.length === 0) throw new CommandFailure(missing.join('\n'));
  return { ids, missing };
}

/** `self` is the node of the engine that was asked. */
function* nodeReferences(client: Client, nodes: ReadonlySet<string>): Fiber<ReadonlySet<string>> {
  const references = new Set<string>();
  for (const node of nodes) {
    if (node !== 'self') references.add(node);
    else references.add((yield* fetchJson<Info>(client, '/info')).Swarm.NodeID);
  }
  return references;
}
