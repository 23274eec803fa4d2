// docker service ps

import type { Service, Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { filterFlag } from '../common-flags.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters, type Filters, readFilters } from '../filters.ts';
import { nodeReference } from '../nodes.ts';
import { printTasks, taskFlags, taskFormatFlag } from '../tasks.ts';

export const servicePs: Command = {
  name: 'ps',
  usage: '[OPTIONS] SERVICE [SERVICE...]',
  short: 'List the tasks of one or more services',
  arity: atLeast(1),
  flags: [filterFlag, taskFormatFlag, ...taskFlags],
  run,
};

function* run(invocation: Invocation): Fiber<number> {
  const { args, flags, client } = invocation;
  const { ids, missing } = yield* findServices(client, args);
  const given = yield* withNodeReferences(client, readFilters(flags.list('filter')));
  const filters = encodeFilters(
    new Map([...given, ['service', new Set([...(given.get('service') ?? []), ...ids])]]),
  );
  const tasks = yield* fetchJson<readonly Task[]>(client, '/tasks', { filters });
  // Unlike those of other lists, identifiers alone are whole (D-E6).
  yield* printTasks(tasks, invocation, flags.on('no-trunc') || flags.on('quiet'));
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

/** The filters with `node=self` put as the identifier of the engine's node. */
function* withNodeReferences(client: Client, filters: Filters): Fiber<Filters> {
  const nodes = filters.get('node');
  if (nodes === undefined) return filters;
  const references = new Set<string>();
  for (const node of nodes) references.add(yield* nodeReference(client, node));
  return new Map([...filters, ['node', references]]);
}
