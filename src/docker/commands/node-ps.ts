// docker node ps

import type { Node, Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson, fetchList } from '../client.ts';
import type { Command, Invocation } from '../command.ts';
import { filterFlag } from '../common-flags.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { addFilter, encodeFilters, readFilters } from '../filters.ts';
import { bool, string } from '../flag.ts';
import { listFormat } from '../listing.ts';
import { nodePath, nodeReference } from '../nodes.ts';
import { printTasks } from '../tasks.ts';

export const nodePs: Command = {
  name: 'ps',
  usage: '[OPTIONS] [NODE...]',
  short: 'List tasks running on one or more nodes, defaults to current node',
  flags: [
    filterFlag,
    { name: 'format', kind: string, usage: 'Pretty-print tasks using a Go template' },
    { name: 'no-resolve', kind: bool, usage: 'Do not map IDs to Names' },
    { name: 'no-trunc', kind: bool, usage: 'Do not truncate output' },
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display task IDs' },
  ],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const failures: string[] = [];
  const tasks: Task[] = [];
  // One filter for all nodes: each request names all nodes so far, and their tasks come again (D-E9).
  const filters = readFilters(flags.list('filter'));
  for (const reference of args.length === 0 ? ['self'] : args) {
    try {
      const node = yield* fetchJson<Node>(client, nodePath(yield* nodeReference(client, reference)));
      addFilter(filters, 'node', node.ID);
      tasks.push(...(yield* fetchList<Task>(client, '/tasks', { filters: encodeFilters(filters) })));
    } catch (error) {
      failures.push(failureText(error));
    }
  }
  if (failures.length === 0 || tasks.length > 0) {
    yield* printTasks(tasks, {
      client,
      host,
      format: listFormat(flags, host, 'tasksFormat'),
      whole: flags.on('no-trunc'),
      resolve: !flags.on('no-resolve'),
    });
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}
